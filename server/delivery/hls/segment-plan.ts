/** Decides how a camera's stream is cut for HLS: pure, from what is known of its keyframes. */

export interface Rhythm {
  /** Time between keyframes; 0 when there is no picture; null when longer than was waited for. */
  readonly keyframeIntervalMs: number | null;
  /** Time between pictures (or frames of sound). */
  readonly frameMs: number;
  /** Bits per second of the busiest segment, where one was measured; no part of the plan. */
  readonly peakBitrate?: number;
}

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
/** Below this it is no frame but a mistake in the timestamps. */
const MIN_FRAME_MS = 5;

/** Pure. */
export function planSegments({ keyframeIntervalMs, frameMs }: Rhythm, limits: PlanLimits): SegmentPlan {
  const { segmentMs, partMs, maxSegmentMs } = limits;
  const expectedMs = expectedLength(keyframeIntervalMs, segmentMs, maxSegmentMs);
  const wantedS = Math.max(Math.ceil(segmentMs / 1000), Math.round((expectedMs * LATE) / 1000));
  const targetDurationS = Math.min(wantedS, Math.ceil(maxSegmentMs / 1000));
  const stepMs = Math.max(MIN_FRAME_MS, frameMs);
  const frames = Math.max(1, Math.floor(partMs / stepMs + 0.01));
  return {
    targetDurationS,
    expectedMs,
    cutAfterMs: expectedMs - Math.min(keyframeIntervalMs ?? 0, expectedMs) / 2,
    limitMs: targetDurationS * 1000 + ROUNDING_MS,
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

/** Pure: whether a camera of this rhythm can be cut by a plan made before, so that its playlists need not change. */
export function planFits(plan: SegmentPlan, rhythm: Rhythm, limits: PlanLimits): boolean {
  return planSegments(rhythm, limits).targetDurationS <= plan.targetDurationS;
}
