/** A viewer that looks at a stream for a while and notes what it is made of. It takes part like any other viewer. */

import { RelayError } from '../errors.ts';
import { readAudioConfig } from '../flv/audio-config.ts';
import type { Tag } from '../flv/tag.ts';
import { readVideoConfig } from '../flv/video-config.ts';
import type { StreamHeaders, TagBatch } from '../hub/tag-batch.ts';
import type { Viewer } from '../hub/viewer.ts';
import type { AudioInfo, VideoInfo } from '../protocol.ts';

export interface Measurement {
  readonly measuredMs: number;
  readonly firstPictureMs: number;
  readonly video: VideoInfo | null;
  readonly audio: AudioInfo | null;
  readonly fps: number;
  readonly bitrate: number;
  readonly keyframeIntervalMs: number | null;
  /** Of video and audio, over the measurement. */
  readonly bytes: number;
}

/** What a viewer is attached to. */
interface Attachable {
  attach(viewer: Viewer): void;
  detach(viewer: Viewer): void;
}

export interface MeasureOptions {
  /** Longest wait for the first picture. */
  readonly firstPictureWithinMs: number;
  /** How long to look from then on. */
  readonly lookForMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Three in a row show the interval, whatever it is. */
const ENOUGH_KEYFRAMES = 3;
const LOOK_AT_LEAST_MS = 5_000;
let measurements = 0;

/**
 * Attaches, looks, detaches. Ends sooner when the keyframes have shown their interval.
 * @throws RelayError with the reason why there is no picture; `timeout` when none came
 */
export function measureStream(source: Attachable, options: MeasureOptions): Promise<Measurement> {
  return new Promise((resolve, reject) => {
    const notes = new StreamNotes();
    const attachedMs = performance.now();
    let firstPictureMs = -1;
    let timer: NodeJS.Timeout;
    const done = (error: RelayError | null) => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', giveUp);
      source.detach(viewer);
      // A stream that broke off in the middle has still been seen.
      if (firstPictureMs < 0) reject(error ?? new RelayError('timeout', 'The camera sent no picture in time.'));
      else resolve({ ...notes.result(performance.now() - attachedMs - firstPictureMs), firstPictureMs });
    };
    const giveUp = () => done(new RelayError('going-away', 'The examination was given up.'));
    const look = () => {
      const lookedMs = performance.now() - attachedMs - firstPictureMs;
      if (notes.keyframes >= ENOUGH_KEYFRAMES && lookedMs >= LOOK_AT_LEAST_MS) done(null);
    };
    const viewer: Viewer = {
      id: `doctor-${++measurements}`,
      join: 'fast',
      audio: true,
      begin: (batch) => {
        firstPictureMs = performance.now() - attachedMs;
        clearTimeout(timer);
        timer = setTimeout(() => done(null), options.lookForMs);
        notes.take(batch, true);
        look();
      },
      push: (batch) => {
        notes.take(batch, false);
        look();
      },
      end: done,
    };
    timer = setTimeout(() => done(null), options.firstPictureWithinMs);
    options.signal?.addEventListener('abort', giveUp);
    if (options.signal?.aborted) giveUp();
    else source.attach(viewer);
  });
}

class StreamNotes {
  keyframes = 0;
  #headers: StreamHeaders | null = null;
  #frames = 0;
  #bytes = 0;
  #lastKeyframeMs: number | null = null;
  #longestMs: number | null = null;
  #firstMs: number | null = null;
  #lastMs = 0;

  take(batch: TagBatch, fromCache: boolean): void {
    this.#headers = batch.headers;
    for (const tag of batch.tags) this.#note(tag, fromCache);
  }

  #note(tag: Tag, fromCache: boolean): void {
    if (!fromCache) this.#bytes += tag.bytes.length;
    if (tag.kind !== 'keyframe' && tag.kind !== 'frame') return;
    if (tag.kind === 'keyframe') {
      this.keyframes += 1;
      if (this.#lastKeyframeMs !== null) {
        this.#longestMs = Math.max(this.#longestMs ?? 0, tag.timestampMs - this.#lastKeyframeMs);
      }
      this.#lastKeyframeMs = tag.timestampMs;
    }
    this.#frames += 1;
    this.#firstMs ??= tag.timestampMs;
    this.#lastMs = tag.timestampMs;
  }

  result(measuredMs: number): Omit<Measurement, 'firstPictureMs'> {
    const spanMs = this.#firstMs === null ? 0 : this.#lastMs - this.#firstMs;
    const fps = spanMs > 0 ? ((this.#frames - 1) * 1000) / spanMs : 0;
    return {
      measuredMs,
      video: videoInfo(this.#headers, fps),
      audio: audioInfo(this.#headers),
      fps,
      bitrate: measuredMs > 0 ? (this.#bytes * 8000) / measuredMs : 0,
      keyframeIntervalMs: this.#longestMs,
      bytes: this.#bytes,
    };
  }
}

function videoInfo(headers: StreamHeaders | null, fps: number): VideoInfo | null {
  const config = headers?.videoHeader ? readVideoConfig(headers.videoHeader) : null;
  if (config === null) return null;
  const { codec, codecString, width, height } = config;
  return { codec, codecString, width, height, fps };
}

function audioInfo(headers: StreamHeaders | null): AudioInfo | null {
  const config = headers?.audioHeader ? readAudioConfig(headers.audioHeader) : null;
  if (config === null) return null;
  const { codec, sampleRateHz, channels } = config;
  return { codec, sampleRateHz, channels };
}
