/**
 * Pure: what happens to a camera's picture and sound on the way to a viewer: copied, repackaged or transcoded, and with
 * which ffmpeg options. How H.264 is encoded is `h264-encoder.ts`; who runs the transcode is `camera/transcode.ts`.
 */
import type { FfmpegCapabilities } from './capabilities.ts';
import { type H264Encoder, softwareEncoder } from './h264-encoder.ts';
import type { SourceTracks } from './source-tracks.ts';

/** What can travel on the bus and be played somewhere without being encoded anew. */
export type BusCodec = 'h264' | 'hevc';

export interface ViewerQuestion {
  /** What the camera's stream carries on the bus; null while that is not known. */
  readonly sends: BusCodec | null;
  /** What the viewer's engine says it can play. One that says nothing can play H.264. */
  readonly plays: readonly BusCodec[];
  readonly container: 'flv' | 'mp4';
}

/**
 * Pure: how a stream on the bus gets to a viewer. `copy`: tags as they are; `repackage`: the same pictures in another
 * container; `transcode`: as H.264, which every engine plays. While nothing is known H.264 is assumed.
 */
export function viewerRoad({ sends, plays, container }: ViewerQuestion): 'copy' | 'repackage' | 'transcode' {
  const codec = sends ?? 'h264';
  if (codec !== 'h264' && !plays.includes(codec)) return 'transcode';
  return container === 'flv' ? 'copy' : 'repackage';
}

export interface PullQuestion {
  /** What is known of the source; null: H.264 and AAC are assumed. */
  readonly source: SourceTracks | null;
  /** A profile's own output options, which replace the codec choice; null or empty: choose. */
  readonly profileOutput: readonly string[] | null;
  readonly capabilities: FfmpegCapabilities;
  /** Pictures are made no higher than this; null or left out: as they are. */
  readonly maxHeight?: number | null;
  /** H.265 may travel as it is; false: nobody behind this pull could transcode it. */
  readonly hevcOnBus: boolean;
  /** Encodes what cannot be copied; left out: the processor. */
  readonly encoder?: H264Encoder;
  /** Copying was tried and failed for a codec that should be copied (B-frames over RTSP): decode and encode it. */
  readonly neverCopyVideo?: boolean;
  /**
   * The sound that is announced did not come: where it would be encoded it is left out, since ffmpeg writes nothing, no
   * picture either, before every encoder has had its first frame.
   */
  readonly soundIsMissing?: boolean;
}

export interface PullPlan {
  /** Options before the input, beside those that reach the camera. */
  readonly inputOptions: readonly string[];
  /** One array element per argument; the muxer name is not among them. */
  readonly outputOptions: readonly string[];
  /** The muxer: `mp4`, fragmented at every frame, where H.265 is copied by an ffmpeg that cannot put it into FLV. */
  readonly format: 'flv' | 'mp4';
  readonly video: 'copy' | 'transcode' | 'profile';
  readonly audio: 'copy' | 'transcode' | 'none' | 'profile';
  /** There is no sound because it was left out; the source announces some. */
  readonly leavesSoundOut?: boolean;
  readonly hevcOnBus: boolean;
}

/**
 * How long the interleaver may wait for the track that is behind, in microseconds. By default dead audio makes the
 * video up to 10 s late for good, and 0 means no limit at all. Measured: dead audio costs 240 ms with 200 ms, 520 ms
 * with 500 ms; at 100 ms and below tags of a healthy 48 kHz AAC and 25 frames/s stream begin to leave out of order.
 */
const MAX_INTERLEAVE_DELTA_US = 200_000;
/** Without video there is no stream: ffmpeg is to fail and say so. Audio is optional. */
const TRACKS = ['-map', '0:v:0', '-map', '0:a:0?'] as const;
const ANY_MUXER = [
  // A camera's session title would go into onMetaData.
  '-map_metadata',
  '-1',
  '-max_interleave_delta',
  String(MAX_INTERLEAVE_DELTA_US),
  '-flush_packets',
  '1',
  '-muxdelay',
  '0',
] as const;
const FLV_MUXER = [...ANY_MUXER, '-flvflags', 'no_duration_filesize'] as const;
/**
 * A fragment for every frame, for `mp4/sample-reader.ts`. `hev1`, since for `hvc1` ffmpeg takes parameter sets out of the
 * pictures, and those that change in the middle would be lost.
 */
const MP4_MUXER = [
  ...ANY_MUXER,
  '-movflags',
  '+frag_every_frame+empty_moov+default_base_moof',
  '-tag:v',
  'hev1',
] as const;
const KEYFRAME_INTERVAL_S = 2;

/** Pure: how a camera is pulled. */
export function planPull(question: PullQuestion): PullPlan {
  const { source, profileOutput, capabilities, hevcOnBus } = question;
  if (profileOutput && profileOutput.length > 0) {
    return {
      inputOptions: [],
      outputOptions: [...TRACKS, ...FLV_MUXER, ...profileOutput],
      format: 'flv',
      video: 'profile',
      audio: 'profile',
      hevcOnBus,
    };
  }
  const sent = source?.video ?? null;
  const { neverCopyVideo = false, maxHeight = null, soundIsMissing = false } = question;
  const mayCopy = !neverCopyVideo && maxHeight === null && canCopyVideo(sent, hevcOnBus);
  const video = mayCopy ? 'copy' : 'transcode';
  const mayCopySound = canCopyAudio(source?.audio ?? null);
  const leavesSoundOut = soundIsMissing && !mayCopySound;
  const audio = leavesSoundOut || (source && !source.audio) ? 'none' : mayCopySound ? 'copy' : 'transcode';
  const format = video === 'copy' && sent?.codec === 'hevc' && !capabilities.hevcInFlv ? 'mp4' : 'flv';
  const encoder = question.encoder ?? softwareEncoder(capabilities);
  const videoOptions =
    video === 'copy' ? ['-c:v', 'copy'] : [...encodeH264(encoder, maxHeight), ...fpsMax(capabilities)];
  const audioOptions = { copy: ['-c:a', 'copy'], none: ['-an'], transcode: encodeAac(source?.audio ?? null) }[audio];
  const muxer = format === 'mp4' ? MP4_MUXER : FLV_MUXER;
  return {
    inputOptions: video === 'transcode' ? encoder.inputOptions : [],
    outputOptions: [...TRACKS, ...videoOptions, ...audioOptions, ...muxer],
    format,
    video,
    audio,
    leavesSoundOut,
    hevcOnBus,
  };
}

/**
 * Pure: whether ffmpeg must be started once more because the source is not what the plan was made for. A plan that
 * does more than needed (encodes what could be copied, packs H.264 for H.265) is left alone until the next start.
 */
export function needsNewGuess(plan: PullPlan, actual: SourceTracks, capabilities: FfmpegCapabilities): boolean {
  if (plan.video === 'copy') {
    if (!canCopyVideo(actual.video, plan.hevcOnBus)) return true;
    if (actual.video?.codec === 'hevc' && plan.format === 'flv' && !capabilities.hevcInFlv) return true;
  }
  if (actual.audio === null || plan.leavesSoundOut) return false;
  return plan.audio === 'none' || (plan.audio === 'copy' && !canCopyAudio(actual.audio));
}

export interface TranscodeQuestion {
  readonly capabilities: FfmpegCapabilities;
  readonly encoder: H264Encoder;
  /** A profile's own output options, which replace everything but the muxer's; null or empty: H.264, sound copied. */
  readonly profileOutput: readonly string[] | null;
  /** Pictures are made no higher than this; null: as they are. */
  readonly maxHeight: number | null;
}

/**
 * Pure: options that turn a stream of the hub, fragmented MP4 on standard input, into FLV with H.264 on the same clock.
 * The sound on the bus is AAC already.
 */
export function planTranscode(question: TranscodeQuestion): { inputOptions: string[]; outputOptions: string[] } {
  const { capabilities, encoder, profileOutput, maxHeight } = question;
  const inputOptions = [
    ...['-protocol_whitelist', 'pipe', '-f', 'mov'],
    // The head of the file says everything; without these ffmpeg waits for more pictures before it begins.
    ...['-analyzeduration', '0', '-fpsprobesize', '0'],
    // Threads that work on different pictures hold back as many.
    ...['-thread_type', 'slice'],
  ];
  // By the picture's own times: they are how a picture is found again, and no frame rate is known to keep.
  const { major, minor } = capabilities.version;
  const passthrough = major > 5 || (major === 5 && minor >= 1) ? '-fps_mode' : '-vsync';
  const clock = ['-copyts', passthrough, 'passthrough', '-enc_time_base', '1:1000'];
  if (profileOutput && profileOutput.length > 0) {
    return { inputOptions, outputOptions: [...TRACKS, '-copyts', ...FLV_MUXER, ...profileOutput] };
  }
  const video = encodeH264(encoder, maxHeight);
  return {
    inputOptions: [...encoder.inputOptions, ...inputOptions],
    outputOptions: [...TRACKS, ...clock, ...video, '-c:a', 'copy', ...FLV_MUXER],
  };
}

/** No track, or nothing known of it, is no reason to encode. */
function canCopyVideo(video: SourceTracks['video'], hevcOnBus: boolean): boolean {
  return video === null || video.codec === 'h264' || (video.codec === 'hevc' && hevcOnBus);
}

/** G.711 and the like are muxed happily and then refused by flv.js; `aac_latm` is not what FLV calls AAC. */
function canCopyAudio(audio: SourceTracks['audio']): boolean {
  return audio === null || audio.codec === 'aac';
}

function encodeH264(encoder: H264Encoder, maxHeight: number | null): string[] {
  // 4:2:0 has even sides: the last row or column of an odd picture is left out.
  const size =
    maxHeight === null ? 'crop=2*trunc(iw/2):2*trunc(ih/2)' : `scale=w=-2:h='2*trunc(min(ih,${maxHeight})/2)'`;
  const filters = [size, encoder.filter].filter((filter) => filter !== null);
  return [...['-vf', filters.join(',')], ...['-c:v', encoder.name, ...encoder.options, ...keyframeOptions()]];
}

/**
 * Pure: keyframes by time and not by a number of frames, since cameras drop theirs in the dark; counted from the last
 * one, because the clock of a transcode begins anywhere.
 */
export function keyframeOptions(): string[] {
  const due = `gte(t,prev_forced_t+${KEYFRAME_INTERVAL_S})`;
  return ['-g', '600', '-force_key_frames', `expr:if(isnan(prev_forced_t),1,${due})`];
}

/** A source whose frame rate is not known counts as 90000 frames/s, which ruins the rate control. */
function fpsMax({ version }: FfmpegCapabilities): string[] {
  return version.major > 4 || (version.major === 4 && version.minor >= 4) ? ['-fpsmax', '30'] : [];
}

function encodeAac(audio: SourceTracks['audio']): string[] {
  const rateHz = audio && audio.sampleRateHz > 0 && 44_100 % audio.sampleRateHz === 0 ? 44_100 : 48_000;
  const channels = audio?.channels === 1 ? 1 : 2;
  return ['-c:a', 'aac', '-ar', String(rateHz), '-ac', String(channels), '-b:a', channels === 1 ? '64k' : '128k'];
}
