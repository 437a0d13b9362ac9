/**
 * How long ffmpeg holds a picture before the relay sees it. Over RTSP its parser knows that a picture is whole only
 * when the next one begins, so each leaves one frame interval late, measured at 5, 10 and 25 frames a second. Viewers
 * wait for it, so the delay they are shown has to contain it.
 */
import type { Tag } from '../flv/tag.ts';

/** A longer gap between two pictures is an interruption, not a frame rate. */
const MAX_INTERVAL_MS = 2_000;

export class HoldMeter {
  #lastMs: number | null = null;
  #intervalMs = 0;
  #pictures = 1;

  /** The frame interval at the latest picture, in ms, as often as it is held; 0 before there were two. */
  get heldMs(): number {
    return this.#intervalMs * this.#pictures;
  }

  /** How many frame intervals late each picture leaves; 1 unless told otherwise. */
  holdsPictures(count: number): void {
    this.#pictures = count;
  }

  /** Takes note of a tag; all but pictures are passed over. */
  observe({ kind, timestampMs }: Tag): void {
    if (kind !== 'keyframe' && kind !== 'frame') return;
    const intervalMs = timestampMs - (this.#lastMs ?? timestampMs);
    if (intervalMs > 0 && intervalMs <= MAX_INTERVAL_MS) this.#intervalMs = intervalMs;
    this.#lastMs = timestampMs;
  }

  /** The next picture comes from a new ffmpeg; the frame rate is likely the same. */
  restarted(): void {
    this.#lastMs = null;
  }
}
