/** The JSON of the video library. */
import { z } from 'zod';
import type { VideoFile, VideosAnswer } from '../../protocol.ts';
import { audioInfo } from './camera-schemas.ts';
import { count, id, named, time } from './schemas.ts';

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
