/** What becomes of a batch that finds its viewer's last write still under way, or the viewer waiting for a keyframe. */

export interface BacklogSituation {
  /** Tags were left out: only a keyframe brings the viewer back. */
  readonly skipping: boolean;
  /** A write is under way. */
  readonly writing: boolean;
  readonly hasKeyframe: boolean;
  /** What would wait if this batch were queued too. */
  readonly queuedBytes: number;
  readonly maxQueueBytes: number;
  /** Since when the viewer has not been level with the stream. */
  readonly behindMs: number;
  readonly maxLagMs: number;
}

/** Longer behind than this, a keyframe is the chance to be live again: what waits before it is left out. */
const JUMP_AFTER_MS = 2_000;

/**
 * Pure: `queue` behind what waits, `skip` leaves out the queue and the batch until a keyframe, `jump` leaves out the
 * queue and goes on at the batch's keyframe, `close` gives the viewer up.
 */
export function backlogPolicy(situation: BacklogSituation): 'queue' | 'skip' | 'jump' | 'close' {
  const { skipping, writing, hasKeyframe, queuedBytes, maxQueueBytes, behindMs, maxLagMs } = situation;
  if (writing && behindMs > maxLagMs) return 'close';
  if (hasKeyframe && (skipping || (writing && behindMs > JUMP_AFTER_MS))) return 'jump';
  if (skipping) return 'skip';
  return queuedBytes > maxQueueBytes ? 'skip' : 'queue';
}
