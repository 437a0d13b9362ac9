/**
 * Learns a stream's rhythm, makes the plan by which it is cut, and cuts it into the window; counts the init segments on
 * the way. Who asks for what comes out is `hls-output.ts`; the cutting itself is `segmenter.ts`.
 */
import type { InitSegment } from '../../mp4/init-segment.ts';
import type { Sample } from '../../mp4/sample.ts';
import { opens } from '../fmp4/sample-times.ts';
import type { RhythmMemory } from './rhythm-memory.ts';
import { RhythmMeter } from './rhythm-meter.ts';
import { type PlanLimits, planFits, planSegments, type SegmentPlan } from './segment-plan.ts';
import type { Segment, SegmentWindow } from './segment-window.ts';
import { type SampleWriter, Segmenter } from './segmenter.ts';

export interface CutterOptions {
  /** Under which the rhythm is remembered. */
  readonly memoryKey: string;
  readonly memory: Pick<RhythmMemory, 'recall' | 'remember'>;
  readonly limits: PlanLimits & { readonly maxBytes: number };
  readonly window: SegmentWindow;
  /** MPEG-TS carries in its segments what an init segment would say. */
  readonly needsInits: boolean;
  /** Default: fragmented MP4. */
  readonly newWriter?: () => SampleWriter;
}

/** Init segments are small and stay for consumers that are slow to fetch them. */
const INITS_KEPT = 64;
/** Of wanted segment lengths: how long an unknown camera's second keyframe is waited for. */
const UNKNOWN_WAIT = 3;
/** A quarter of the bytes for one segment leaves room for the three that must be listed. */
const SEGMENTS_PER_CAP = 4;

/** The plan and the numbers of init segments go on from one run to the next. */
export class Cutter {
  readonly #options: CutterOptions;
  readonly #inits: { readonly number: number; readonly init: InitSegment }[] = [];
  #plan: SegmentPlan | null = null;
  #meter = new RhythmMeter();
  #segmenter: Segmenter | null = null;
  /** What came before the plan was made. */
  #undecided: Sample[] = [];
  #undecidedBytes = 0;
  #peakBitrate = 0;

  constructor(options: CutterOptions) {
    this.#options = options;
  }

  /** Null until it is known how far apart keyframes are, or that was waited for long enough. */
  get plan(): SegmentPlan | null {
    return this.#plan;
  }

  /** Of samples that wait for the plan. */
  get bytes(): number {
    return this.#undecidedBytes;
  }

  /** Bits per second of the busiest segment so far; before the first, of the last run or of what is there of it. */
  get peakBitrate(): number {
    const { memory, memoryKey, window } = this.#options;
    if (this.#peakBitrate > 0) return this.#peakBitrate;
    return memory.recall(memoryKey)?.peakBitrate ?? (window.open === null ? 0 : bitrateOf([window.open]));
  }

  /** Bits per second of what is listed. */
  get averageBitrate(): number {
    return bitrateOf(this.#options.window.listed) || this.peakBitrate;
  }

  get frameMs(): number {
    return this.#meter.rhythm.frameMs;
  }

  get newestInit(): InitSegment | null {
    return this.#inits.at(-1)?.init ?? null;
  }

  get expectsNextSegment(): boolean {
    return this.#segmenter?.expectsNextSegment ?? false;
  }

  init(number: number): InitSegment | null {
    return this.#inits.find((each) => each.number === number)?.init ?? null;
  }

  begin(): void {
    this.#meter = new RhythmMeter();
  }

  /** True when there is a new part or a segment became whole. */
  take(samples: readonly Sample[]): boolean {
    for (const sample of samples) this.#meter.observe(sample);
    if (this.#segmenter !== null) return this.#cut(this.#segmenter, samples);
    this.#undecided.push(...samples);
    this.#undecidedBytes += samples.reduce((sum, { data }) => sum + data.length, 0);
    const plan = this.#decide();
    if (plan === null) return false;
    this.#plan = plan;
    const held = this.#undecided;
    const segmenter = this.#newSegmenter(plan, held.filter(opens).length < 2);
    this.#segmenter = segmenter;
    this.#undecided = [];
    this.#undecidedBytes = 0;
    return this.#cut(segmenter, held);
  }

  /** The stream is let go; `begin()` may follow. */
  end(): void {
    this.#rememberRhythm();
    this.#segmenter = null;
    this.#undecided = [];
    this.#undecidedBytes = 0;
  }

  /** @param first nothing is whole yet that could be played */
  #newSegmenter(plan: SegmentPlan, first: boolean): Segmenter {
    const { limits, window, needsInits, newWriter } = this.#options;
    return new Segmenter({
      plan,
      window,
      maxSegmentBytes: limits.maxBytes / SEGMENTS_PER_CAP,
      opensStill: first && needsInits,
      onInit: (init) => {
        const number = this.#numberInit(init);
        return needsInits ? number : 0;
      },
      ...(newWriter === undefined ? {} : { newWriter }),
    });
  }

  /** Once made a plan stays, since the target duration must not change; unless the camera is known to exceed it. */
  #decide(): SegmentPlan | null {
    const { memoryKey, limits, memory } = this.#options;
    const known = memory.recall(memoryKey);
    if (this.#plan !== null && (known === null || planFits(this.#plan, known, limits))) return this.#plan;
    if (known !== null) return planSegments(known, limits);
    const { rhythm, seenMs } = this.#meter;
    if (this.#knowsRhythm) {
      this.#rememberRhythm();
      return planSegments(rhythm, limits);
    }
    const waited = seenMs >= Math.min(UNKNOWN_WAIT * limits.segmentMs, limits.maxSegmentMs);
    const isFull = this.#undecidedBytes > limits.maxBytes / SEGMENTS_PER_CAP;
    return waited || isFull ? planSegments({ ...rhythm, keyframeIntervalMs: null }, limits) : null;
  }

  get #knowsRhythm(): boolean {
    return this.#meter.isKnown(this.#options.limits.segmentMs);
  }

  #rememberRhythm(): void {
    if (!this.#knowsRhythm) return;
    const peakBitrate = Math.round(this.peakBitrate);
    this.#options.memory.remember(this.#options.memoryKey, {
      ...this.#meter.rhythm,
      ...(peakBitrate > 0 ? { peakBitrate } : {}),
    });
  }

  #cut(segmenter: Segmenter, samples: readonly Sample[]): boolean {
    if (!segmenter.take(samples)) return false;
    for (const segment of this.#options.window.listed) {
      this.#peakBitrate = Math.max(this.#peakBitrate, bitrateOf([segment]));
    }
    return true;
  }

  #numberInit(init: InitSegment): number {
    const last = this.#inits.at(-1);
    if (last?.init.bytes.equals(init.bytes)) return last.number;
    const number = (last?.number ?? 0) + 1;
    this.#inits.push({ number, init });
    if (this.#inits.length > INITS_KEPT) this.#inits.shift();
    return number;
  }
}

/** Pure: bits per second; 0 of nothing but stills. */
function bitrateOf(segments: readonly Segment[]): number {
  const moving = segments.filter(({ still }) => still !== true);
  const ms = moving.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return ms === 0 ? 0 : (moving.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) * 8000) / ms;
}
