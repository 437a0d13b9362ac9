/**
 * Cuts samples into parts and segments by a plan and puts them into the window. When it is told to begin, and who hears
 * of new parts, is `hls-output.ts`.
 */
import { FragmentWriter } from '../../mp4/fragment-writer.ts';
import type { InitSegment } from '../../mp4/init-segment.ts';
import type { Sample } from '../../mp4/sample.ts';
import { decodeMs, durationMs, leads, opens } from '../fmp4/sample-times.ts';
import type { SegmentPlan } from './segment-plan.ts';
import type { Part, SegmentStart, SegmentWindow } from './segment-window.ts';
import { STILL_SHIFT_MS, stillSamples } from './still.ts';

/** Writes one sequence of samples; a new one is made at each discontinuity. */
export interface SampleWriter {
  write(
    samples: readonly Sample[],
    options: { readonly opensSegment: boolean },
  ): { readonly bytes: Buffer; readonly endMs: number };
}

export interface SegmenterOptions {
  /** To begin with, see `follow`. */
  readonly plan: SegmentPlan;
  readonly window: SegmentWindow;
  /** A segment of more bytes is ended before its keyframe comes. */
  readonly maxSegmentBytes: number;
  /** Lets the first picture stand still in a segment before the first, so that there is something to answer with at once. */
  readonly opensStill: boolean;
  /** Default: fragmented MP4. */
  readonly newWriter?: () => SampleWriter;
  /** Numbers an init segment that is needed from here on. */
  readonly onInit: (init: InitSegment) => number;
}

/** The first segment of all ends at the first keyframe after this: there is no playlist to answer with before. */
const FIRST_CUT_MS = 500;

export class Segmenter {
  readonly #options: SegmenterOptions;
  readonly #newWriter: () => SampleWriter;
  #plan: SegmentPlan;
  #writer: SampleWriter;
  #init: InitSegment | null = null;
  #initNumber = 0;
  #source: number | null = null;
  #pending: Sample[] = [];
  /** Of the open segment and of what is pending, in decode time; the latter as the last part promised to end. */
  #segmentStartMs = 0;
  #segmentBytes = 0;
  #partStartMs = 0;
  #opensSegment = false;
  #stillDue: boolean;
  /** The first segment of all has not ended. */
  #inFirst = true;

  constructor(options: SegmenterOptions) {
    this.#options = options;
    this.#plan = options.plan;
    this.#newWriter = options.newWriter ?? (() => new FragmentWriter({ shiftMs: STILL_SHIFT_MS }));
    this.#stillDue = options.opensStill;
    this.#writer = this.#newWriter();
  }

  /** Goes on by a plan that promises the same. */
  follow(plan: SegmentPlan): void {
    this.#plan = plan;
  }

  /** Takes the next samples; true when there is a new part or a segment became whole. */
  take(samples: readonly Sample[]): boolean {
    let changed = false;
    for (const sample of samples) changed = this.#takeOne(sample) || changed;
    return changed;
  }

  /**
   * Whether the open segment is expected to end with the part it has: the next part is then the first of the next
   * segment, unless the camera changes its rhythm.
   */
  get expectsNextSegment(): boolean {
    const { expectedMs, frameMs } = this.#plan;
    if (this.#pending.some(leads)) return false;
    return Math.abs(this.#partStartMs - this.#segmentStartMs - expectedMs) < frameMs / 2;
  }

  #takeOne(sample: Sample): boolean {
    const { window } = this.#options;
    const isNewSequence = sample.init !== this.#init || sample.sourceNumber !== this.#source;
    if (isNewSequence) return this.#takeOfNewSequence(sample);
    let changed = false;
    if (leads(sample)) {
      if (this.#isDue(sample)) {
        this.#writePart();
        this.#inFirst = false;
        this.#beginSegment(sample, { discontinuity: false });
        changed = true;
      } else {
        changed = this.#makeRoom(sample);
      }
    }
    this.#pending.push(sample);
    if (!leads(sample) || window.open === null) return changed;
    const { partTargetMs, frameMs } = this.#plan;
    const endMs = decodeMs(sample) + durationMs(sample);
    const isFull = endMs - this.#partStartMs + frameMs > partTargetMs;
    return (isFull && this.#writePart()) || changed;
  }

  /** What a restarted camera, or another configuration, begins with a keyframe; sound before it is left out. */
  #takeOfNewSequence(sample: Sample): boolean {
    if (!opens(sample)) return false;
    const { window, onInit } = this.#options;
    const wrote = this.#writePart();
    const hadSegment = window.open !== null;
    this.#writer = this.#newWriter();
    this.#partStartMs = decodeMs(sample);
    this.#pending = [];
    if (sample.init !== this.#init) this.#initNumber = onInit(sample.init);
    this.#init = sample.init;
    this.#source = sample.sourceNumber;
    this.#beginSegment(sample, { discontinuity: hadSegment });
    this.#pending.push(sample);
    return wrote || hadSegment;
  }

  #isDue(sample: Sample): boolean {
    const { maxSegmentBytes, window } = this.#options;
    const { cutAfterMs: usuallyMs, limitMs } = this.#plan;
    const lengthMs = decodeMs(sample) - this.#segmentStartMs;
    const cutAfterMs = this.#inFirst ? Math.min(FIRST_CUT_MS, usuallyMs) : usuallyMs;
    if (sample.keyframe && (lengthMs >= cutAfterMs || window.open?.independent === false)) return true;
    // A playlist's target duration is a promise; that segments begin with keyframes is not made when this happens.
    return lengthMs + durationMs(sample) > limitMs || this.#segmentBytes > maxSegmentBytes;
  }

  #beginSegment(sample: Sample, { discontinuity }: { discontinuity: boolean }): void {
    this.#options.window.begin({
      init: this.#initNumber,
      discontinuity,
      startedAtMs: sample.arrivedAtMs,
      independent: sample.keyframe,
    });
    this.#segmentStartMs = this.#partStartMs;
    this.#segmentBytes = 0;
    this.#opensSegment = true;
  }

  /** A picture that comes late made the one before it longer than was thought: the part may be full without it. */
  #makeRoom(sample: Sample): boolean {
    if (!this.#pending.some(leads)) return false;
    if (decodeMs(sample) + durationMs(sample) - this.#partStartMs <= this.#plan.partTargetMs) return false;
    return this.#writePart();
  }

  /** Puts the still before the segment that was begun, once; its start is the one that was not listed yet. */
  #writeStill(): void {
    const { window } = this.#options;
    const { open } = window;
    if (!this.#stillDue || open === null) return;
    this.#stillDue = false;
    const lengthMs = Math.min(this.#plan.expectedMs, STILL_SHIFT_MS);
    const samples = stillSamples(this.#pending, lengthMs);
    if (samples === null) return;
    const { init, startedAtMs, independent } = open;
    const start: SegmentStart = { init, startedAtMs, independent, discontinuity: false };
    // Without parts it is as if it had never been begun; what was said of a discontinuity goes to the still.
    window.begin({ ...start, startedAtMs: startedAtMs - lengthMs, still: true });
    const { bytes } = this.#writer.write(samples, { opensSegment: true });
    window.add({ durationMs: lengthMs, independent: true, bytes });
    window.begin(start);
  }

  /** Writes what is pending, when it holds more than sound beside the picture: that goes with the next picture. */
  #writePart(): boolean {
    const lead = this.#pending.findLast(leads);
    if (lead === undefined || this.#options.window.open === null) return false;
    this.#writeStill();
    const written = this.#writer.write(
      this.#pending.map((sample) => (sample === lead ? this.#held(sample) : sample)),
      {
        opensSegment: this.#opensSegment,
      },
    );
    const part: Part = {
      // Not the fragment's own: one that begins earlier than the last promised to end overlaps it.
      durationMs: Math.max(1, written.endMs - this.#partStartMs),
      independent: this.#pending.some(opens),
      bytes: written.bytes,
    };
    this.#options.window.add(part);
    this.#segmentBytes += part.bytes.length;
    this.#partStartMs = written.endMs;
    this.#opensSegment = false;
    this.#pending = [];
    return true;
  }

  /** The part's last picture, held no longer than PART-TARGET allows; the next part takes what is missing. */
  #held(sample: Sample): Sample {
    const roomMs = this.#plan.partTargetMs - (decodeMs(sample) - this.#partStartMs);
    const lastsMs = durationMs(sample);
    if (lastsMs <= roomMs || roomMs <= 0) return sample;
    const durationTicks = Math.max(1, Math.floor((sample.durationTicks * roomMs) / lastsMs));
    return { ...sample, durationTicks, durationKnown: false };
  }
}
