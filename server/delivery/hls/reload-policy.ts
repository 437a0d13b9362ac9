/** When a blocking reload may be answered, and which is refused: pure; draft-pantos-hls-rfc8216bis section 6.2.5.2. */
import { RelayError } from '../../errors.ts';
import type { SegmentWindow } from './segment-window.ts';

type Segments = Pick<SegmentWindow, 'open' | 'openSequence' | 'listed' | 'find'>;

/** How far ahead of the playlist a reload may ask: segments, and parts as seconds' worth of them. */
const MAX_SEGMENTS_AHEAD = 2;
const MAX_PARTS_AHEAD = 3;

/** Pure: whether the playlist has this segment, or this part of it. */
export function hasReached(window: Segments, sequence: number, part: number | null): boolean {
  if (sequence > window.openSequence) return false;
  if (sequence === window.openSequence) return part !== null && part < (window.open?.parts.length ?? 0);
  const segment = window.find(sequence);
  // A part behind the segment's last is the first of the next.
  if (part === null || segment === undefined || part < segment.parts.length) return true;
  return hasReached(window, sequence + 1, 0);
}

/**
 * Pure.
 * @throws RelayError `bad-request` when it would have to wait for too long
 */
export function refuseTooFar(window: Segments, sequence: number, part: number | null, partTargetMs: number): void {
  const { openSequence, open } = window;
  const lastSequence = window.listed.at(-1)?.sequence ?? openSequence;
  const lastPart = sequence === openSequence ? (open?.parts.length ?? 0) - 1 : -1;
  const partS = partTargetMs / 1000;
  const maxAhead = partS < 1 ? Math.ceil(MAX_PARTS_AHEAD / partS) : MAX_PARTS_AHEAD;
  const isPartFar = part !== null && sequence >= openSequence && part > lastPart + maxAhead;
  if (sequence <= lastSequence + MAX_SEGMENTS_AHEAD && !isPartFar) return;
  throw new RelayError('bad-request', `The playlist ends with segment ${lastSequence}; ask for what comes next.`);
}
