/**
 * One camera's HLS in one rendition: runs while consumers ask, holds requests until what they wait for is there. How
 * the stream is cut is `segmenter.ts`, what is kept `segment-window.ts`, how it is told `playlist.ts`.
 */
import type { Logger } from 'pino';
import { RelayError } from '../../errors.ts';
import type { InitSegment } from '../../mp4/init-segment.ts';
import type { Sample } from '../../mp4/sample.ts';
import type { SampleReceiver, SampleStream } from '../fmp4/sample-stream.ts';
import { FileNames, playlistName, type Rendition } from './file-names.ts';
import { mediaPlaylist, type Variant } from './playlist.ts';
import type { ReloadQuery } from './reload-query.ts';
import type { RhythmMemory } from './rhythm-memory.ts';
import { RhythmMeter } from './rhythm-meter.ts';
import { planFits, planSegments, type SegmentPlan } from './segment-plan.ts';
import { type FirstNumbers, SegmentWindow } from './segment-window.ts';
import { type SampleWriter, Segmenter } from './segmenter.ts';
import { Waiters } from './waiters.ts';

/** The `hls` section of the configuration. */
export interface HlsLimits {
  readonly segmentMs: number;
  readonly partMs: number;
  readonly maxSegmentMs: number;
  readonly window: number;
  readonly keepExpired: number;
  readonly maxBytes: number;
  readonly idleTimeoutMs: number;
}

export interface HlsOutputOptions {
  readonly camera: string;
  readonly rendition: Rendition;
  readonly samples: Pick<SampleStream, 'add' | 'remove'>;
  readonly limits: HlsLimits;
  /** How long a camera may take to show its first picture. */
  readonly connectTimeoutMs: number;
  /** Requests that may wait at one time; more get 503. */
  readonly maxWaiting: number;
  /** Names the relay's start in file names. */
  readonly start: string;
  readonly first: FirstNumbers;
  readonly memory: Pick<RhythmMemory, 'recall' | 'remember'>;
  /** Default: fragmented MP4. */
  readonly newWriter?: () => SampleWriter;
  readonly log: Logger;
}

/** Init segments are small and stay for consumers that are slow to fetch them. */
const INITS_KEPT = 64;
/** Of target durations: how long a blocking reload waits (draft-pantos-hls-rfc8216bis section 6.2.5.2). */
const RELOAD_WAIT = 3;
/** How far ahead of the playlist a reload may ask (same section): segments, and parts as seconds' worth of them. */
const MAX_SEGMENTS_AHEAD = 2;
const MAX_PARTS_AHEAD = 3;
/** Of wanted segment lengths: how long an unknown camera's second keyframe is waited for. */
const UNKNOWN_WAIT = 3;
/** A quarter of the bytes for one segment leaves room for the three that must be listed. */
const SEGMENTS_PER_CAP = 4;
/** What was measured is not all that will come, least of all at the start. */
const PEAK_MARGIN = { early: 1.5, later: 1.1 } as const;
const EARLY_SEGMENTS = 5;

/**
 * ```
 * idle ──playlist asked──▶ running ──nobody asked for idleTimeoutMs, end(error)──▶ idle
 * ```
 * The window's numbers, the plan and the names go on from one run to the next.
 */
export class HlsOutput implements SampleReceiver {
  readonly #options: HlsOutputOptions;
  readonly #names: FileNames;
  readonly #window: SegmentWindow;
  readonly #waiters: Waiters;
  readonly #inits: { readonly number: number; readonly init: InitSegment }[] = [];
  #running = false;
  #ended: RelayError | null = null;
  #plan: SegmentPlan | null = null;
  #meter = new RhythmMeter();
  #segmenter: Segmenter | null = null;
  /** What came before the plan was made. */
  #undecided: Sample[] = [];
  #undecidedBytes = 0;
  #peakBitrate = 0;
  #texts: { full: string | null; delta: string | null } = { full: null, delta: null };
  #lastUsedMs = 0;
  #idleTimer: NodeJS.Timeout | null = null;

  constructor(options: HlsOutputOptions) {
    const { window: listed, keepExpired: expired, maxBytes } = options.limits;
    this.#options = options;
    this.#waiters = new Waiters(options.maxWaiting);
    this.#names = new FileNames(options.rendition, options.start);
    this.#window = new SegmentWindow({ listed, expired, maxBytes }, options.first);
  }

  get running(): boolean {
    return this.#running;
  }

  /** Bytes of segments in memory. */
  get bytes(): number {
    return this.#window.bytes + this.#undecidedBytes;
  }

  /**
   * What the multivariant playlist says of this rendition; starts the camera and resolves when there is something to
   * play.
   * @throws RelayError why the camera cannot be shown, or `timeout`
   */
  async variant(signal: AbortSignal): Promise<Variant> {
    await this.#playable(signal);
    const init = this.#inits.at(-1)!.init;
    const listed = this.#window.listed;
    const totalMs = listed.reduce((sum, { durationMs }) => sum + durationMs, 0);
    const totalBytes = listed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    return {
      uri: playlistName(this.#options.rendition),
      codecs: init.codecs,
      peakBitrate: this.#peakBitrate * (listed.length < EARLY_SEGMENTS ? PEAK_MARGIN.early : PEAK_MARGIN.later),
      averageBitrate: totalMs === 0 ? 0 : (totalBytes * 8000) / totalMs,
      width: init.video?.width ?? 0,
      height: init.video?.height ?? 0,
      fps: init.video === null ? 0 : 1000 / this.#meter.rhythm.frameMs,
    };
  }

  /**
   * The media playlist, held back as the query asks.
   * @throws RelayError as `variant`; `bad-request` for what is too far ahead; `stalled` when it does not come
   */
  async playlist(query: ReloadQuery, signal: AbortSignal): Promise<string> {
    await this.#playable(signal);
    const { sequence, part, skip } = query;
    if (sequence !== null && this.#lowLatency) {
      this.#refuseTooFar(sequence, part);
      await this.#waiters.until(() => (this.#hasReached(sequence, part) ? true : undefined), {
        withinMs: RELOAD_WAIT * this.#targetMs,
        late: () => new RelayError('stalled', 'The camera sent too little for the next part of the playlist.'),
        signal,
      });
      this.#touch();
    }
    return this.#text(skip);
  }

  /** An init segment; null when there is none of this number any more. */
  init(number: number): Buffer | null {
    this.#touch();
    return this.#inits.find((each) => each.number === number)?.init.bytes ?? null;
  }

  /** A whole segment's bytes; null when it is no more, or not yet. */
  segment(sequence: number): readonly Buffer[] | null {
    this.#touch();
    const segment = this.#window.find(sequence);
    if (segment === undefined || segment === this.#window.open) return null;
    return segment.parts.map(({ bytes }) => bytes);
  }

  /** A part's bytes; one that was hinted at is waited for. Null when it is no more, too far ahead, or does not come. */
  async part(sequence: number, index: number, signal: AbortSignal): Promise<Buffer | null> {
    this.#touch();
    const look = (): Buffer | null | undefined => {
      const segment = this.#window.find(sequence);
      const part = segment?.parts[index];
      if (part !== undefined) return part.bytes;
      const isOpen = sequence === this.#window.openSequence;
      const isNext = isOpen ? index === (segment?.parts.length ?? 0) : sequence === this.#window.openSequence + 1;
      return this.#running && this.#lowLatency && isNext && (isOpen || index === 0) ? undefined : null;
    };
    try {
      const late = () => new RelayError('stalled');
      return await this.#waiters.until(look, { withinMs: RELOAD_WAIT * this.#targetMs, late, signal });
    } catch (error) {
      if (error instanceof RelayError && error.code !== 'overloaded') return null;
      throw error;
    }
  }

  take(samples: readonly Sample[]): void {
    for (const sample of samples) this.#meter.observe(sample);
    if (this.#segmenter !== null) {
      this.#cut(this.#segmenter, samples);
      return;
    }
    this.#undecided.push(...samples);
    this.#undecidedBytes += samples.reduce((sum, { data }) => sum + data.length, 0);
    const plan = this.#decide();
    if (plan === null) return;
    this.#plan = plan;
    const segmenter = this.#newSegmenter(plan);
    const held = this.#undecided;
    this.#segmenter = segmenter;
    this.#undecided = [];
    this.#undecidedBytes = 0;
    this.#cut(segmenter, held);
  }

  end(error: RelayError): void {
    this.#ended = error;
    this.#stop();
    this.#waiters.fail(error);
  }

  /** Lets the camera go and refuses what waits. */
  close(): void {
    this.#options.samples.remove(this);
    this.end(new RelayError('going-away'));
  }

  get #lowLatency(): boolean {
    return this.#options.rendition.container === 'fmp4';
  }

  get #targetMs(): number {
    return (this.#plan?.targetDurationS ?? 1) * 1000;
  }

  async #playable(signal: AbortSignal): Promise<void> {
    this.#touch();
    if (!this.#running) this.#start();
    // A camera that is known to refuse says so within `add`.
    if (!this.#running) throw this.#ended ?? new RelayError('going-away');
    const { connectTimeoutMs, limits } = this.#options;
    await this.#waiters.until(() => (this.#window.listed.length > 0 ? true : undefined), {
      withinMs: connectTimeoutMs + limits.maxSegmentMs,
      late: () => new RelayError('timeout', 'The camera did not send a whole segment in time.'),
      signal,
    });
    this.#touch();
  }

  #start(): void {
    const { camera, rendition, log, samples } = this.#options;
    log.info({ camera, ...rendition }, 'HLS begins');
    this.#running = true;
    this.#meter = new RhythmMeter();
    this.#armIdleTimer();
    samples.add(this);
  }

  #stop(): void {
    if (!this.#running) return;
    const { camera, rendition, log } = this.#options;
    this.#running = false;
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    this.#idleTimer = null;
    this.#rememberRhythm();
    this.#segmenter = null;
    this.#undecided = [];
    this.#undecidedBytes = 0;
    this.#window.clear();
    this.#texts = { full: null, delta: null };
    log.info({ camera, ...rendition }, 'HLS ends');
  }

  #newSegmenter(plan: SegmentPlan): Segmenter {
    const { limits, newWriter } = this.#options;
    return new Segmenter({
      plan,
      window: this.#window,
      maxSegmentBytes: limits.maxBytes / SEGMENTS_PER_CAP,
      onInit: (init) => {
        const number = this.#numberInit(init);
        // MPEG-TS carries in its segments what an init segment would say.
        return this.#options.rendition.container === 'ts' ? 0 : number;
      },
      ...(newWriter === undefined ? {} : { newWriter }),
    });
  }

  /** Once made a plan stays, since the target duration must not change; unless the camera is known to exceed it. */
  #decide(): SegmentPlan | null {
    const { camera, limits, memory } = this.#options;
    const known = memory.recall(camera);
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
    if (this.#knowsRhythm) this.#options.memory.remember(this.#options.camera, this.#meter.rhythm);
  }

  #cut(segmenter: Segmenter, samples: readonly Sample[]): void {
    if (!segmenter.take(samples)) return;
    this.#texts = { full: null, delta: null };
    for (const { sizeBytes, durationMs } of this.#window.listed) {
      this.#peakBitrate = Math.max(this.#peakBitrate, (sizeBytes * 8000) / durationMs);
    }
    this.#waiters.wake();
  }

  #numberInit(init: InitSegment): number {
    const last = this.#inits.at(-1);
    if (last?.init.bytes.equals(init.bytes)) return last.number;
    const number = (last?.number ?? 0) + 1;
    this.#inits.push({ number, init });
    if (this.#inits.length > INITS_KEPT) this.#inits.shift();
    return number;
  }

  #hasReached(sequence: number, part: number | null): boolean {
    const window = this.#window;
    if (sequence > window.openSequence) return false;
    if (sequence === window.openSequence) return part !== null && part < (window.open?.parts.length ?? 0);
    const segment = window.find(sequence);
    // A part behind the segment's last is the first of the next (draft-pantos-hls-rfc8216bis section 6.2.5.2).
    if (part === null || segment === undefined || part < segment.parts.length) return true;
    return this.#hasReached(sequence + 1, 0);
  }

  /** @throws RelayError `bad-request` */
  #refuseTooFar(sequence: number, part: number | null): void {
    const { openSequence, open } = this.#window;
    const lastSequence = this.#window.listed.at(-1)?.sequence ?? openSequence;
    const lastPart = sequence === openSequence ? (open?.parts.length ?? 0) - 1 : -1;
    const partS = (this.#plan?.partTargetMs ?? 1000) / 1000;
    const maxAhead = partS < 1 ? Math.ceil(MAX_PARTS_AHEAD / partS) : MAX_PARTS_AHEAD;
    const isPartFar = part !== null && sequence >= openSequence && part > lastPart + maxAhead;
    if (sequence <= lastSequence + MAX_SEGMENTS_AHEAD && !isPartFar) return;
    throw new RelayError('bad-request', `The playlist ends with segment ${lastSequence}; ask for what comes next.`);
  }

  #text(skip: boolean): string {
    const kind = skip && this.#lowLatency ? 'delta' : 'full';
    this.#texts[kind] ??= this.#render(kind === 'delta');
    return this.#texts[kind];
  }

  #render(skip: boolean): string {
    const window = this.#window;
    const plan = this.#plan!;
    const { listed, open, openSequence, mediaSequence, discontinuitySequence } = window;
    const hint = this.#segmenter?.expectsNextSegment
      ? { sequence: openSequence + 1, part: 0 }
      : { sequence: openSequence, part: open?.parts.length ?? 0 };
    const { targetDurationS } = plan;
    const partTargetMs = this.#lowLatency ? plan.partTargetMs : null;
    return mediaPlaylist(
      {
        targetDurationS,
        partTargetMs,
        listed,
        open,
        mediaSequence,
        discontinuitySequence,
        hint,
        names: this.#names,
        // There is one rendition of a camera per playlist; see `RenditionReport` for when there are more.
        reports: [],
      },
      { skip },
    );
  }

  #touch(): void {
    this.#lastUsedMs = performance.now();
  }

  /** Requests that wait count as use. A consumer that polls once per target duration must never find it asleep. */
  #armIdleTimer(): void {
    const idleMs = Math.max(this.#options.limits.idleTimeoutMs, RELOAD_WAIT * this.#targetMs);
    const sinceMs = this.#waiters.size > 0 ? 0 : performance.now() - this.#lastUsedMs;
    if (sinceMs >= idleMs) {
      this.#options.samples.remove(this);
      this.#stop();
      return;
    }
    this.#idleTimer = setTimeout(() => this.#armIdleTimer(), idleMs - sinceMs);
  }
}
