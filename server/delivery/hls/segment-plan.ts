/** Decides how a camera's stream is cut for HLS: pure, from what is known of its keyframes. */
import type { Rhythm } from '../../hub/rhythm.ts';

export interface PlanLimits {
  /** Wanted length of segments. */
  readonly segmentMs: number;
  /** Wanted length of parts; they come out a little shorter. */
  readonly partMs: number;
  /** Segments of cameras with long keyframe intervals grow up to this. */
  readonly maxSegmentMs: number;
}

export interface SegmentPlan {
  /** EXT-X-TARGETDURATION, seconds. */
  readonly targetDurationS: number;
  /** How long segments are as long as the camera keeps its rhythm. */
  readonly expectedMs: number;
  /** A keyframe this long after the segment's begin ends the segment. */
  readonly cutAfterMs: number;
  /** Without a keyframe the segment ends here all the same: rounded, it is never above the target duration. */
  readonly limitMs: number;
  /** EXT-X-PART-INF PART-TARGET, in ms. */
  readonly partTargetMs: number;
  readonly frameMs: number;
}

/** Keyframes may come this much late without a segment above the target duration. */
const LATE = 1.1;
/** Below half a second more than the target duration: draft-pantos-hls-rfc8216bis section 4.4.3.1 rounds. */
const ROUNDING_MS = 490;
/** Frames come early and late a little; PART-TARGET holds for all but far outliers. */
const PART_SLACK = 1.05;
/** Keyframes of nearly every camera are no further apart. */
const ORDINARY_MS = 6_000;
/** Of the wanted length: a keyframe from here on ends the segment of a camera whose rhythm is not known. */
const NEARLY = 0.75;
/** Below this it is no frame but a mistake in the timestamps. */
const MIN_FRAME_MS = 5;

/** Pure. */
export function planSegments({ keyframeIntervalMs, frameMs }: Rhythm, limits: PlanLimits): SegmentPlan {
  const { segmentMs, partMs, maxSegmentMs } = limits;
  const expectedMs = expectedLength(keyframeIntervalMs, segmentMs, maxSegmentMs);
  const wantedS = Math.max(Math.ceil(segmentMs / 1000), Math.round((expectedMs * LATE) / 1000));
  const stepMs = Math.max(MIN_FRAME_MS, frameMs);
  const frames = Math.max(1, Math.floor(partMs / stepMs + 0.01));
  return {
    ...promise(Math.min(wantedS, Math.ceil(maxSegmentMs / 1000))),
    expectedMs,
    cutAfterMs: expectedMs - Math.min(keyframeIntervalMs ?? 0, expectedMs) / 2,
    partTargetMs: Math.ceil(frames * stepMs * PART_SLACK),
    frameMs: stepMs,
  };
}

/** Pure: as many groups of pictures as fit the wanted length, rounded and with keyframes that come late; at least one. */
function expectedLength(intervalMs: number | null, segmentMs: number, maxSegmentMs: number): number {
  if (intervalMs === null) return maxSegmentMs;
  if (intervalMs <= 0) return segmentMs;
  const groups = Math.max(1, Math.floor((segmentMs + ROUNDING_MS) / (intervalMs * LATE)));
  return Math.min(groups * intervalMs, maxSegmentMs);
}

/**
 * Pure: the plan for a camera that shows its first pictures ever: the target duration is a promise for as long as
 * somebody may hold the playlist, so it covers what nearly every camera does. Segments are cut near the wanted length
 * all the same.
 *
 * The price is HOLD-BACK, which is three target durations: a player without low latency that joins later stays 18 s
 * behind, and polls once in 6 s, so that what it got with the first playlist (the held picture) runs out before it asks
 * again. Players with low latency do not notice. The next session promises what has been seen (`cutter.ts`).
 *
 * A camera whose keyframes turn out to be further apart is cut without them where the promise ends, and its playlist
 * says no more that segments are independent: who plays on sees nothing of it, who joins there waits for a keyframe.
 */
export function planUnknown(frameMs: number, limits: PlanLimits): SegmentPlan {
  const { segmentMs, maxSegmentMs } = limits;
  const plan = planSegments({ keyframeIntervalMs: segmentMs, frameMs }, limits);
  const ordinaryS = Math.min(ORDINARY_MS / 1000, Math.ceil(maxSegmentMs / 1000));
  return { ...plan, ...promise(Math.max(plan.targetDurationS, ordinaryS)), cutAfterMs: NEARLY * segmentMs };
}

/** Pure: what was promised stays; the rest is as the rhythm has it that has shown itself, where that keeps the promise. */
export function keepPromise(plan: SegmentPlan, rhythm: Rhythm, limits: PlanLimits): SegmentPlan {
  const { targetDurationS, expectedMs, cutAfterMs } = planSegments(rhythm, limits);
  if (targetDurationS > plan.targetDurationS) return { ...plan, expectedMs: plan.limitMs };
  return { ...plan, expectedMs, cutAfterMs };
}

function promise(targetDurationS: number): Pick<SegmentPlan, 'targetDurationS' | 'limitMs'> {
  return { targetDurationS, limitMs: targetDurationS * 1000 + ROUNDING_MS };
}
