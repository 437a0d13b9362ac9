/** The query of the list of videos, and the page that it asks for. Pure. */
import { RelayError } from '../errors.ts';
import { VIDEO_SORTS, type VideoSort } from '../protocol.ts';
import { extensionOf } from './video-name.ts';

export interface VideosQuery {
  readonly offset: number;
  readonly limit: number;
  readonly sort: VideoSort;
  readonly order: 'asc' | 'desc';
  /** In lower case; a name matches that has it somewhere. */
  readonly text: string;
  /** Endings without their dot; empty for all. */
  readonly types: readonly string[];
}

const MAX_LIMIT = 200;
const DEFAULT_LIMIT = 50;
const MAX_TEXT = 200;

/**
 * Pure.
 * @throws RelayError `bad-request` naming the parameter, its value and what is allowed
 */
export function videosQuery(query: URLSearchParams): VideosQuery {
  const sort = choice(query, 'sort', VIDEO_SORTS, 'modified');
  return {
    offset: whole(query, 'offset', 0, Number.MAX_SAFE_INTEGER, 0),
    limit: whole(query, 'limit', 1, MAX_LIMIT, DEFAULT_LIMIT),
    sort,
    order: choice(query, 'order', ['asc', 'desc'] as const, sort === 'name' ? 'asc' : 'desc'),
    text: (query.get('q') ?? '').slice(0, MAX_TEXT).normalize('NFC').toLowerCase(),
    types: (query.get('type') ?? '')
      .toLowerCase()
      .split(',')
      .filter((type) => type !== ''),
  };
}

/**
 * Pure: the length at which a growing file is wanted; null for as long as it is.
 * @throws RelayError `bad-request`
 */
export function lengthQuery(query: URLSearchParams): number | null {
  return query.has('length') ? whole(query, 'length', 1, Number.MAX_SAFE_INTEGER, 1) : null;
}

/** What is sorted. */
export interface Sortable {
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** Null while it is not known: those come last. */
  readonly durationMs: number | null;
}

/** Pure: those that match, in order; equal ones by name, so that no page shows one twice. */
export function select<Entry extends Sortable>(entries: readonly Entry[], query: VideosQuery): Entry[] {
  const { sort, order, text, types } = query;
  const found = entries.filter(({ name }) => {
    if (types.length > 0 && !types.includes(extensionOf(name))) return false;
    return text === '' || name.normalize('NFC').toLowerCase().includes(text);
  });
  const sign = order === 'asc' ? 1 : -1;
  return found.sort((a, b) => {
    if (sort === 'duration' && (a.durationMs === null || b.durationMs === null)) {
      const missing = Number(a.durationMs === null) - Number(b.durationMs === null);
      if (missing !== 0) return missing;
    }
    return sign * compare(a, b, sort) || sign * byName(a, b);
  });
}

function compare(a: Sortable, b: Sortable, sort: VideoSort): number {
  if (sort === 'name') return byName(a, b);
  if (sort === 'size') return a.sizeBytes - b.sizeBytes;
  if (sort === 'duration') return (a.durationMs ?? 0) - (b.durationMs ?? 0);
  return a.modifiedMs - b.modifiedMs;
}

const COLLATOR = new Intl.Collator('en', { numeric: true });

/** As a person sorts: `clip 2` before `clip 10`. */
function byName(a: Sortable, b: Sortable): number {
  return COLLATOR.compare(a.name, b.name) || (a.name < b.name ? -1 : Number(a.name > b.name));
}

function choice<T extends string>(query: URLSearchParams, name: string, allowed: readonly T[], fallback: T): T {
  const value = query.get(name);
  if (value === null) return fallback;
  const found = allowed.find((each) => each === value);
  if (found !== undefined) return found;
  throw new RelayError('bad-request', `"${name}" is ${value.slice(0, 40)}; allowed is ${allowed.join(', ')}.`);
}

function whole(query: URLSearchParams, name: string, min: number, max: number, fallback: number): number {
  const value = query.get(name);
  if (value === null) return fallback;
  const number = Number(value);
  if (/^\d{1,16}$/.test(value) && number >= min && number <= max) return number;
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} on` : `from ${min} to ${max}`;
  throw new RelayError('bad-request', `"${name}" is ${value.slice(0, 40)}; allowed is a whole number ${range}.`);
}
