/**
 * Whether a video element plays sound, and whether the stream should hold any. Replacing the engine for that is
 * `player.ts`; noticing that a camera's sound dried up is `alive-policy.ts`.
 */

/** A sound that dried up is tried again after this long. */
const RETRY_MS = 30_000;

/** Listens from its making to `close()`. Starts muted, as browsers want it. */
export class Sound {
  readonly #video: HTMLVideoElement;
  readonly #onChange: () => void;
  #muted = true;
  #inStream = false;
  #lost = false;
  #lostAtMs: number | null = null;

  /** `onChange` is called when `muted` or `lost` were changed from outside: by the viewer, a script or the browser. */
  constructor(video: HTMLVideoElement, onChange: () => void) {
    this.#video = video;
    this.#onChange = onChange;
    video.muted = true;
    video.addEventListener('volumechange', this.#onVolume);
  }

  get muted(): boolean {
    return this.#muted;
  }

  /** The stream came with sound that has dried up, so the picture goes on alone. */
  get lost(): boolean {
    return this.#lost;
  }

  /** The present stream was asked for with sound. */
  get inStream(): boolean {
    return this.#inStream;
  }

  /** Sound is to be heard that the present stream does not hold. */
  get missing(): boolean {
    return !this.#muted && !this.#inStream;
  }

  setMuted(muted: boolean): void {
    this.#video.muted = muted;
    this.#apply(muted);
  }

  /** A stream begins; answers whether it should hold sound. */
  begin(): boolean {
    this.#inStream = !this.#muted && this.#lostAtMs === null;
    return this.#inStream;
  }

  /** The sound dried up: the next stream is to come without. */
  drop(nowMs: number): void {
    this.#lost = true;
    this.#lostAtMs = nowMs;
  }

  /** Whether a sound that dried up should be tried again now. True once for each `drop()`. */
  retryDue(nowMs: number, cameraHasSound: boolean): boolean {
    if (this.#lostAtMs === null || nowMs - this.#lostAtMs < RETRY_MS) return false;
    this.#lostAtMs = null;
    if (this.#muted || !cameraHasSound) return false;
    this.#lost = false;
    return true;
  }

  close(): void {
    this.#video.removeEventListener('volumechange', this.#onVolume);
  }

  readonly #onVolume = (): void => {
    if (this.#video.muted !== this.#muted) this.#apply(this.#video.muted);
  };

  #apply(muted: boolean): void {
    this.#muted = muted;
    this.#lost = false;
    this.#lostAtMs = null;
    this.#onChange();
  }
}
