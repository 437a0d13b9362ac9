/**
 * One hub: takes a source's tags and gives them to every viewer. It caches the last GOP for late viewers and gathers
 * tags into batches when many watch. It neither knows where tags come from (`camera/`) nor what a viewer is made of
 * (`delivery/`), and it never waits for either.
 */
import type { RelayError } from '../errors.ts';
import { GopCache } from '../flv/gop-cache.ts';
import type { Tag } from '../flv/tag.ts';
import { wireOffsetAt } from '../flv/wire-time.ts';
import { joinPolicy } from './join-policy.ts';
import { mergeIntervalMs, pictureEndsGathering } from './merge-policy.ts';
import type { Rhythm } from './rhythm.ts';
import { RhythmMeter } from './rhythm-meter.ts';
import { type StreamHeaders, TagBatch, type WireForm } from './tag-batch.ts';
import type { Viewer } from './viewer.ts';

export interface StreamOptions {
  readonly gopMaxBytes: number;
  readonly gopMaxDurationMs: number;
  /** Longest gathering of tags into one write, see `merge-policy.ts`. */
  readonly mergeMaxMs: number;
  /** Told after every change of the number of viewers. */
  readonly onViewersChanged: (viewers: number) => void;
  /** Told of every video header before any viewer gets it: some may not be able to play what follows. */
  readonly onVideoHeader?: (header: Tag) => void;
  /** Told how the source's keyframes come, whenever that may have become another; whoever watches. */
  readonly onRhythm?: (rhythm: Rhythm) => void;
}

const NO_HEADERS: StreamHeaders = {
  tracks: { audio: false, video: false },
  metadata: null,
  videoHeader: null,
  audioHeader: null,
};

/**
 * ```
 * attach ──▶ waiting ──keyframe, or cached GOP──▶ watching ──▶ detach (the viewer left)
 *               └────────── failWaiting, end ─────────┴──────▶ viewer.end(error)
 * ```
 */
export class Stream {
  readonly #options: StreamOptions;
  readonly #gop: GopCache;
  readonly #waiting = new Set<Viewer>();
  readonly #watching = new Set<Viewer>();
  readonly #forms: WireForm[] = [];
  #headers: StreamHeaders = NO_HEADERS;
  #started = false;
  #pending: Tag[] = [];
  #flushTimer: NodeJS.Timeout | null = null;
  #gatheringSinceMs = 0;
  #cachedGop: TagBatch | null = null;
  readonly #rhythm = new RhythmMeter();
  #sources = 0;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#gop = new GopCache({ maxBytes: options.gopMaxBytes, maxDurationMs: options.gopMaxDurationMs });
  }

  get viewers(): number {
    return this.#waiting.size + this.#watching.size;
  }

  get headers(): StreamHeaders {
    return this.#headers;
  }

  /** A source begins, or begins anew: which tracks it announced. The viewers that watch stay. */
  sourceStarted(tracks: { audio: boolean; video: boolean }): void {
    this.#headers = { ...NO_HEADERS, tracks };
    this.#started = true;
    this.#sources++;
  }

  /** The source is gone. What was gathered goes out; late viewers wait for the next source's keyframe. */
  sourceEnded(): void {
    this.#flush();
    this.#gop.clear();
    this.#cachedGop = null;
    this.#started = false;
  }

  /** Takes tags in their order, on the monotonic timeline. Never blocks. */
  publish(tags: readonly Tag[]): void {
    if (tags.length === 0) return;
    for (const tag of tags) {
      if (tag.kind === 'video-header') this.#options.onVideoHeader?.(tag);
      this.#measure(tag);
      this.#pending.push(tag);
    }
    const gatherMs = mergeIntervalMs(this.#watching.size, this.#options.mergeMaxMs);
    if (gatherMs === 0) this.#flush();
    else if (this.#flushTimer === null) this.#beginGathering(gatherMs);
    else if (tags.some(isPicture) && pictureEndsGathering(performance.now() - this.#gatheringSinceMs, gatherMs)) {
      this.#flush();
    }
  }

  /** Attaches a viewer; `begin` follows at once when the cache can serve it, else with a keyframe to come. */
  attach(viewer: Viewer): void {
    const how = joinPolicy({
      join: viewer.join,
      started: this.#started,
      hasVideo: this.#headers.tracks.video,
      cached: this.#gop.joinable,
    });
    if (how === 'keyframe') {
      this.#waiting.add(viewer);
    } else {
      this.#cachedGop ??= new TagBatch([...this.#gop.tags], this.#headers);
      this.#begin(viewer, this.#cachedGop);
    }
    this.#options.onViewersChanged(this.viewers);
  }

  /** Whether a viewer is attached and has seen nothing yet. */
  isWaiting(viewer: Viewer): boolean {
    return this.#waiting.has(viewer);
  }

  /** The viewer left by itself. Idempotent; `end` is not called. */
  detach(viewer: Viewer): void {
    if (!this.#waiting.delete(viewer) && !this.#watching.delete(viewer)) return;
    this.#options.onViewersChanged(this.viewers);
  }

  /** Ends those that have seen nothing yet; those that watch stay through an outage. */
  failWaiting(error: RelayError): void {
    this.#endAll(this.#waiting, error);
  }

  /** Ends every viewer with the reason. */
  end(error: RelayError): void {
    if (this.#flushTimer !== null) clearTimeout(this.#flushTimer);
    this.#flushTimer = null;
    this.#pending = [];
    this.#endAll(this.#waiting, error);
    this.#endAll(this.#watching, error);
  }

  #endAll(viewers: Set<Viewer>, error: RelayError): void {
    if (viewers.size === 0) return;
    const ended = [...viewers];
    viewers.clear();
    for (const viewer of ended) viewer.end(error);
    this.#options.onViewersChanged(this.viewers);
  }

  #measure(tag: Tag): void {
    const { onRhythm } = this.#options;
    const isBeat = isPicture(tag) || (tag.kind === 'audio' && !this.#headers.tracks.video);
    if (onRhythm === undefined || !isBeat) return;
    const beat = {
      source: this.#sources,
      atMs: tag.timestampMs,
      keyframe: tag.kind !== 'frame',
      isPicture: isPicture(tag),
    };
    if (this.#rhythm.observe(beat) && this.#rhythm.isKnown) onRhythm(this.#rhythm.rhythm);
  }

  #beginGathering(gatherMs: number): void {
    this.#gatheringSinceMs = performance.now();
    this.#flushTimer = setTimeout(() => this.#flush(), gatherMs);
  }

  #flush(): void {
    if (this.#flushTimer !== null) clearTimeout(this.#flushTimer);
    this.#flushTimer = null;
    if (this.#pending.length === 0) return;
    const tags = this.#pending;
    this.#pending = [];
    for (const tag of tags) this.#remember(tag);
    this.#cachedGop = null;
    const batch = new TagBatch(tags, this.#headers);
    for (const viewer of this.#watching) viewer.push(batch);
    if (this.#waiting.size > 0 && batch.keyframeIndex >= 0) this.#beginWaiting(batch.fromKeyframe());
    else if (this.#waiting.size > 0 && !this.#headers.tracks.video) this.#beginWaiting(batch);
  }

  #beginWaiting(batch: TagBatch): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const viewer of waiting) this.#begin(viewer, batch);
  }

  #begin(viewer: Viewer, batch: TagBatch): void {
    this.#watching.add(viewer);
    viewer.begin(batch, this.#form(wireOffsetAt(batch.tags[0]?.timestampMs ?? 0), viewer.audio));
  }

  #remember(tag: Tag): void {
    this.#gop.push(tag);
    if (tag.kind === 'metadata') this.#headers = { ...this.#headers, metadata: tag };
    else if (tag.kind === 'video-header') this.#headers = { ...this.#headers, videoHeader: tag };
    else if (tag.kind === 'audio-header') this.#headers = { ...this.#headers, audioHeader: tag };
  }

  #form(offsetMs: number, audio: boolean): WireForm {
    let form = this.#forms.find((known) => known.offsetMs === offsetMs && known.audio === audio);
    if (form === undefined) {
      form = { offsetMs, audio };
      this.#forms.push(form);
    }
    return form;
  }
}

function isPicture({ kind }: Tag): boolean {
  return kind === 'frame' || kind === 'keyframe';
}
