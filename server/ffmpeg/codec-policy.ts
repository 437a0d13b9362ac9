/**
 * Pure: which output options bring a camera into FLV that flv.js plays, with as little work as possible.
 */
import type { FfmpegCapabilities } from './capabilities.ts';
import type { SourceTracks } from './source-tracks.ts';

export interface CodecQuestion {
  /** What is known of the source from an earlier run; null: H.264 and AAC are assumed. */
  readonly source: SourceTracks | null;
  /** A profile's own output options, which replace the codec choice; null or empty: choose. */
  readonly profileOutput: readonly string[] | null;
  readonly capabilities: FfmpegCapabilities;
}

export interface CodecPlan {
  readonly outputOptions: readonly string[];
  /** What the options were chosen for, to be compared by `needsNewGuess`. */
  readonly assumed: SourceTracks | null;
  readonly video: 'copy' | 'transcode' | 'profile';
  readonly audio: 'copy' | 'transcode' | 'none' | 'profile';
}

/** Pure: output options for the `flv` muxer. */
export function flvOutput(question: CodecQuestion): CodecPlan {
  return { outputOptions: ['-c', 'copy'], assumed: question.source, video: 'copy', audio: 'copy' };
}

/** Pure: whether ffmpeg must be started once more because the source is not what the plan was made for. */
export function needsNewGuess(_plan: CodecPlan, _actual: SourceTracks): boolean {
  return false;
}
