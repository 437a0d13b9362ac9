/** Places pictures on the video track's clock and guesses how long each lasts before the next has come. */
import { VIDEO_TICKS_PER_MS } from './sample.ts';

const FIRST_GUESS_TICKS = 40 * VIDEO_TICKS_PER_MS;

export class VideoClock {
  #lastTicks: number | null = null;
  #steps: readonly number[] = [];

  /**
   * Decode times are FLV's milliseconds exactly, except that a repeated one moves on by a tick: players drop pictures
   * that share one. The guess is the shorter of the last two steps, so that a single gap does not make it long: too
   * short costs nothing (see `fragment-writer.ts`), too long would promise picture that is not there.
   */
  place(timestampMs: number): { decodeTicks: number; estimateTicks: number } {
    const tagTicks = timestampMs * VIDEO_TICKS_PER_MS;
    const lastTicks = this.#lastTicks;
    const decodeTicks = lastTicks === null ? tagTicks : Math.max(tagTicks, lastTicks + 1);
    if (lastTicks !== null) this.#steps = [decodeTicks - lastTicks, ...this.#steps.slice(0, 1)];
    this.#lastTicks = decodeTicks;
    return { decodeTicks, estimateTicks: this.#steps.length > 0 ? Math.min(...this.#steps) : FIRST_GUESS_TICKS };
  }
}
