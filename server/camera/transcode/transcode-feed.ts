/**
 * A transcode's stream with the rule that joins them: the first viewer starts it, and a while after the last it ends.
 * One for each profile of a camera's stream, however many watch it.
 */
import { RelayError } from '../../errors.ts';
import type { Rhythm } from '../../hub/rhythm.ts';
import { Stream, type StreamOptions } from '../../hub/stream.ts';
import type { Viewer } from '../../hub/viewer.ts';
import type { TranscodeInfo } from '../../protocol.ts';
import type { BudgetMember, SessionBudget } from '../session-budget.ts';
import type { Place } from '../stream-output.ts';
import { Transcode, type TranscodeOptions } from './transcode.ts';

export interface TranscodeFeedOptions {
  readonly stream: Omit<StreamOptions, 'onViewersChanged' | 'onVideoHeader' | 'onRhythm'>;
  readonly transcode: Omit<TranscodeOptions, 'stream'>;
  /** Counts this stream; left out: nobody does. */
  readonly budget?: SessionBudget | undefined;
  /** How long it goes on with nobody watching, in ms. */
  readonly idleTimeoutMs: number;
}

/** The camera itself is kept for longer; an encoder for nobody costs a core. */
const MAX_IDLE_MS = 5_000;

export class TranscodeFeed implements Place, BudgetMember {
  readonly id: string;
  readonly cameraId: string;
  /** It reads the hub, never the camera. */
  readonly host = null;
  readonly stream: Stream;
  readonly #transcode: Transcode;
  readonly #profile: string;
  readonly #idleMs: number;
  readonly #onChanged: () => void;
  readonly #budget: SessionBudget | null;
  #idleTimer: NodeJS.Timeout | null = null;
  #lastViewerAtMs = 0;
  #rhythm: Rhythm | null = null;
  /** Viewers that were let in since the relay started. */
  #admitted = 0;
  #closed = false;

  constructor({ stream, transcode, budget, idleTimeoutMs }: TranscodeFeedOptions) {
    this.id = transcode.cameraId;
    this.cameraId = transcode.cameraId;
    this.#budget = budget ?? null;
    this.#profile = transcode.profile.name;
    this.#idleMs = Math.min(idleTimeoutMs, MAX_IDLE_MS);
    this.#onChanged = transcode.onChanged;
    this.stream = new Stream({
      ...stream,
      onViewersChanged: (viewers) => this.#viewersChanged(viewers),
      onRhythm: (rhythm) => {
        this.#rhythm = rhythm;
      },
    });
    this.#transcode = new Transcode({ ...transcode, stream: this.stream, onChanged: () => this.#transcodeChanged() });
  }

  get rhythm(): Rhythm | null {
    return this.#rhythm;
  }

  /** Whether it is among the viewers of what it transcodes. */
  get attached(): boolean {
    return this.#transcode.attached;
  }

  /** For the API; without the name of the camera's stream, which it does not know. */
  get info(): Omit<TranscodeInfo, 'stream'> {
    const { state, encoder } = this.#transcode;
    return { profile: this.#profile, state, encoder, viewers: this.stream.viewers };
  }

  attach(viewer: Viewer): void {
    if (this.#closed) {
      viewer.end(new RelayError('going-away'));
      return;
    }
    try {
      void this.#budget?.enter(this);
    } catch (error) {
      viewer.end(RelayError.from(error));
      return;
    }
    this.#admitted++;
    this.stream.attach(viewer);
    this.#transcode.start();
  }

  get idleSinceMs(): number | null {
    return this.stream.viewers > 0 ? null : this.#lastViewerAtMs;
  }

  async makeRoom(): Promise<void> {
    this.#clearIdleTimer();
    await this.#transcode.stop();
  }

  detach(viewer: Viewer): void {
    this.stream.detach(viewer);
  }

  isWaiting(viewer: Viewer): boolean {
    return this.stream.isWaiting(viewer);
  }

  /** Ends all viewers, then ffmpeg; resolves when it is gone. Idempotent. */
  async close(error: RelayError): Promise<void> {
    this.#closed = true;
    this.stream.end(error);
    this.#clearIdleTimer();
    await this.#transcode.stop();
    this.#budget?.leave(this);
  }

  #viewersChanged(viewers: number): void {
    this.#lastViewerAtMs = Date.now();
    this.#stopWhenIdle(viewers);
    this.#onChanged();
  }

  #transcodeChanged(): void {
    // Its viewers have gone elsewhere, because there is nothing to transcode.
    if (this.#transcode.state === 'waiting') this.#stopWhenIdle(this.stream.viewers);
    this.#onChanged();
  }

  #stopWhenIdle(viewers: number): void {
    this.#clearIdleTimer();
    if (viewers > 0 || this.#closed) return;
    const waitMs = this.#transcode.state === 'waiting' ? 0 : this.#idleMs;
    this.#idleTimer = setTimeout(() => void this.#stopEncoding(), waitMs);
  }

  /** The place is free once ffmpeg is gone. Who came meanwhile, and may have left again, has begun another in it. */
  async #stopEncoding(): Promise<void> {
    const admitted = this.#admitted;
    await this.#transcode.stop();
    if (this.#admitted === admitted) this.#budget?.leave(this);
  }

  #clearIdleTimer(): void {
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    this.#idleTimer = null;
  }
}
