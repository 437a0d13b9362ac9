/**
 * A stream of the hub as ffmpeg reads it on standard input: a viewer that writes fragmented MP4, as long as one init
 * segment holds. It is bounded: an encoder that cannot keep up loses pictures up to a keyframe.
 */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { RelayError } from '../../errors.ts';
import { readArrivalMark } from '../../flv/arrival-mark.ts';
import type { TagBatch } from '../../hub/tag-batch.ts';
import type { Viewer } from '../../hub/viewer.ts';
import { FragmentWriter } from '../../mp4/fragment-writer.ts';
import type { InitSegment } from '../../mp4/init-segment.ts';
import { Muxer } from '../../mp4/muxer.ts';
import type { Sample } from '../../mp4/sample.ts';

export interface TranscodeInputEvents {
  /** The first picture is there to be read. */
  readonly onReady: () => void;
  /** The stream lets go of the input: no more comes. */
  readonly onEnd: (error: RelayError) => void;
  /** Pictures were left out, because ffmpeg takes too long for them. */
  readonly onDropped: (samples: number) => void;
}

const MAX_QUEUE_BYTES = 16 * 1024 * 1024;
/** What waits longer will never be live again. */
const MAX_BEHIND_MS = 4_000;
/** Pictures whose arrival is remembered: more than an encoder ever holds. */
const ARRIVALS_KEPT = 1_024;

interface Queued {
  readonly bytes: Buffer;
  readonly samples: number;
  readonly sinceMs: number;
}

export class TranscodeInput implements Viewer {
  readonly id = `transcode-${randomBytes(4).toString('base64url')}`;
  readonly join = 'fast';
  readonly audio = true;
  /** For ffmpeg's standard input; ends when the stream does, or when another init segment would be due. */
  readonly bytes: Readable;
  readonly #events: TranscodeInputEvents;
  readonly #writer = new FragmentWriter();
  #muxer: Muxer | null = null;
  #init: InitSegment | null = null;
  #queue: Queued[] = [];
  #queuedBytes = 0;
  /** ffmpeg reads: it has started. */
  #isRead = false;
  #wanted = false;
  #skipping = false;
  #over = false;
  #reconfigured = false;
  #heldMs = 0;
  #arrivals: { readonly ptsMs: number; readonly arrivedAtMs: number }[] = [];

  constructor(events: TranscodeInputEvents) {
    this.#events = events;
    this.bytes = new Readable({
      highWaterMark: 0,
      read: () => {
        this.#isRead = true;
        this.#wanted = true;
        this.#feed();
      },
    });
  }

  /** The input ended because the stream goes on with another init segment, which needs another ffmpeg. */
  get reconfigured(): boolean {
    return this.#reconfigured;
  }

  /**
   * When a picture of this presentation time reached the relay (Unix ms); null when it is not known.
   * @param ptsMs modulo 2^32, as FLV has it
   */
  arrivalOf(ptsMs: number): number | null {
    const found = this.#arrivals.findLast((each) => Math.abs((each.ptsMs % 2 ** 32) - ptsMs) <= 1);
    return found?.arrivedAtMs ?? null;
  }

  begin(batch: TagBatch): void {
    const { tracks, metadata, videoHeader, audioHeader } = batch.headers;
    const muxer = new Muxer({ tracks });
    this.#muxer = muxer;
    for (const tag of [metadata, videoHeader, audioHeader]) if (tag !== null) muxer.push(tag);
    this.push(batch);
  }

  push(batch: TagBatch): void {
    const muxer = this.#muxer;
    if (muxer === null || this.#over) return;
    let run: Sample[] = [];
    for (const tag of batch.tags) {
      this.#heldMs = readArrivalMark(tag)?.heldMs ?? this.#heldMs;
      for (const sample of muxer.push(tag)) {
        if (this.#init !== null && sample.init !== this.#init) {
          this.#enqueue(run);
          this.#reconfigured = true;
          this.#finish();
          return;
        }
        this.#init ??= this.#begin(sample.init);
        this.#remember(sample);
        run = this.#afterGap(run, sample);
      }
    }
    this.#enqueue(run);
  }

  end(error: RelayError): void {
    this.#finish();
    this.#events.onEnd(error);
  }

  /** Nothing more is wanted. Idempotent; the one who attached the input detaches it. */
  close(): void {
    this.#over = true;
    this.#queue = [];
    this.bytes.destroy();
  }

  #begin(init: InitSegment): InitSegment {
    this.#queue.push({ bytes: init.bytes, samples: 0, sinceMs: performance.now() });
    this.#events.onReady();
    return init;
  }

  /** What was kept since the last keyframe came earlier; only that keyframe knows by how much. */
  #remember(sample: Sample): void {
    if (sample.track !== 'video') return;
    const heldMs = sample.keyframe ? 0 : this.#heldMs;
    this.#arrivals.push({ ptsMs: sample.ptsMs, arrivedAtMs: sample.arrivedAtMs - heldMs });
    if (this.#arrivals.length > ARRIVALS_KEPT) this.#arrivals = this.#arrivals.slice(-ARRIVALS_KEPT / 2);
  }

  /** After a gap nothing can be decoded before a keyframe. */
  #afterGap(run: Sample[], sample: Sample): Sample[] {
    if (this.#skipping && !(sample.track === 'video' && sample.keyframe)) {
      this.#events.onDropped(1);
      return run;
    }
    this.#skipping = false;
    run.push(sample);
    return run;
  }

  #enqueue(samples: readonly Sample[]): void {
    if (samples.length === 0) return;
    const nowMs = performance.now();
    const oldest = this.#queue[0];
    // While ffmpeg is starting it is not late, however long that takes.
    const late = this.#isRead && oldest !== undefined && nowMs - oldest.sinceMs > MAX_BEHIND_MS;
    if (late || this.#queuedBytes > MAX_QUEUE_BYTES) this.#dropQueue();
    if (this.#skipping) {
      const from = samples.findLastIndex(({ track, keyframe }) => track === 'video' && keyframe);
      this.#events.onDropped(from < 0 ? samples.length : from);
      if (from < 0) return;
      this.#skipping = false;
      this.#write(samples.slice(from), nowMs);
    } else this.#write(samples, nowMs);
  }

  #write(samples: readonly Sample[], sinceMs: number): void {
    const { bytes } = this.#writer.write(samples);
    this.#queue.push({ bytes, samples: samples.length, sinceMs });
    this.#queuedBytes += bytes.length;
    this.#feed();
  }

  #dropQueue(): void {
    const init = this.#queue.filter(({ samples }) => samples === 0);
    this.#events.onDropped(this.#queue.reduce((sum, { samples }) => sum + samples, 0));
    this.#queue = init;
    this.#queuedBytes = 0;
    this.#skipping = true;
  }

  #feed(): void {
    while (this.#wanted && this.#queue.length > 0) {
      const next = this.#queue.shift()!;
      this.#queuedBytes = Math.max(0, this.#queuedBytes - next.bytes.length);
      this.#wanted = this.bytes.push(next.bytes);
    }
    if (this.#over && this.#queue.length === 0 && !this.bytes.destroyed) this.bytes.push(null);
  }

  #finish(): void {
    this.#over = true;
    this.#wanted = true;
    this.#feed();
  }
}
