/**
 * Learns a stream's rhythm, makes the plan by which it is cut, and cuts it into the window; counts the init segments on
 * the way. Who asks for what comes out is `hls-output.ts`; the cutting itself is `segmenter.ts`.
 */
import { RhythmMeter } from '../../hub/rhythm-meter.ts';
import type { InitSegment } from '../../mp4/init-segment.ts';
import type { Sample } from '../../mp4/sample.ts';
import { decodeMs, leads, opens } from '../fmp4/sample-times.ts';
import { bitrateOf, guessBitrate, peakBitrateOf } from './bitrates.ts';
import type { RhythmNotes } from './rhythm-memory.ts';
import { keepPromise, type PlanLimits, planSegments, planUnknown, type SegmentPlan } from './segment-plan.ts';
import type { SegmentWindow } from './segment-window.ts';
import { type SampleWriter, Segmenter } from './segmenter.ts';

export interface CutterOptions {
  readonly notes: RhythmNotes;
  readonly limits: PlanLimits & { readonly maxBytes: number };
  readonly window: SegmentWindow;
  /** MPEG-TS carries in its segments what an init segment would say. */
  readonly needsInits: boolean;
  /** Default: fragmented MP4. */
  readonly newWriter?: () => SampleWriter;
}

/** Init segments are small and stay for consumers that are slow to fetch them. */
const INITS_KEPT = 64;
/** A quarter of the bytes for one segment leaves room for the three that must be listed. */
const SEGMENTS_PER_CAP = 4;

/**
 * ```
 * undecided ──rhythm remembered or seen──▶ cut by it ◀────────────────┐ it shows itself
 *     └──only the frame rate is seen──▶ cut by a provisional plan ──┘
 * ```
 * The plan and the numbers of init segments go on from one run to the next; the plan only as long as somebody may still
 * hold a playlist that was made by it.
 */
export class Cutter {
  readonly #options: CutterOptions;
  readonly #inits: { readonly number: number; readonly init: InitSegment }[] = [];
  #plan: SegmentPlan | null = null;
  #meter = new RhythmMeter();
  #segmenter: Segmenter | null = null;
  /** What came before the plan was made. */
  #undecided: Sample[] = [];
  #undecidedBytes = 0;
  #isProvisional = false;
  #peakBitrate = 0;
  #guessedBitrate = 0;
  /** When the last run ended, and how long all lasted that was kept then. */
  #endedAtMs = 0;
  #keptMs = 0;

  constructor(options: CutterOptions) {
    this.#options = options;
  }

  /** Null before the first pictures. */
  get plan(): SegmentPlan | null {
    return this.#plan;
  }

  /** Of samples that wait for the plan. */
  get bytes(): number {
    return this.#undecidedBytes;
  }

  /** Bits per second of the busiest segments so far; before the first, of the last run or as the pictures begin. */
  get peakBitrate(): number {
    return this.#peakBitrate || this.#options.notes.recall()?.peakBitrate || this.#guessedBitrate;
  }

  /** Bits per second of what is listed, which is never above the peak. */
  get averageBitrate(): number {
    const peak = this.peakBitrate;
    return Math.min(peak, bitrateOf(this.#options.window.listed) || peak);
  }

  get frameMs(): number {
    return this.#meter.rhythm.frameMs;
  }

  get newestInit(): InitSegment | null {
    return this.#inits.at(-1)?.init ?? null;
  }

  /** Keyframes come more seldom than segments may last, so that not every segment begins with one. */
  get outgrown(): boolean {
    const { maxSegmentMs } = this.#options.limits;
    return Math.max(this.#plan?.expectedMs ?? 0, this.#meter.leastIntervalMs) >= maxSegmentMs;
  }

  get expectsNextSegment(): boolean {
    return this.#segmenter?.expectsNextSegment ?? false;
  }

  init(number: number): InitSegment | null {
    return this.#inits.find((each) => each.number === number)?.init ?? null;
  }

  /** The stream comes. Whoever holds a playlist from before knows its target duration, which is why a plan stays. */
  begin(): void {
    this.#meter = new RhythmMeter();
    if (performance.now() - this.#endedAtMs > this.#keptMs) this.#plan = null;
  }

  /** True when there is a new part or a segment became whole. */
  take(samples: readonly Sample[]): boolean {
    for (const sample of samples) {
      if (!leads(sample)) continue;
      const { sourceNumber: source, keyframe, track } = sample;
      this.#meter.observe({ source, atMs: decodeMs(sample), keyframe, isPicture: track === 'video' });
    }
    if (this.#segmenter !== null) {
      this.#learn(this.#segmenter);
      return this.#cut(this.#segmenter, samples);
    }
    this.#undecided.push(...samples);
    this.#undecidedBytes += samples.reduce((sum, { data }) => sum + data.length, 0);
    this.#plan ??= this.#makePlan();
    if (this.#plan === null) return false;
    const held = this.#undecided;
    const segmenter = this.#newSegmenter(this.#plan, held);
    this.#segmenter = segmenter;
    this.#undecided = [];
    this.#undecidedBytes = 0;
    return this.#cut(segmenter, held);
  }

  /** The stream is let go; `begin()` may follow. To be called while the window still has what is kept. */
  end(): void {
    this.#rememberRhythm();
    this.#endedAtMs = performance.now();
    this.#keptMs = this.#options.window.durationMs;
    this.#segmenter = null;
    this.#undecided = [];
    this.#undecidedBytes = 0;
  }

  #newSegmenter(plan: SegmentPlan, held: readonly Sample[]): Segmenter {
    const { limits, window, needsInits, newWriter } = this.#options;
    window.promise(plan.targetDurationS);
    this.#guessedBitrate = guessBitrate(held, plan.expectedMs);
    return new Segmenter({
      plan,
      window,
      maxSegmentBytes: limits.maxBytes / SEGMENTS_PER_CAP,
      opensStill: held.filter(opens).length < 2,
      onInit: (init) => {
        const number = this.#numberInit(init);
        return needsInits ? number : 0;
      },
      ...(newWriter === undefined ? {} : { newWriter }),
    });
  }

  /** Null as long as it is not even known how often pictures come. */
  #makePlan(): SegmentPlan | null {
    const { notes, limits } = this.#options;
    const meter = this.#meter;
    const known = notes.recall() ?? (meter.isKnown ? meter.rhythm : null);
    this.#isProvisional = known === null;
    if (known !== null) return planSegments(known, limits);
    const isFull = this.#undecidedBytes > limits.maxBytes / SEGMENTS_PER_CAP;
    return isFull || meter.knowsFrames(limits.partMs) ? planUnknown(meter.rhythm.frameMs, limits) : null;
  }

  /** A rhythm that was not known has shown itself. */
  #learn(segmenter: Segmenter): void {
    if (!this.#isProvisional || this.#plan === null || !this.#meter.isKnown) return;
    this.#isProvisional = false;
    this.#plan = keepPromise(this.#plan, this.#meter.rhythm, this.#options.limits);
    segmenter.follow(this.#plan);
    this.#rememberRhythm();
  }

  #rememberRhythm(): void {
    if (!this.#meter.isKnown) return;
    const peakBitrate = Math.round(this.#peakBitrate);
    this.#options.notes.remember({ ...this.#meter.rhythm, ...(peakBitrate > 0 ? { peakBitrate } : {}) });
  }

  #cut(segmenter: Segmenter, samples: readonly Sample[]): boolean {
    if (!segmenter.take(samples)) return false;
    const targetMs = (this.#plan?.targetDurationS ?? 0) * 1000;
    this.#peakBitrate = Math.max(this.#peakBitrate, peakBitrateOf(this.#options.window.listed, targetMs));
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
