/**
 * A camera's stream for viewers with the same wish: attaches each where it can play what it gets, and moves those that
 * wait when it turns out what the camera sends, or that it sends nothing. Viewers that watch cannot be moved: they are
 * ended with the reason, and come again.
 */
import { RelayError } from '../errors.ts';
import type { Rhythm } from '../hub/rhythm.ts';
import type { Viewer } from '../hub/viewer.ts';
import type { LiveSource } from './stream-wish.ts';

/** A source that knows who has seen nothing yet, and so can go elsewhere without noticing. */
export interface Place extends LiveSource {
  /** Whether this viewer is attached here, or in a place behind this one, and still waits for its first picture. */
  isWaiting(viewer: Viewer): boolean;
}

export interface StreamOutputOptions {
  /** The stream as it comes. */
  readonly direct: Place;
  /** Where viewers of this wish belong now: `direct`, a transcode, or another stream. */
  readonly choose: () => Place;
}

const CHANGED = new RelayError('codec', 'The camera changed to a codec that this player did not ask for.');

export class StreamOutput implements Place {
  readonly id: string;
  readonly oneOfMany: boolean;
  readonly #options: StreamOutputOptions;
  readonly #places = new Map<Viewer, Place>();

  constructor(options: StreamOutputOptions) {
    this.id = options.direct.id;
    this.oneOfMany = options.direct.oneOfMany ?? false;
    this.#options = options;
  }

  /** Of where a viewer would be attached now. */
  get rhythm(): Rhythm | null {
    return this.#options.choose().rhythm ?? null;
  }

  attach(viewer: Viewer): void {
    const place = this.#options.choose();
    // Attaching may end it at once, and then it is detached.
    this.#places.set(viewer, place);
    place.attach(viewer);
  }

  detach(viewer: Viewer): void {
    const place = this.#places.get(viewer);
    this.#places.delete(viewer);
    place?.detach(viewer);
  }

  isWaiting(viewer: Viewer): boolean {
    return this.#places.get(viewer)?.isWaiting(viewer) ?? false;
  }

  /** The camera sends something else than was thought. Whoever gets a transcode goes on with it, whatever it is made of. */
  review(): void {
    const { direct } = this.#options;
    this.#move((_, place) => place === direct, CHANGED);
  }

  /**
   * What was given so far cannot be had any more; `choose` says what is given instead.
   * @param isLost whether that holds for this viewer, where each has a pull of its own
   */
  abandon(error: RelayError, isLost: (viewer: Viewer) => boolean): void {
    this.#move(isLost, error);
  }

  #move(concerns: (viewer: Viewer, place: Place) => boolean, error: RelayError): void {
    if (this.#places.size === 0) return;
    const place = this.#options.choose();
    for (const [viewer, before] of [...this.#places]) {
      if (before === place || !concerns(viewer, before)) continue;
      const moves = before.isWaiting(viewer);
      before.detach(viewer);
      if (moves) {
        this.#places.set(viewer, place);
        place.attach(viewer);
      } else {
        this.#places.delete(viewer);
        viewer.end(error);
      }
    }
  }
}
