/** Where a recording's files and fragments are cut. Pure; writing them is `recording-file.ts`. */

export interface CutSituation {
  /** A player can begin at this sample. */
  readonly opens: boolean;
  /** Of the open file; null without one. */
  readonly file: {
    readonly sameInit: boolean;
    readonly sameSource: boolean;
    readonly lengthMs: number;
    /** Arrival of this sample minus where the file's own clock would place it. */
    readonly driftMs: number;
  } | null;
  readonly segmentMs: number;
}

/** The wall clock was set, or the camera's runs wrong: one pair of times would no longer describe the file. */
const MAX_DRIFT_MS = 10_000;

/**
 * Pure: what a sample does. `leave-out`: it needs a file of its own but cannot open one. A file holds one configuration
 * of one run of the camera, so that its init segment and its clock hold for all of it.
 */
export function cutFile({ opens, file, segmentMs }: CutSituation): 'continue' | 'new-file' | 'leave-out' {
  if (file === null || !file.sameInit || !file.sameSource) return opens ? 'new-file' : 'leave-out';
  const due = file.lengthMs >= segmentMs || Math.abs(file.driftMs) > MAX_DRIFT_MS;
  return opens && due ? 'new-file' : 'continue';
}

/** A place on a file's own clock, and when it was on the wall clock, Unix ms. */
interface Mark {
  readonly endMs: number;
  readonly atMs: number;
}

/**
 * Pure: when a fragment ended. A clock that is set within a file, which ends only at the next keyframe, must not move all
 * of that file: what lies on the other side goes on by the file's own clock.
 */
export function endedAt(before: Mark | null, { endMs, atMs }: Mark): number {
  if (before === null) return atMs;
  const expectedMs = before.atMs + endMs - before.endMs;
  return Math.abs(atMs - expectedMs) > MAX_DRIFT_MS ? expectedMs : atMs;
}

/** What is lost by a SIGKILL is what is pending; cameras with rare keyframes get fragments without one. */
export const MAX_FRAGMENT_MS = 2_000;
const MAX_FRAGMENT_BYTES = 8 * 1024 * 1024;

/** Pure: whether what is pending is written before this sample. */
export function cutFragment(pending: { readonly ms: number; readonly bytes: number }, opens: boolean): boolean {
  return opens || pending.ms >= MAX_FRAGMENT_MS || pending.bytes >= MAX_FRAGMENT_BYTES;
}
