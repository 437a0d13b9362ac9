/**
 * Reads a Range header and decides which bytes answer it: RFC 9110 section 14. Pure; If-Range is `preconditions.ts`,
 * sending is done elsewhere.
 *
 * Decided here, where the RFC leaves a choice:
 * - A header that is malformed, in another unit or has an invalid range (`5-2`) is ignored, as if it were not there.
 * - Ranges that overlap, touch, or lie closer than a part's own head are merged, in the order in which they were asked
 *   for (section 15.3.7.2), so that no byte is ever sent twice.
 * - More parts than `MAX_PARTS` after that are a set of many small ranges (section 14.2): the whole is sent.
 */

export interface ByteRange {
  readonly first: number;
  /** Included. */
  readonly last: number;
}

/** As it was asked for, before the size is known. Numbers beyond what a file can have are `Infinity`. */
export type RangeSpec = { readonly first: number; readonly last: number | null } | { readonly suffixLength: number };

/** `whole`: 200. `unsatisfiable`: 416. One range: 206; several: 206 as `multipart/byteranges`. */
export type RangeAnswer = 'whole' | 'unsatisfiable' | readonly ByteRange[];

export const MAX_PARTS = 32;
/** About what the head of a part takes; a smaller gap is cheaper sent than left out. */
export const MERGE_GAP_BYTES = 128;
/** More members than this are not even read. */
const MAX_SPECS = 1024;

const INT_RANGE = /^(\d+)-(\d*)$/;
const SUFFIX_RANGE = /^-(\d+)$/;

/** Pure: what a Range header asks for; null when it is to be ignored. */
export function parseRange(header: string | undefined): readonly RangeSpec[] | null {
  if (header === undefined) return null;
  const [, set] = /^bytes=(.*)$/is.exec(header.trim()) ?? [];
  if (set === undefined) return null;
  // Empty members of a list are allowed and mean nothing (section 5.6.1).
  const members = set.split(',', MAX_SPECS + 1).map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''));
  const specs = members.filter((member) => member !== '').map(parseSpec);
  if (specs.length === 0 || members.length > MAX_SPECS) return null;
  const valid = specs.filter((spec) => spec !== null);
  return valid.length === specs.length ? valid : null;
}

function parseSpec(text: string): RangeSpec | null {
  const suffix = SUFFIX_RANGE.exec(text)?.[1];
  if (suffix !== undefined) return { suffixLength: toNumber(suffix) };
  const [, first, last] = INT_RANGE.exec(text) ?? [];
  if (first === undefined || last === undefined) return null;
  if (last === '') return { first: toNumber(first), last: null };
  if (isLess(last, first)) return null;
  return { first: toNumber(first), last: toNumber(last) };
}

/** Integers of any length: both may be beyond what a number holds. */
function isLess(one: string, other: string): boolean {
  const [a, b] = [one.replace(/^0+/, ''), other.replace(/^0+/, '')];
  return a.length === b.length ? a < b : a.length < b.length;
}

function toNumber(digits: string): number {
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : Number.POSITIVE_INFINITY;
}

/** Pure: the bytes of a body of `sizeBytes` that answer a header; see above for what is decided. */
export function readRanges(header: string | undefined, sizeBytes: number): RangeAnswer {
  const specs = parseRange(header);
  if (specs === null) return 'whole';
  const ranges = specs.map((spec) => resolve(spec, sizeBytes)).filter((range) => range !== null);
  if (ranges.length === 0) {
    // A suffix of an empty body can be satisfied, but no Content-Range can say so (section 14.1.2).
    const isSuffixOfNothing = sizeBytes === 0 && specs.some((spec) => 'suffixLength' in spec && spec.suffixLength > 0);
    return isSuffixOfNothing ? 'whole' : 'unsatisfiable';
  }
  const merged = merge(ranges);
  return merged.length > MAX_PARTS ? 'whole' : merged;
}

/** Pure: the same for what can be sent in one piece only: several ranges are the whole. */
export function readOneRange(header: string | undefined, sizeBytes: number): ByteRange | 'whole' | 'unsatisfiable' {
  const answer = readRanges(header, sizeBytes);
  if (typeof answer === 'string') return answer;
  return answer.length === 1 ? answer[0]! : 'whole';
}

function resolve(spec: RangeSpec, sizeBytes: number): ByteRange | null {
  if ('suffixLength' in spec) {
    const length = Math.min(spec.suffixLength, sizeBytes);
    return length === 0 ? null : { first: sizeBytes - length, last: sizeBytes - 1 };
  }
  if (spec.first >= sizeBytes) return null;
  return { first: spec.first, last: Math.min(spec.last ?? Number.POSITIVE_INFINITY, sizeBytes - 1) };
}

/** Pure: each merged range stands where the first of its members stood. */
function merge(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const byPosition = ranges.map((range, order) => ({ ...range, order })).sort((a, b) => a.first - b.first);
  const merged: { first: number; last: number; order: number }[] = [];
  for (const range of byPosition) {
    const before = merged.at(-1);
    if (before === undefined || range.first > before.last + 1 + MERGE_GAP_BYTES) {
      merged.push({ ...range });
    } else {
      before.last = Math.max(before.last, range.last);
      before.order = Math.min(before.order, range.order);
    }
  }
  return merged.sort((a, b) => a.order - b.order).map(({ first, last }) => ({ first, last }));
}

/**
 * Pure: what a player gets that asks for everything from somewhere on: it will not watch all of it, and comes back for
 * more when it does. Only for media elements (`Sec-Fetch-Dest`): a download has to get everything.
 */
export function cappedForPlayer(
  header: string | undefined,
  ranges: readonly ByteRange[],
  { fetchDest, chunkBytes }: { readonly fetchDest: string | undefined; readonly chunkBytes: number },
): readonly ByteRange[] {
  const specs = parseRange(header);
  const [spec, ...others] = specs ?? [];
  const isOpenEnded = spec !== undefined && others.length === 0 && 'first' in spec && spec.last === null;
  const [range] = ranges;
  if (chunkBytes === 0 || !isMediaElement(fetchDest) || !isOpenEnded || range === undefined) return ranges;
  return [{ first: range.first, last: Math.min(range.last, range.first + chunkBytes - 1) }];
}

/** Pure: whether a `Sec-Fetch-Dest` is that of `<video>` or `<audio>`. */
export function isMediaElement(fetchDest: string | undefined): boolean {
  return fetchDest === 'video' || fetchDest === 'audio';
}
