/**
 * Pure: what a camera most likely sends, from what it announces and what its pulls have met before. What ffmpeg is then
 * told to do is `ffmpeg/codec-policy.ts`.
 */
import type { PullPlan } from '../../ffmpeg/codec-policy.ts';
import type { SourceTracks } from '../../ffmpeg/source-tracks.ts';
import type { CameraMemory } from './pull-options.ts';

/** So long sound may take that ffmpeg encodes, and so waits for; a picture that is encoded waits for a keyframe too. */
const SOUND_PATIENCE_MS = { copy: 5_000, transcode: 7_000 } as const;
/** And no more than this part of the time for a first picture. */
const SOUND_SHARE = 0.7;
/** For so long sound that did not come is not waited for again. */
const SOUND_MISSED_FOR_MS = 10 * 60_000;

/**
 * Pure: what the camera announces, unless ffmpeg knows better from the last time: the same codecs more exactly, or that
 * the camera sends something else than it announces. Null: nothing is known.
 */
export function likelyTracks(
  announced: SourceTracks | null,
  { sources, misannounced = null }: Pick<CameraMemory, 'sources' | 'misannounced'>,
): SourceTracks | null {
  if (announced === null || sources === null) return announced ?? sources;
  const isKnown =
    hasSameCodecs(announced, sources) || (misannounced !== null && hasSameCodecs(announced, misannounced));
  return isKnown ? sources : announced;
}

/** Pure: whether sound that is announced did not come not long ago. */
export function soundIsMissing(
  { soundMissedAtMs = null }: Pick<CameraMemory, 'soundMissedAtMs'>,
  nowMs: number,
): boolean {
  return soundMissedAtMs !== null && nowMs - soundMissedAtMs < SOUND_MISSED_FOR_MS;
}

/**
 * Pure: how long the input may be open with nothing coming of it before that is laid to its sound, in ms; null where it
 * cannot be.
 */
export function soundPatienceMs(
  { video, audio }: Pick<PullPlan, 'video' | 'audio'>,
  connectTimeoutMs: number,
): number | null {
  if (audio !== 'transcode' || video === 'profile') return null;
  return Math.min(SOUND_PATIENCE_MS[video], connectTimeoutMs * SOUND_SHARE);
}

function hasSameCodecs(one: SourceTracks, other: SourceTracks): boolean {
  return one.video?.codec === other.video?.codec && one.audio?.codec === other.audio?.codec;
}
