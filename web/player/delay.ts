/**
 * How old the picture on the screen is: from the relay's arrival times of keyframes to the arrival time of any
 * picture. The relay's clock is `clock-offset.ts`; which picture is on the screen is the player's to know.
 */
import type { PictureArrival } from './engine.ts';

/** Marks kept: at one keyframe a second, two minutes of a paused page. */
const MAX_MARKS = 128;
/** Media times are rounded on their way through MP4; a picture may seem to lie just before its own mark. */
const TOLERANCE_MS = 5;
/** Less is the uncertainty of the relay's clock. */
const BURST_MS = 10;

/**
 * Pure: when the relay had the picture shown at `mediaMs` (relay's wall clock, Unix ms): the time of the latest
 * keyframe at or before it, plus the distance between the two. Null when no mark reaches that far back.
 * `marks` ascend in `mediaMs`.
 */
export function arrivalOf(marks: readonly PictureArrival[], mediaMs: number): number | null {
  for (let i = marks.length - 1; i >= 0; i--) {
    const mark = marks[i]!;
    if (mark.mediaMs <= mediaMs + TOLERANCE_MS) return mark.arrivedAtMs + (mediaMs - mark.mediaMs);
  }
  return null;
}

/** The arrival marks of one engine, bounded. */
export class ArrivalTimeline {
  #marks: PictureArrival[] = [];

  add(mark: PictureArrival): void {
    if (!Number.isFinite(mark.mediaMs) || !Number.isFinite(mark.arrivedAtMs)) return;
    // A mark that goes back in time replaces what it contradicts.
    while (this.#marks.length > 0 && this.#marks[this.#marks.length - 1]!.mediaMs >= mark.mediaMs) this.#marks.pop();
    this.#marks.push(mark);
    if (this.#marks.length > MAX_MARKS) this.#marks.shift();
  }

  /**
   * The page has the picture at `mediaMs` at `serverNowMs`. The relay cannot have had it later than that, so a keyframe
   * that came late in a burst does not make the pictures after it look younger than they are.
   */
  received(mediaMs: number, serverNowMs: number): void {
    const arrivedAtMs = arrivalOf(this.#marks, mediaMs);
    if (arrivedAtMs !== null && arrivedAtMs > serverNowMs + BURST_MS) this.add({ mediaMs, arrivedAtMs: serverNowMs });
  }

  /** Delay of the picture at `mediaMs` when the relay's clock shows `serverNowMs`; null while unknown. Never below 0. */
  delayMs(mediaMs: number, serverNowMs: number): number | null {
    const arrivedAtMs = arrivalOf(this.#marks, mediaMs);
    return arrivedAtMs === null ? null : Math.max(0, serverNowMs - arrivedAtMs);
  }
}
