/**
 * A camera's stream for viewers with the same wish: attaches each where it can play what it gets, and moves those that
 * wait when it turns out what the camera sends. Viewers that watch cannot be moved: they are ended with `codec`.
 */
import { RelayError } from '../errors.ts';
import type { Viewer } from '../hub/viewer.ts';
import type { LiveSource } from './stream-wish.ts';

export interface StreamOutputOptions {
  /** The stream as it comes. */
  readonly direct: LiveSource;
  /** Where viewers of this wish belong now: `direct`, or a transcode. */
  readonly choose: () => LiveSource;
  /** Whether a viewer has seen nothing yet where it is. */
  readonly isWaiting: (viewer: Viewer) => boolean;
}

const CHANGED = new RelayError('codec', 'The camera changed to a codec that this player did not ask for.');

export class StreamOutput implements LiveSource {
  readonly id: string;
  readonly oneOfMany: boolean;
  readonly #options: StreamOutputOptions;
  readonly #places = new Map<Viewer, LiveSource>();

  constructor(options: StreamOutputOptions) {
    this.id = options.direct.id;
    this.oneOfMany = options.direct.oneOfMany ?? false;
    this.#options = options;
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

  /**
   * The camera sends something else than was thought, or nothing. Whoever gets a transcode goes on with it, whatever it
   * is made of; who watches and cannot be moved is ended with `error`.
   */
  review(error: RelayError = CHANGED): void {
    const { direct, choose, isWaiting } = this.#options;
    const place = this.#places.size === 0 ? direct : choose();
    if (place === direct) return;
    for (const [viewer, before] of [...this.#places]) {
      if (before !== direct) continue;
      const moves = isWaiting(viewer);
      direct.detach(viewer);
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
