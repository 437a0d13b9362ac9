/**
 * Whether a request's conditions let it go on: RFC 9110 section 13. Pure; every answer of the relay that has a tag or a
 * date is judged here. Express's own `fresh` is not used: it says no whenever the request has `Cache-Control: no-cache`,
 * which `fetch` adds to every condition that a script sets.
 */
import { isEntityTag, readEntityTags, strongMatch, weakMatch } from './entity-tag.ts';
import { readHttpDate, wholeSeconds } from './http-date.ts';

/** The request's conditions as Node gives them. */
export interface Conditions {
  readonly 'if-match'?: string | undefined;
  readonly 'if-none-match'?: string | undefined;
  readonly 'if-modified-since'?: string | undefined;
  readonly 'if-unmodified-since'?: string | undefined;
  readonly 'if-range'?: string | undefined;
}

/** What tells one state of a resource from another. */
export interface Validators {
  /** In quotes; strong unless it begins with `W/`. */
  readonly etag?: string;
  /** Unix ms; left out where no date is known. */
  readonly lastModifiedMs?: number | null;
}

/** `failed` is answered with 412. */
export type Verdict = 'proceed' | 'not-modified' | 'failed';

/**
 * Pure: the conditions in the order of section 13.2.2, for a resource that exists. A date counts only where there is no
 * tag, and one that cannot be read does not count at all.
 */
export function judge(method: string, conditions: Conditions, validators: Validators): Verdict {
  const isRead = method === 'GET' || method === 'HEAD';
  const { 'if-match': match, 'if-unmodified-since': unmodifiedSince } = conditions;
  if (match !== undefined) {
    if (!matches(match, validators.etag, strongMatch)) return 'failed';
  } else if (isModifiedSince(unmodifiedSince, validators) === true) {
    return 'failed';
  }
  const { 'if-none-match': noneMatch, 'if-modified-since': modifiedSince } = conditions;
  if (noneMatch !== undefined) {
    if (!matches(noneMatch, validators.etag, weakMatch)) return 'proceed';
    return isRead ? 'not-modified' : 'failed';
  }
  return isRead && isModifiedSince(modifiedSince, validators) === false ? 'not-modified' : 'proceed';
}

/** Pure: whether the client of a GET or HEAD has what it asks for (304). */
export function isKnown(conditions: Conditions, validators: Validators): boolean {
  return judge('GET', conditions, validators) === 'not-modified';
}

/**
 * Pure: whether a Range may be answered as such (section 13.1.5); otherwise the whole is sent, because the client has a
 * part of something else. A weak tag never says so. A date does only when it is exactly ours and its second is over:
 * what changed within that second would bear the same date (section 8.8.2.2).
 */
export function rangeApplies(conditions: Conditions, validators: Validators, nowMs: number = Date.now()): boolean {
  const ifRange = conditions['if-range']?.trim();
  if (ifRange === undefined) return true;
  if (isEntityTag(ifRange)) return validators.etag !== undefined && strongMatch(ifRange, validators.etag);
  const { lastModifiedMs } = validators;
  if (lastModifiedMs === undefined || lastModifiedMs === null) return false;
  const date = wholeSeconds(lastModifiedMs);
  return readHttpDate(ifRange, nowMs) === date && nowMs >= date + 1000;
}

function matches(header: string, etag: string | undefined, compare: (one: string, other: string) => boolean): boolean {
  const tags = readEntityTags(header);
  if (tags === '*') return true;
  return etag !== undefined && tags.some((tag) => compare(tag, etag));
}

/** Null: not to be said. */
function isModifiedSince(header: string | undefined, { lastModifiedMs }: Validators): boolean | null {
  if (header === undefined || lastModifiedMs === undefined || lastModifiedMs === null) return null;
  const sinceMs = readHttpDate(header);
  return sinceMs === null ? null : wholeSeconds(lastModifiedMs) > sinceMs;
}
