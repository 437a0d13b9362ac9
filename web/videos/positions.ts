/** Where a viewer was in each video, kept in this browser. One that forbids storage only forgets. */

export interface Position {
  readonly atMs: number;
  readonly durationMs: number;
  /** When that was, Unix ms. */
  readonly seenMs: number;
}

const KEY = 'sightline.video-positions';
const MAX_KEPT = 300;
/** Less is not worth a question. */
const MIN_AT_MS = 5_000;
/** So near to the end it has been seen. */
const END_MS = 5_000;
const END_SHARE = 0.97;

/** Pure: what is stored, without what is not ours. */
export function parsePositions(text: string | null): Map<string, Position> {
  const positions = new Map<string, Position>();
  let stored: unknown;
  try {
    stored = JSON.parse(text ?? '{}');
  } catch {
    return positions;
  }
  if (typeof stored !== 'object' || stored === null) return positions;
  for (const [key, value] of Object.entries(stored)) {
    const { atMs, durationMs, seenMs } = (value ?? {}) as Partial<Position>;
    if (typeof atMs !== 'number' || typeof durationMs !== 'number' || typeof seenMs !== 'number') continue;
    positions.set(key, { atMs, durationMs, seenMs });
  }
  return positions;
}

/** Pure: whether it is worth to be asked for: neither the beginning nor the end. */
export function isWorthGoingOn({ atMs, durationMs }: Pick<Position, 'atMs' | 'durationMs'>): boolean {
  return atMs >= MIN_AT_MS && atMs < Math.min(durationMs - END_MS, durationMs * END_SHARE);
}

/** Pure: with one more, and without the ones seen longest ago above the limit. */
export function withPosition(
  positions: ReadonlyMap<string, Position>,
  key: string,
  position: Position | null,
): Map<string, Position> {
  const next = new Map(positions);
  if (position === null) next.delete(key);
  else next.set(key, position);
  const old = [...next].sort(([, a], [, b]) => b.seenMs - a.seenMs).slice(MAX_KEPT);
  for (const [each] of old) next.delete(each);
  return next;
}

export function readPositions(): Map<string, Position> {
  try {
    return parsePositions(localStorage.getItem(KEY));
  } catch {
    return new Map();
  }
}

export const readPosition = (key: string): Position | null => readPositions().get(key) ?? null;

/** Null forgets it. */
export function writePosition(key: string, position: Position | null): void {
  try {
    const next = withPosition(readPositions(), key, position);
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(next)));
  } catch {
    // Private windows and full disks: the place is forgotten with the page.
  }
}

/** Forgets a video that is gone. */
export const forgetPosition = (key: string): void => writePosition(key, null);
/** Under which a camera's recordings are kept; no file is named so. */
export const recordingsKey = (camera: string): string => `recordings/${camera}`;
