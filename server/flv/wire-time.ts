/**
 * From the stream's endless clock to the time that one viewer sees. FLV has 32 bits and players read them as int32,
 * so a viewer that joins after weeks is given small numbers. The endless clock itself is `timeline.ts`.
 */
import { shiftArrivalMark } from './arrival-mark.ts';
import { isScript, SCRIPT_TIME_MS, type Tag, writeTimestamp } from './tag.ts';

/** 2^30 ms, 12.4 days: half of what an int32 holds. */
const STEP_MS = 2 ** 30;
/** Tags a little older than the one a viewer joins at (audio beside a keyframe) must not become negative. */
const MARGIN_MS = 60_000;

/**
 * Pure: what to subtract for a viewer that joins at `timelineMs`; a multiple of 2^30, so that all viewers of some
 * days share their bytes. What remains is at least 0 and leaves more than 12 days until an int32 overflows.
 */
export function wireOffsetAt(timelineMs: number): number {
  return Math.max(0, Math.floor((timelineMs - MARGIN_MS) / STEP_MS) * STEP_MS);
}

/**
 * Pure: a copy of the tag's bytes with another timestamp (its low 32 bits). An arrival mark's own times are moved
 * along, so that it names its keyframe's time as this viewer sees it; script tags themselves stay at `SCRIPT_TIME_MS`.
 */
export function withTimestamp(tag: Tag, timestampMs: number): Buffer {
  const bytes = Buffer.from(tag.bytes);
  writeTimestamp(bytes, isScript(tag.kind) ? SCRIPT_TIME_MS : timestampMs);
  if (tag.kind === 'script') shiftArrivalMark(bytes, timestampMs - tag.timestampMs);
  return bytes;
}
