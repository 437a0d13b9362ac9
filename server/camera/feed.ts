/**
 * A stream and the pull that feeds it, with the rule that joins them: the first viewer starts the pull, and
 * `idleTimeoutMs` after the last it ends.
 */
import { RelayError } from '../errors.ts';
import { Stream, type StreamOptions } from '../hub/stream.ts';
import type { Viewer } from '../hub/viewer.ts';
import { Pull, type PullOptions } from './pull.ts';

export interface FeedOptions {
  readonly stream: Omit<StreamOptions, 'onViewersChanged'>;
  readonly pull: Omit<PullOptions, 'stream'>;
  /** How long the pull goes on with nobody watching, in ms; Infinity: for good, and it starts without anybody. */
  readonly idleTimeoutMs: number;
}

export class Feed {
  readonly stream: Stream;
  readonly pull: Pull;
  readonly #idleTimeoutMs: number;
  readonly #onChanged: () => void;
  #idleTimer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: FeedOptions) {
    this.#idleTimeoutMs = options.idleTimeoutMs;
    this.#onChanged = options.pull.onChanged;
    this.stream = new Stream({ ...options.stream, onViewersChanged: (viewers) => this.#viewersChanged(viewers) });
    this.pull = new Pull({ ...options.pull, stream: this.stream });
  }

  /** Pulls a camera that is kept up with nobody watching; leaves the others alone. */
  start(): void {
    if (this.#keptAlways && !this.#closed) this.pull.start();
  }

  /** Attaches a viewer and sees to it that the camera is pulled, or ends the viewer at once with the reason why not. */
  attach(viewer: Viewer): void {
    const refused = this.pull.refusedLogin;
    if (this.#closed) viewer.end(new RelayError('going-away'));
    else if (refused !== null) viewer.end(new RelayError(refused.code, refused.message));
    else {
      this.stream.attach(viewer);
      this.pull.start();
      this.pull.retryNow();
    }
  }

  /** Ends all viewers, then the pull; resolves when ffmpeg is gone. Idempotent. */
  async close(error: RelayError): Promise<void> {
    this.#closed = true;
    this.stream.end(error);
    this.#clearIdleTimer();
    await this.pull.stop();
  }

  get #keptAlways(): boolean {
    return this.#idleTimeoutMs === Number.POSITIVE_INFINITY;
  }

  #viewersChanged(viewers: number): void {
    this.#clearIdleTimer();
    if (viewers === 0 && !this.#keptAlways && !this.#closed) {
      // A pull that shows nothing is not worth keeping for the next viewer.
      const waitMs = this.pull.status.state === 'waiting' ? 0 : this.#idleTimeoutMs;
      this.#idleTimer = setTimeout(() => void this.pull.stop(), waitMs);
    }
    this.#onChanged();
  }

  #clearIdleTimer(): void {
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    this.#idleTimer = null;
  }
}
