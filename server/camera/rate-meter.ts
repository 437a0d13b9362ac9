/** Frames and bits per second of a stream over its last seconds, in one-second buckets. */
import type { Tag } from '../flv/tag.ts';

const BUCKET_MS = 1_000;
const BUCKETS = 5;

interface Bucket {
  startMs: number;
  frames: number;
  bytes: number;
}

export class RateMeter {
  #buckets: Bucket[] = [];

  /** @param nowMs any steady clock, the same for all calls */
  observe(tags: readonly Tag[], nowMs: number): void {
    const startMs = Math.floor(nowMs / BUCKET_MS) * BUCKET_MS;
    let bucket = this.#buckets.at(-1);
    if (bucket === undefined || bucket.startMs !== startMs) {
      bucket = { startMs, frames: 0, bytes: 0 };
      this.#buckets.push(bucket);
      if (this.#buckets.length > BUCKETS + 1) this.#buckets.shift();
    }
    for (const tag of tags) {
      bucket.bytes += tag.bytes.length;
      if (tag.kind === 'keyframe' || tag.kind === 'frame') bucket.frames += 1;
    }
  }

  /** Rates over the complete buckets; zeros until one is complete and after the stream fell silent. */
  read(nowMs: number): { fps: number; bitrate: number } {
    const currentMs = Math.floor(nowMs / BUCKET_MS) * BUCKET_MS;
    const complete = this.#buckets.filter(
      (bucket) => bucket.startMs < currentMs && bucket.startMs >= currentMs - BUCKETS * BUCKET_MS,
    );
    const first = complete[0];
    if (first === undefined) return { fps: 0, bitrate: 0 };
    // The bucket in which the stream began is only partly filled: it is left out once there are others.
    const counted = complete.length > 1 && first === this.#buckets[0] ? complete.slice(1) : complete;
    const seconds = (currentMs - counted[0]!.startMs) / 1_000;
    const frames = counted.reduce((sum, bucket) => sum + bucket.frames, 0);
    const bytes = counted.reduce((sum, bucket) => sum + bucket.bytes, 0);
    return { fps: Math.round((frames / seconds) * 10) / 10, bitrate: Math.round((bytes * 8) / seconds) };
  }

  reset(): void {
    this.#buckets = [];
  }
}
