/** A picture of a camera as it is served, and what HTTP says of it. Types and pure functions. */
import { createHash } from 'node:crypto';

export interface Picture {
  readonly jpeg: Buffer;
  /** Which keyframe it shows; equal for pictures of the same one. */
  readonly keyframe: string;
  /** Relay wall clock (Unix ms) at which that came in. */
  readonly takenAtMs: number;
  /** Strong (RFC 9110 section 8.8.3): the same bytes, the same tag. */
  readonly etag: string;
}

/** Pure. */
export function pictureOf(jpeg: Buffer, { keyframe, takenAtMs }: Pick<Picture, 'keyframe' | 'takenAtMs'>): Picture {
  const digest = createHash('sha256').update(jpeg).digest('base64url').slice(0, 22);
  return { jpeg, keyframe, takenAtMs, etag: `"${digest}"` };
}

/**
 * Pure: how long somebody who accepts a picture of `maxAgeMs` may go on showing this one unasked. Never in a cache that
 * is shared: who may see a camera is asked each time.
 */
export function cacheControl(takenAtMs: number, maxAgeMs: number, nowMs: number): string {
  const seconds = Math.floor((maxAgeMs - (nowMs - takenAtMs)) / 1000);
  return seconds > 0 ? `private, max-age=${Math.min(seconds, Math.floor(maxAgeMs / 1000))}` : 'private, no-cache';
}
