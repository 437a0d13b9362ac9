/**
 * A camera's stream as MP4 samples: one viewer of the hub and one muxer, shared by everything that is made of samples
 * (HLS, fragments over sockets). Which samples go together is decided by who takes them.
 */
import type { LiveSource } from '../../camera/stream-wish.ts';
import type { RelayError } from '../../errors.ts';
import { readArrivalMark } from '../../flv/arrival-mark.ts';
import type { Rhythm } from '../../hub/rhythm.ts';
import type { TagBatch } from '../../hub/tag-batch.ts';
import type { Viewer } from '../../hub/viewer.ts';
import { Muxer } from '../../mp4/muxer.ts';
import type { Sample } from '../../mp4/sample.ts';
import { opens } from './sample-times.ts';

export interface SampleReceiver {
  /**
   * Samples in the muxer's order. A receiver that comes late gets those since the last keyframe first; when they are
   * too many to be kept, what comes first may not be a keyframe.
   */
  take(samples: readonly Sample[]): void;
  /** Called once when the camera lets go of all: no more samples come, and the receiver is out already. */
  end(error: RelayError): void;
}

export interface SampleStreamOptions {
  readonly camera: LiveSource;
  readonly audio: boolean;
  /** Bytes of samples kept for late receivers. They are views into tags that the hub mostly keeps as well. */
  readonly maxBytes: number;
}

/** Attached to its camera while it has receivers. */
export class SampleStream implements Viewer {
  readonly id: string;
  readonly join = 'fast';
  readonly audio: boolean;
  readonly #options: SampleStreamOptions;
  readonly #receivers = new Set<SampleReceiver>();
  #muxer: Muxer | null = null;
  /** Empty when there are too many. */
  #sinceKeyframe: Sample[] = [];
  #bytes = 0;
  #overfull = false;

  constructor(options: SampleStreamOptions) {
    this.#options = options;
    this.audio = options.audio;
    this.id = `mp4-${options.camera.id}${options.audio ? '' : '-silent'}`;
  }

  get receivers(): number {
    return this.#receivers.size;
  }

  /** How the stream's keyframes come, as far as any viewer has seen it; null when that is not known. */
  get rhythm(): Rhythm | null {
    return this.#options.camera.rhythm ?? null;
  }

  /** The first one starts the camera. `take` or `end` may be called before this returns. */
  add(receiver: SampleReceiver): void {
    this.#receivers.add(receiver);
    if (this.#receivers.size === 1) this.#options.camera.attach(this);
    else if (this.#sinceKeyframe.length > 0) receiver.take(this.#sinceKeyframe);
  }

  /** The last one lets the camera go. Idempotent. */
  remove(receiver: SampleReceiver): void {
    if (!this.#receivers.delete(receiver) || this.#receivers.size > 0) return;
    this.#options.camera.detach(this);
    this.#reset();
  }

  begin(batch: TagBatch): void {
    const { tracks, metadata, videoHeader, audioHeader } = batch.headers;
    const shiftMs = this.#options.camera.oneOfMany ? toArrivalClockMs(batch) : 0;
    const muxer = new Muxer({ tracks, audio: this.audio, shiftMs });
    this.#muxer = muxer;
    for (const tag of [metadata, videoHeader, audioHeader]) if (tag !== null) muxer.push(tag);
    this.push(batch);
  }

  push(batch: TagBatch): void {
    const muxer = this.#muxer;
    if (muxer === null) return;
    const samples = batch.tags.flatMap((tag) => muxer.push(tag));
    if (samples.length === 0) return;
    for (const sample of samples) this.#keep(sample);
    for (const receiver of this.#receivers) receiver.take(samples);
  }

  end(error: RelayError): void {
    const receivers = [...this.#receivers];
    this.#receivers.clear();
    this.#options.camera.detach(this);
    this.#reset();
    for (const receiver of receivers) receiver.end(error);
  }

  #keep(sample: Sample): void {
    if (opens(sample)) {
      this.#sinceKeyframe = [];
      this.#bytes = 0;
      this.#overfull = false;
    }
    this.#bytes += sample.data.length;
    this.#overfull ||= this.#bytes > this.#options.maxBytes;
    if (this.#overfull) this.#sinceKeyframe = [];
    else this.#sinceKeyframe.push(sample);
  }

  #reset(): void {
    this.#muxer = null;
    this.#sinceKeyframe = [];
    this.#bytes = 0;
    this.#overfull = false;
  }
}

/** Pure: what brings a stream's times to the wall clock at which its pictures came, which all streams of a camera share. */
function toArrivalClockMs({ tags }: TagBatch): number {
  for (const tag of tags) {
    const mark = readArrivalMark(tag);
    if (mark !== null) return Math.round(mark.arrivedAtMs - mark.heldMs - mark.timestampMs);
  }
  const first = tags[0];
  return first === undefined ? 0 : Math.round(first.arrivedAtMs - first.timestampMs);
}
