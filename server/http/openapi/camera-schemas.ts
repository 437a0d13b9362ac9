/** The JSON of cameras: what each is, how it stands, and what their number is bounded by. */
import { z } from 'zod';
import type {
  AudioInfo,
  BudgetInfo,
  CameraInfo,
  CamerasAnswer,
  StreamInfo,
  TranscodeInfo,
  VideoInfo,
} from '../../protocol.ts';
import { recordingInfo } from './recording-schemas.ts';
import { cameraReason, count, id, named, time } from './schemas.ts';

const videoInfo: z.ZodType<VideoInfo> = named(
  'VideoInfo',
  z.strictObject({
    codec: z.string(),
    codecString: z.string(),
    width: count,
    height: count,
    fps: z.number().min(0),
  }),
);
export const audioInfo: z.ZodType<AudioInfo> = named(
  'AudioInfo',
  z.strictObject({ codec: z.string(), sampleRateHz: count, channels: count }),
);
const cameraState = named('CameraState', z.enum(['idle', 'starting', 'live', 'waiting', 'closed']));
const streamInfo: z.ZodType<StreamInfo> = named(
  'StreamInfo',
  z.strictObject({
    state: cameraState,
    reason: cameraReason.nullable(),
    sends: z.string().nullable(),
    encoder: z.strictObject({ name: z.string(), hardware: z.string().nullable() }).nullable(),
    video: videoInfo.nullable(),
    audio: audioInfo.nullable(),
    bitrate: z.number().min(0),
  }),
);
const transcodeInfo: z.ZodType<TranscodeInfo> = named(
  'TranscodeInfo',
  z.strictObject({
    stream: z.enum(['main', 'sub']),
    profile: z.string(),
    state: z.enum(['idle', 'starting', 'live', 'waiting']),
    viewers: count,
    encoder: z.strictObject({ name: z.string(), hardware: z.string().nullable() }).nullable(),
  }),
);
export const cameraInfo: z.ZodType<CameraInfo> = named(
  'Camera',
  z.strictObject({
    id,
    title: z.string(),
    demo: z.boolean(),
    state: cameraState,
    reason: cameraReason.nullable(),
    message: z.string().nullable(),
    viewers: count,
    pulls: count,
    streams: z.strictObject({ main: streamInfo, sub: streamInfo.nullable() }),
    transcodes: z.array(transcodeInfo).readonly(),
    video: videoInfo.nullable(),
    audio: audioInfo.nullable(),
    bitrate: z.number().min(0),
    since: time,
    checkedAt: time.nullable(),
    nextTryAt: time.nullable(),
    lastError: z.strictObject({ code: cameraReason, message: z.string(), at: time }).nullable(),
    recording: recordingInfo.nullable(),
    starts: count,
  }),
);
const budgetCount = z.strictObject({ used: count, max: count });
const budgetInfo: z.ZodType<BudgetInfo> = named(
  'Budget',
  z.strictObject({
    streams: budgetCount,
    viewers: budgetCount,
    hosts: z.array(budgetCount.extend({ cameras: z.array(id).readonly() })).readonly(),
  }),
);
export const camerasAnswer: z.ZodType<CamerasAnswer> = named(
  'Cameras',
  z.strictObject({ budget: budgetInfo, cameras: z.array(cameraInfo).readonly() }),
);
