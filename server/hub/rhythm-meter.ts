/** Measures how often a stream has keyframes and pictures. What is made of it is decided where streams are cut. */
import type { Rhythm } from './rhythm.ts';

/** A picture, or a frame of sound where there is no picture. */
export interface Beat {
  /** Another number: the camera was restarted. */
  readonly source: number;
  readonly atMs: number;
  readonly keyframe: boolean;
  readonly isPicture: boolean;
}

/** Steps that are kept; the median of them tells. */
const MAX_STEPS = 64;
const MAX_INTERVALS = 16;
const MANY_INTERVALS = 8;
/** Intervals this close, as a share of the longer, are of one rhythm when they cover so much. */
const AGREEING = 0.15;
const COVERING_MS = 1_600;
/** After so much, a rhythm that is not contradicted is taken for the camera's. */
const LOOKING_MS = 4_400;
/** Without a keyframe for so long, and for so many intervals that came before, there is no telling when one comes. */
const OVERDUE_MS = 12_000;
const OVERDUE_INTERVALS = 2;
const DEFAULT_FRAME_MS = 40;
/** Steps that tell how often pictures come; where they are rare, those of this time. */
const ENOUGH_STEPS = 3;
const RARE_MS = 1_000;

/** For one run of a stream after another; what it has learnt of earlier ones it keeps. Nothing to close. */
export class RhythmMeter {
  readonly #steps: number[] = [];
  readonly #intervals: number[] = [];
  #hasPicture = false;
  #source: number | null = null;
  #firstMs: number | null = null;
  #lastMs: number | null = null;
  #keyframeMs: number | null = null;
  /** The longest of the last intervals, but for outliers among many; null before the second keyframe. */
  #intervalMs: number | null = null;
  #overdue = false;

  /** True when the rhythm may be another than before: with a keyframe, and when one does not come any more. */
  observe({ source, atMs, keyframe, isPicture }: Beat): boolean {
    if (source !== this.#source) this.#restart(source);
    const isFirst = this.#firstMs === null;
    this.#hasPicture = isPicture;
    this.#firstMs ??= atMs;
    if (this.#lastMs !== null) keepLast(this.#steps, atMs - this.#lastMs, MAX_STEPS);
    this.#lastMs = atMs;
    const wasOverdue = this.#overdue;
    if (!keyframe || !isPicture) {
      this.#overdue = isPicture && this.#sinceKeyframeMs > this.#patienceMs;
      return this.#overdue !== wasOverdue || (isFirst && !isPicture);
    }
    if (this.#keyframeMs !== null) {
      keepLast(this.#intervals, atMs - this.#keyframeMs, MAX_INTERVALS);
      this.#intervalMs = quantile(this.#intervals, this.#intervals.length < MANY_INTERVALS ? 1 : 0.75);
    }
    this.#keyframeMs = atMs;
    this.#overdue = false;
    return true;
  }

  /**
   * Whether the keyframes seen so far tell how they will come. Cameras send a keyframe or a few when a session begins
   * and only then fall into their rhythm, so that the first interval may be any part of the others.
   */
  get isKnown(): boolean {
    if (this.#overdue || this.#isSound) return true;
    const [last, before] = this.#intervals.toReversed();
    if (last === undefined) return false;
    const covered = this.#intervals.reduce((sum, interval) => sum + interval, 0);
    const agree = before !== undefined && Math.abs(last - before) <= AGREEING * Math.max(last, before);
    if (agree && covered >= COVERING_MS) return true;
    return this.#seenMs >= LOOKING_MS && this.#sinceKeyframeMs <= Math.max(...this.#intervals);
  }

  /** Whether it is known how often pictures come, once all were seen that fit the time. */
  knowsFrames(fitMs: number): boolean {
    if (this.#seenMs + 2 * this.rhythm.frameMs <= fitMs) return false;
    return this.#steps.length >= ENOUGH_STEPS || this.#seenMs >= RARE_MS;
  }

  /** Keyframes are at least so far apart, as far as was seen. */
  get leastIntervalMs(): number {
    return this.#isSound ? 0 : Math.max(this.#sinceKeyframeMs, this.#intervalMs ?? 0);
  }

  /** The best that can be said; of use when `isKnown`. */
  get rhythm(): Rhythm {
    const keyframeIntervalMs = this.#isSound ? 0 : this.#overdue ? null : this.#intervalMs;
    return { keyframeIntervalMs, frameMs: quantile(this.#steps, 0.5) ?? DEFAULT_FRAME_MS };
  }

  get #isSound(): boolean {
    return this.#firstMs !== null && !this.#hasPicture;
  }

  get #seenMs(): number {
    return (this.#lastMs ?? 0) - (this.#firstMs ?? 0);
  }

  get #sinceKeyframeMs(): number {
    return (this.#lastMs ?? 0) - (this.#keyframeMs ?? this.#firstMs ?? 0);
  }

  get #patienceMs(): number {
    return Math.max(OVERDUE_MS, OVERDUE_INTERVALS * (this.#intervalMs ?? 0));
  }

  #restart(source: number): void {
    this.#source = source;
    this.#firstMs = null;
    this.#lastMs = null;
    this.#keyframeMs = null;
    this.#overdue = false;
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
