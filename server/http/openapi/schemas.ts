/**
 * The JSON of the API's answers, as schemas: strict, so that a test can hold real answers against them, and named, so
 * that the description can refer to them. The types they must agree with are those of `protocol/`.
 */
import { z } from 'zod';
import {
  type AudioInfo,
  type BudgetInfo,
  CAMERA_REASONS,
  type CameraInfo,
  type CamerasAnswer,
  type ChatEntry,
  type ChatMessagesAnswer,
  type Problem,
  RELAY_REASONS,
  type RecordingAnswer,
  type RecordingInfo,
  type RecordingsAnswer,
  type StreamInfo,
  type TranscodeInfo,
  type VideoFile,
  type VideoInfo,
  type VideosAnswer,
} from '../../protocol.ts';

/** Names of the schemas in the description. */
export const schemaNames = z.registry<{ id: string }>();

function named<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  schemaNames.add(schema, { id });
  return schema;
}

const time = z.iso.datetime({ offset: true });
const count = z.int().min(0);
const id = z.string();
const cameraReason = named('CameraReason', z.enum(CAMERA_REASONS));
const errorCode = named('ErrorCode', z.enum([...CAMERA_REASONS, ...RELAY_REASONS]));

export const problem: z.ZodType<Problem> = named(
  'Problem',
  z.strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: errorCode,
    camera: id.optional(),
    url: z.string().optional(),
    at: z.string().optional(),
  }) as z.ZodType<Problem>,
);

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
const audioInfo: z.ZodType<AudioInfo> = named(
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
const recordReason = z.enum(['manual', 'event', 'always', 'schedule', 'watched']);
const recordingInfo: z.ZodType<RecordingInfo> = named(
  'RecordingInfo',
  z.strictObject({
    state: z.enum(['armed', 'waiting', 'recording', 'disk-full', 'failed']),
    reason: recordReason.nullable(),
    event: z.string().nullable(),
    message: z.string().nullable(),
    since: time,
    until: time.nullable(),
    file: z.string().nullable(),
    bytes: count,
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

export const health = named(
  'Health',
  z.strictObject({ status: z.literal('ok'), version: z.string().optional(), uptimeSeconds: count.optional() }),
);
export const readiness = named(
  'Readiness',
  z.strictObject({
    ready: z.boolean(),
    code: errorCode.nullable().optional(),
    message: z.string().nullable().optional(),
  }),
);

export const recordingAnswer: z.ZodType<RecordingAnswer> = named(
  'Recording',
  z.strictObject({ camera: id, recording: recordingInfo.nullable() }),
);
export const recordingsAnswer: z.ZodType<RecordingsAnswer> = named(
  'Recordings',
  z.strictObject({
    camera: id,
    timeZone: z.string(),
    from: time,
    to: time,
    periods: z
      .array(
        z.strictObject({
          from: time,
          to: time,
          durationMs: count,
          bytes: count,
          growing: z.boolean(),
          playlist: z.string(),
          export: z.string(),
        }),
      )
      .readonly(),
    days: z.array(z.strictObject({ day: z.iso.date(), durationMs: count })).readonly(),
    files: z
      .array(
        z.strictObject({
          name: z.string(),
          from: time,
          to: time,
          durationMs: count,
          bytes: count,
          growing: z.boolean(),
          codecs: z.string(),
          width: count,
          height: count,
          reason: recordReason.nullable(),
          url: z.string(),
        }),
      )
      .readonly(),
  }),
);

const videoFile: z.ZodType<VideoFile> = named(
  'Video',
  z.strictObject({
    name: z.string(),
    sizeBytes: count,
    modifiedAt: time,
    camera: id.nullable(),
    growing: z.boolean(),
    state: z.enum(['ready', 'reading', 'broken']),
    container: z.string().nullable(),
    durationMs: count.nullable(),
    bitrate: count.nullable(),
    video: z.strictObject({ codec: z.string(), width: count, height: count, fps: z.number().min(0) }).nullable(),
    audio: audioInfo.nullable(),
    playable: z.enum(['direct', 'remux', 'no', 'unknown']),
    reason: z.string().nullable(),
    url: z.string(),
    playUrl: z.string().nullable(),
    thumbnail: z.string(),
  }),
);
export const videosAnswer: z.ZodType<VideosAnswer> = named(
  'Videos',
  z.strictObject({
    videos: z.array(videoFile).readonly(),
    total: count,
    totalBytes: count,
    offset: count,
    limit: count,
    next: count.nullable(),
  }),
);

const chatEntry: z.ZodType<ChatEntry> = named(
  'ChatEntry',
  z.strictObject({
    type: z.enum(['message', 'danmaku']),
    id,
    room: id,
    atMs: count,
    streamTimeMs: count,
    sender: z.strictObject({ id, name: z.string(), avatar: z.string(), moderator: z.boolean() }),
    text: z.string(),
    clientId: z.string().optional(),
    colour: z.string().optional(),
    lane: z.enum(['scroll', 'top', 'bottom']).optional(),
  }) as z.ZodType<ChatEntry>,
);
export const chatMessagesAnswer: z.ZodType<ChatMessagesAnswer> = named(
  'ChatMessages',
  z.strictObject({ room: id, messages: z.array(chatEntry).readonly(), next: z.string().nullable() }),
);
