/**
 * Notices a pull that runs and brings no picture. It looks at video alone: audio that goes on is no sign of life
 * (go2rtc issue 1847).
 */
import { RelayError } from '../../errors.ts';

export interface VideoWatchdogOptions {
  /** How long the first picture may take, in ms. */
  readonly connectTimeoutMs: number;
  /** How long a live camera may send no picture, in ms. */
  readonly stallTimeoutMs: number;
  /** False while the pull still waits for its turn to start; that time does not count. */
  readonly hasBegun: () => boolean;
  /** Called once, with `timeout`, `no-video` or `stalled`. */
  readonly onExpired: (error: RelayError) => void;
}

/** How often to look whether the pull has begun. */
const BEGIN_CHECK_EVERY_MS = 100;

/** Runs from construction until `close()`, or until it has expired. */
export class VideoWatchdog {
  readonly #options: VideoWatchdogOptions;
  #timer: NodeJS.Timeout | undefined;
  #quietSinceMs = performance.now();
  #heardAnything = false;
  #sawVideo = false;
  #closed = false;

  constructor(options: VideoWatchdogOptions) {
    this.#options = options;
    this.#checkIn(BEGIN_CHECK_EVERY_MS);
  }

  /** Bytes came, of whatever kind. */
  heard(): void {
    this.#heardAnything = true;
  }

  /** A picture came. */
  sawVideo(): void {
    this.#quietSinceMs = performance.now();
    if (this.#sawVideo || this.#closed) return;
    this.#sawVideo = true;
    this.#checkIn(this.#options.stallTimeoutMs);
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** One timer for the earliest time at which it could expire: a live camera wakes nobody in between. */
  #checkIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#check(), ms);
  }

  #check(): void {
    if (!this.#options.hasBegun()) {
      this.#quietSinceMs = performance.now();
      this.#checkIn(BEGIN_CHECK_EVERY_MS);
      return;
    }
    const quietMs = performance.now() - this.#quietSinceMs;
    const limitMs = this.#sawVideo ? this.#options.stallTimeoutMs : this.#options.connectTimeoutMs;
    if (quietMs <= limitMs) {
      this.#checkIn(limitMs - quietMs + 1);
      return;
    }
    this.close();
    this.#options.onExpired(this.#failure(limitMs / 1000));
  }

  #failure(seconds: number): RelayError {
    if (this.#sawVideo) return new RelayError('stalled', `The camera sent no picture for ${seconds} s.`);
    if (this.#heardAnything) return new RelayError('no-video', `The camera sent no picture within ${seconds} s.`);
    return new RelayError('timeout', `The camera did not answer within ${seconds} s.`);
  }
}
