/** Measures how often a stream has keyframes and pictures. What is made of it is `segment-plan.ts`. */
import type { Sample } from '../../mp4/sample.ts';
import { decodeMs, leads } from '../fmp4/sample-times.ts';
import type { Rhythm } from './segment-plan.ts';

/** Steps that are kept; the median of them tells. */
const MAX_STEPS = 64;
const MAX_INTERVALS = 16;
const MANY_INTERVALS = 8;
/** Intervals this close, as a share of the longer, are of one rhythm; they must cover this much of a segment's length. */
const AGREEING = 0.15;
const COVERING = 0.8;
/** Of a segment's length: after so much, a rhythm that is not contradicted is taken for the camera's. */
const LOOKING = 2.2;
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

  /**
   * Whether the keyframes seen so far tell how they will come. Cameras send a keyframe or a few when a session begins
   * and only then fall into their rhythm, so that the first interval may be any part of the others.
   */
  isKnown(segmentMs: number): boolean {
    if (this.#firstMs !== null && !this.#hasVideo) return true;
    const [last, before] = this.#intervals.toReversed();
    if (last === undefined) return false;
    const covered = this.#intervals.reduce((sum, interval) => sum + interval, 0);
    const agree = before !== undefined && Math.abs(last - before) <= AGREEING * Math.max(last, before);
    if (agree && covered >= COVERING * segmentMs) return true;
    const sinceKeyframeMs = (this.#lastMs ?? 0) - (this.#keyframeMs ?? 0);
    return this.seenMs >= LOOKING * segmentMs && sinceKeyframeMs <= Math.max(...this.#intervals);
  }

  /** The longest of the last intervals, but for outliers among many; null before the second keyframe. */
  get keyframeIntervalMs(): number | null {
    if (this.#firstMs !== null && !this.#hasVideo) return 0;
    return quantile(this.#intervals, this.#intervals.length < MANY_INTERVALS ? 1 : 0.75);
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
  const index = Math.min(values.length - 1, Math.floor(values.length * share));
  return values.toSorted((a, b) => a - b)[index] ?? null;
}
