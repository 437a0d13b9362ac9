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

/** The request's conditions as Node gives them. */
export interface Conditions {
  readonly 'if-none-match'?: string | undefined;
  readonly 'if-modified-since'?: string | undefined;
}

/**
 * Pure: whether the client has this picture (RFC 9110 section 13.2.2). Express's own answer is no whenever the request
 * says `Cache-Control: no-cache`, which `fetch` adds to every condition that a script sets.
 */
export function isKnown({ etag, takenAtMs }: Pick<Picture, 'etag' | 'takenAtMs'>, conditions: Conditions): boolean {
  const { 'if-none-match': noneMatch, 'if-modified-since': modifiedSince } = conditions;
  // Weak comparison (section 8.8.3.2).
  if (noneMatch !== undefined) return noneMatch.trim() === '*' || noneMatch.match(/"[^"]*"/g)?.includes(etag) === true;
  // A date has whole seconds; one that is none compares as false.
  return modifiedSince !== undefined && Math.floor(takenAtMs / 1000) * 1000 <= Date.parse(modifiedSince);
}
