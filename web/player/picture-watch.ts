/**
 * Which pictures of a video element reach the screen, when, and how far they lie apart. What follows from that is
 * `player.ts` and the policies.
 */

/** Longer steps between two pictures are holes, not the camera's pace. */
const MAX_INTERVAL_MS = 5000;

/** Watches from its making to `close()`; pictures are told between `begin()` and `end()`. */
export class PictureWatch {
  readonly #video: HTMLVideoElement;
  readonly #onPicture: (first: boolean) => void;
  readonly #announces: boolean;
  #running = false;
  #closed = false;
  #lastPictureMs = 0;
  #lastMediaMs: number | null = null;
  #frameIntervalMs = 40;
  /** The next picture is not the one after the last: how far they lie apart says nothing of the camera's pace. */
  #skipped = false;
  #announced = 0;
  #decoded = 0;

  /** `onPicture` is told whether the picture is the first since `begin()`. */
  constructor(video: HTMLVideoElement, onPicture: (first: boolean) => void) {
    this.#video = video;
    this.#onPicture = onPicture;
    video.addEventListener('seeking', this.#onSeeking);
    this.#announces = 'requestVideoFrameCallback' in video;
    if (this.#announces) video.requestVideoFrameCallback(this.#onFrame);
  }

  /** Whether a picture came on the screen since `begin()`. */
  get started(): boolean {
    return this.#lastMediaMs !== null;
  }

  /** Of the picture on the screen, in the element's time; null before the first. */
  get mediaMs(): number | null {
    return this.#lastMediaMs;
  }

  /** Page clock (Unix ms) when the last picture came; 0 before the first. */
  get lastPictureMs(): number {
    return this.#lastPictureMs;
  }

  /** Smoothed time between two pictures. */
  get frameIntervalMs(): number {
    return this.#frameIntervalMs;
  }

  /** Pictures shown so far, for a rate; may start again from 0. */
  get shown(): number {
    return this.#announces ? this.#announced : this.#decoded;
  }

  begin(): void {
    this.#running = true;
    this.#lastPictureMs = 0;
    this.#lastMediaMs = null;
    this.#decoded = 0;
  }

  end(): void {
    this.#running = false;
  }

  /** The time without pictures so far does not count. */
  forgive(nowMs: number): void {
    this.#lastPictureMs = nowMs;
  }

  /** To be called a few times a second: off the screen no picture is announced, and by some browsers none at all. */
  look(nowMs: number): void {
    const decoded = this.#video.getVideoPlaybackQuality?.().totalVideoFrames ?? 0;
    if (decoded <= this.#decoded) return;
    if (!this.#announces || document.hidden) this.#take(this.#video.currentTime * 1000);
    this.#decoded = decoded;
    this.#lastPictureMs = nowMs;
  }

  close(): void {
    this.#running = false;
    this.#closed = true;
    this.#video.removeEventListener('seeking', this.#onSeeking);
  }

  readonly #onSeeking = (): void => {
    this.#skipped = true;
  };

  readonly #onFrame = (_now: number, frame: VideoFrameCallbackMetadata): void => {
    if (this.#closed) return;
    this.#video.requestVideoFrameCallback(this.#onFrame);
    if (!this.#running) return;
    const mediaMs = frame.mediaTime * 1000;
    const intervalMs = mediaMs - (this.#lastMediaMs ?? Number.POSITIVE_INFINITY);
    if (!this.#skipped && intervalMs > 1 && intervalMs < MAX_INTERVAL_MS) {
      this.#frameIntervalMs += (intervalMs - this.#frameIntervalMs) * 0.1;
    }
    this.#skipped = false;
    this.#announced = frame.presentedFrames;
    this.#take(mediaMs);
  };

  #take(mediaMs: number): void {
    const first = this.#lastMediaMs === null;
    this.#lastPictureMs = Date.now();
    this.#lastMediaMs = mediaMs;
    this.#onPicture(first);
  }
}
