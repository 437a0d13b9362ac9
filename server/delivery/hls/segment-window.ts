/**
 * The segments of one HLS output: which there are, which are listed, which are only kept for slow consumers, and how
 * they are numbered. Pure data: cutting is `segmenter.ts`, text is `playlist.ts`.
 */
import type { Content } from './content.ts';

export interface Part {
  readonly durationMs: number;
  /** It holds a keyframe. */
  readonly independent: boolean;
  /** In memory, or once its segment was moved out a piece of that one's file. */
  readonly bytes: Content;
}

export interface SegmentStart {
  /** Which init segment it needs, by the output's own count; 0 without. */
  readonly init: number;
  /** What is before it does not go over into it: a restarted camera, another init segment, an output that slept. */
  readonly discontinuity: boolean;
  /** Relay wall clock (Unix ms) of its first picture. */
  readonly startedAtMs: number;
  /** Begins with a keyframe. */
  readonly independent: boolean;
  /** Holds the first picture for the time before it (`still.ts`): in one piece, of which no parts are told. */
  readonly still?: boolean;
}

export interface Segment extends SegmentStart {
  /** Media Sequence Number. */
  readonly sequence: number;
  /** Discontinuity Sequence Number (RFC 8216 section 3): discontinuities up to and with its begin. */
  readonly discontinuitySequence: number;
  readonly parts: readonly Part[];
  readonly durationMs: number;
  readonly sizeBytes: number;
  /** Its file, when it was moved out of memory. */
  readonly path: string | null;
}

export interface WindowLimits {
  /** Segments that the playlist lists. */
  readonly listed: number;
  /** Segments that are kept behind the playlist's. */
  readonly expired: number;
  /** Of all segments in memory together: expired ones go first, then listed ones down to `MIN_LISTED`. */
  readonly maxBytes: number;
  /** Of those that were moved out; default: no limit. */
  readonly maxDiskBytes?: number;
}

export interface FirstNumbers {
  readonly sequence: number;
  readonly discontinuitySequence: number;
}

type Growing = { -readonly [Name in keyof Segment]: Segment[Name] } & { parts: Part[] };

/** Fewer would leave players nothing to begin with, however many bytes they have. */
export const MIN_LISTED = 3;
/** Of target durations: nothing leaves the playlist that makes the rest shorter (RFC 8216 section 6.2.2). */
const LISTED_TARGETS = 3;

/**
 * Numbers only ever rise, over `clear()` too: a name is never used for other bytes.
 */
export class SegmentWindow {
  readonly #limits: WindowLimits;
  #complete: Growing[] = [];
  #open: Growing | null = null;
  #nextSequence: number;
  #discontinuities: number;
  #bytes = 0;
  #diskBytes = 0;
  #afterClear = false;
  #targetDurationMs = 0;
  readonly #onGone: (path: string) => void;

  /** @param onGone hears of files that are needed no more */
  constructor(limits: WindowLimits, first: FirstNumbers, onGone: (path: string) => void = () => {}) {
    this.#limits = limits;
    this.#onGone = onGone;
    this.#nextSequence = first.sequence;
    this.#discontinuities = first.discontinuitySequence;
  }

  /** Complete segments that the playlist lists, oldest first: as many as the limit says, and never too little to begin. */
  get listed(): readonly Segment[] {
    return this.#complete.slice(-this.#listedCount);
  }

  /** How long all that is kept lasts. */
  get durationMs(): number {
    return this.#complete.reduce((sum, { durationMs }) => sum + durationMs, this.#open?.durationMs ?? 0);
  }

  /** What the playlist promises from now on. */
  promise(targetDurationS: number): void {
    this.#targetDurationMs = targetDurationS * 1000;
  }

  /** The segment that is being made; it may have no parts yet. */
  get open(): Segment | null {
    return this.#open;
  }

  /** Number of the segment that the next part belongs to. */
  get openSequence(): number {
    return this.#open?.sequence ?? this.#nextSequence;
  }

  get mediaSequence(): number {
    return this.listed[0]?.sequence ?? this.openSequence;
  }

  /** RFC 8216 section 4.3.3.3: of the first listed segment, before the tag that may stand at it. */
  get discontinuitySequence(): number {
    const first = this.listed[0] ?? this.#open;
    if (first == null) return this.#discontinuities;
    return first.discontinuitySequence - (first.discontinuity ? 1 : 0);
  }

  /** Of every segment in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Of every segment that was moved out. */
  get diskBytes(): number {
    return this.#diskBytes;
  }

  /** Completes the open segment, if any, and opens the next. */
  begin(start: SegmentStart): void {
    this.complete();
    const discontinuity = start.discontinuity || this.#afterClear;
    this.#afterClear = false;
    if (discontinuity) this.#discontinuities++;
    this.#open = {
      ...start,
      discontinuity,
      sequence: this.#nextSequence++,
      discontinuitySequence: this.#discontinuities,
      parts: [],
      durationMs: 0,
      sizeBytes: 0,
      path: null,
    };
  }

  /** Adds to the open segment. */
  add(part: Part): void {
    const open = this.#open;
    if (open === null) throw new TypeError('There is no open segment.');
    open.parts.push(part);
    open.durationMs += part.durationMs;
    open.sizeBytes += part.bytes.length;
    this.#bytes += part.bytes.length;
    this.#evict();
  }

  /** The open segment is whole. One without parts is as if it had never been: a playlist leaves no number out. */
  complete(): void {
    const open = this.#open;
    this.#open = null;
    if (open === null) return;
    if (open.parts.length > 0) {
      this.#complete.push(open);
      this.#evict();
      return;
    }
    this.#nextSequence--;
    if (!open.discontinuity) return;
    this.#discontinuities--;
    this.#afterClear = true;
  }

  /** Forgets every segment; the next begins with a discontinuity. */
  clear(): void {
    this.complete();
    this.#afterClear ||= this.#complete.length > 0;
    while (this.#complete.length > 0) this.#dropFirst();
  }

  /** A complete segment's bytes are in this file now, part behind part. False when it is no more. */
  moveOut(sequence: number, path: string): boolean {
    const segment = this.#complete.find((each) => each.sequence === sequence);
    if (segment === undefined || segment.path !== null) return false;
    let offset = 0;
    segment.parts = segment.parts.map((part) => {
      const bytes = { path, offset, length: part.bytes.length };
      offset += bytes.length;
      return { ...part, bytes };
    });
    segment.path = path;
    this.#bytes -= segment.sizeBytes;
    this.#diskBytes += segment.sizeBytes;
    this.#evict();
    return true;
  }

  /** A segment that is listed, expired or open; undefined when it is no more, or not yet. */
  find(sequence: number): Segment | undefined {
    if (this.#open?.sequence === sequence) return this.#open;
    return this.#complete.find((segment) => segment.sequence === sequence);
  }

  #evict(): void {
    const { expired, maxBytes, maxDiskBytes = Number.POSITIVE_INFINITY } = this.#limits;
    const isFull = () => this.#bytes > maxBytes || this.#diskBytes > maxDiskBytes;
    while (this.#complete.length > this.#listedCount + expired || (isFull() && this.#complete.length > MIN_LISTED)) {
      this.#dropFirst();
    }
  }

  get #listedCount(): number {
    const leastMs = LISTED_TARGETS * this.#targetDurationMs;
    let ms = 0;
    let count = 0;
    for (let at = this.#complete.length - 1; at >= 0 && ms < leastMs; at--, count++)
      ms += this.#complete[at]!.durationMs;
    return Math.max(this.#limits.listed, count);
  }

  #dropFirst(): void {
    const { path, sizeBytes } = this.#complete.shift()!;
    if (path === null) {
      this.#bytes -= sizeBytes;
      return;
    }
    this.#diskBytes -= sizeBytes;
    this.#onGone(path);
  }
}
