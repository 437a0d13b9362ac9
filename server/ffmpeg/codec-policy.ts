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
  /** Copying was tried and failed for a codec that should be copied (B-frames over RTSP): decode and encode it. */
  readonly neverCopyVideo?: boolean;
}

export interface CodecPlan {
  /** One array element per argument; the muxer name is not among them. */
  readonly outputOptions: readonly string[];
  readonly video: 'copy' | 'transcode' | 'profile';
  readonly audio: 'copy' | 'transcode' | 'none' | 'profile';
}

/**
 * How long the interleaver may wait for the track that is behind, in microseconds. By default dead audio makes the
 * video up to 10 s late for good, and 0 means no limit at all. Measured: dead audio costs 240 ms with 200 ms, 520 ms
 * with 500 ms; at 100 ms and below tags of a healthy 48 kHz AAC and 25 frames/s stream begin to leave out of order.
 */
const MAX_INTERLEAVE_DELTA_US = 200_000;
/** Without video there is no stream: ffmpeg is to fail and say so. Audio is optional. */
const TRACKS = ['-map', '0:v:0', '-map', '0:a:0?'] as const;
const MUXER = [
  // A camera's session title would go into onMetaData.
  '-map_metadata',
  '-1',
  '-max_interleave_delta',
  String(MAX_INTERLEAVE_DELTA_US),
  '-flvflags',
  'no_duration_filesize',
  '-flush_packets',
  '1',
  '-muxdelay',
  '0',
] as const;
const KEYFRAME_INTERVAL_S = 2;

/** Pure: output options for the `flv` muxer. */
export function flvOutput(question: CodecQuestion): CodecPlan {
  const { source, profileOutput, capabilities } = question;
  if (profileOutput && profileOutput.length > 0) {
    return { outputOptions: [...TRACKS, ...MUXER, ...profileOutput], video: 'profile', audio: 'profile' };
  }
  const video = !question.neverCopyVideo && canCopyVideo(source?.video ?? null) ? 'copy' : 'transcode';
  const audio = source && !source.audio ? 'none' : canCopyAudio(source?.audio ?? null) ? 'copy' : 'transcode';
  const videoOptions = video === 'copy' ? ['-c:v', 'copy'] : encodeH264(capabilities);
  const audioOptions = { copy: ['-c:a', 'copy'], none: ['-an'], transcode: encodeAac(source?.audio ?? null) }[audio];
  return { outputOptions: [...TRACKS, ...videoOptions, ...audioOptions, ...MUXER], video, audio };
}

/**
 * Pure: whether ffmpeg must be started once more because the source is not what the plan was made for. A plan that
 * does more than needed (encodes what could be copied) is left alone until the next start.
 */
export function needsNewGuess(plan: CodecPlan, actual: SourceTracks): boolean {
  if (plan.video === 'copy' && !canCopyVideo(actual.video)) return true;
  if (actual.audio === null) return false;
  return plan.audio === 'none' || (plan.audio === 'copy' && !canCopyAudio(actual.audio));
}

/** No track, or nothing known of it, is no reason to encode. */
function canCopyVideo(video: SourceTracks['video']): boolean {
  return video === null || video.codec === 'h264';
}

/** G.711 and the like are muxed happily and then refused by flv.js; `aac_latm` is not what FLV calls AAC. */
function canCopyAudio(audio: SourceTracks['audio']): boolean {
  return audio === null || audio.codec === 'aac';
}

function encodeH264({ encoders, version }: FfmpegCapabilities): string[] {
  const software = encoders.has('libx264') || !encoders.has('libopenh264');
  const hasFpsMax = version.major > 4 || (version.major === 4 && version.minor >= 4);
  return [
    '-c:v',
    ...(software ? ['libx264', '-preset', 'veryfast', '-tune', 'zerolatency'] : ['libopenh264']),
    '-bf',
    '0',
    '-pix_fmt',
    'yuv420p',
    // By time, not by a number of frames: cameras drop theirs in the dark.
    '-g',
    '600',
    '-force_key_frames',
    `expr:gte(t,n_forced*${KEYFRAME_INTERVAL_S})`,
    // A source whose frame rate is not known counts as 90000 frames/s, which ruins the rate control.
    ...(hasFpsMax ? ['-fpsmax', '30'] : []),
  ];
}

function encodeAac(audio: SourceTracks['audio']): string[] {
  const rateHz = audio && audio.sampleRateHz > 0 && 44_100 % audio.sampleRateHz === 0 ? 44_100 : 48_000;
  const channels = audio?.channels === 1 ? 1 : 2;
  return ['-c:a', 'aac', '-ar', String(rateHz), '-ac', String(channels), '-b:a', channels === 1 ? '64k' : '128k'];
}
