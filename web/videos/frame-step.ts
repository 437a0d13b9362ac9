/** Steps from picture to picture: knows which one is on the screen and how long each is shown. */

/** Until two pictures have been seen one after the other, and the file does not say. */
const USUAL_FRAME_S = 1 / 25;
const MIN_FRAME_S = 1 / 240;
const MAX_FRAME_S = 2;

/** Pure: where to seek so that the next (1) or previous (-1) picture is shown: into its middle, past rounding. */
export function stepTarget(shownAtS: number, frameS: number, direction: 1 | -1): number {
  return Math.max(0, shownAtS + direction * frameS + frameS / 2);
}

/** Whoever makes one closes it. */
export class FrameStep {
  readonly #video: HTMLVideoElement;
  #frameS: number | null;
  #shownAtS: number | null = null;
  #callback = 0;

  /** @param fps as the file says; null or 0 when it does not */
  constructor(video: HTMLVideoElement, fps: number | null) {
    this.#video = video;
    this.#frameS = fps === null || fps <= 0 ? null : 1 / fps;
    if ('requestVideoFrameCallback' in video) this.#watch();
  }

  /** Pauses, and shows the picture beside the one on the screen. */
  step(direction: 1 | -1): void {
    const video = this.#video;
    video.pause();
    const shownAtS = this.#shownAtS ?? video.currentTime;
    const target = stepTarget(shownAtS, this.#frameS ?? USUAL_FRAME_S, direction);
    const end = Number.isFinite(video.duration) ? video.duration : target;
    video.currentTime = Math.min(target, end);
    // The next step may come before this picture does.
    this.#shownAtS = Math.max(0, shownAtS + direction * (this.#frameS ?? USUAL_FRAME_S));
  }

  close(): void {
    if ('cancelVideoFrameCallback' in this.#video) this.#video.cancelVideoFrameCallback(this.#callback);
  }

  #watch(): void {
    this.#callback = this.#video.requestVideoFrameCallback((_now, { mediaTime, presentedFrames }) => {
      this.#learn(mediaTime, presentedFrames);
      this.#watch();
    });
  }

  #presented = 0;

  /** Pictures that follow each other without one left out tell how long one is. */
  #learn(mediaTimeS: number, presented: number): void {
    const stepS = mediaTimeS - (this.#shownAtS ?? mediaTimeS);
    const adjoining = presented === this.#presented + 1 && !this.#video.paused && this.#video.playbackRate <= 1;
    if (adjoining && stepS > MIN_FRAME_S && stepS < MAX_FRAME_S) {
      this.#frameS = this.#frameS === null ? stepS : Math.min(this.#frameS, stepS);
    }
    this.#shownAtS = mediaTimeS;
    this.#presented = presented;
  }
}
