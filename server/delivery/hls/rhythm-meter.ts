/** Measures how often a stream has keyframes and pictures. What is made of it is `segment-plan.ts`. */
import type { Sample } from '../../mp4/sample.ts';
import { decodeMs, leads } from '../fmp4/sample-times.ts';
import type { Rhythm } from './segment-plan.ts';

/** Steps that are kept; the median of them tells. */
const MAX_STEPS = 64;
const MAX_INTERVALS = 16;
const DEFAULT_FRAME_MS = 40;

export class RhythmMeter {
  readonly #steps: number[] = [];
  readonly #intervals: number[] = [];
  #hasVideo = false;
  #source: number | null = null;
  #firstMs: number | null = null;
  #lastMs: number | null = null;
  #keyframeMs: number | null = null;

  observe(sample: Sample): void {
    if (!leads(sample)) return;
    if (sample.sourceNumber !== this.#source) this.#restart(sample.sourceNumber);
    const nowMs = decodeMs(sample);
    this.#hasVideo = sample.track === 'video';
    this.#firstMs ??= nowMs;
    if (this.#lastMs !== null) keepLast(this.#steps, nowMs - this.#lastMs, MAX_STEPS);
    this.#lastMs = nowMs;
    if (!sample.keyframe) return;
    if (this.#keyframeMs !== null) keepLast(this.#intervals, nowMs - this.#keyframeMs, MAX_INTERVALS);
    this.#keyframeMs = nowMs;
  }

  /** How much of the stream was seen, in ms. */
  get seenMs(): number {
    return this.#firstMs === null || this.#lastMs === null ? 0 : this.#lastMs - this.#firstMs;
  }

  /** Time that the intervals seen so far cover; cameras like to begin with a few keyframes in a row. */
  get coveredMs(): number {
    return this.#intervals.reduce((sum, interval) => sum + interval, 0);
  }

  /** The longest of the last intervals but for outliers; null before the second keyframe. A restart is no interval. */
  get keyframeIntervalMs(): number | null {
    if (this.#firstMs !== null && !this.#hasVideo) return 0;
    return quantile(this.#intervals, 0.75);
  }

  get rhythm(): Rhythm {
    return { keyframeIntervalMs: this.keyframeIntervalMs, frameMs: quantile(this.#steps, 0.5) ?? DEFAULT_FRAME_MS };
  }

  #restart(source: number): void {
    this.#source = source;
    this.#firstMs = null;
    this.#lastMs = null;
    this.#keyframeMs = null;
  }
}

function keepLast(values: number[], value: number, count: number): void {
  values.push(value);
  if (values.length > count) values.shift();
}

function quantile(values: readonly number[], share: number): number | null {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? null;
}
