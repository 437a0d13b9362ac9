/** The JSON of a camera's examination, as a schema. */
import { z } from 'zod';
import { CAMERA_REASONS, type ProbeReport } from '../../protocol.ts';
import { schemaNames } from './schemas.ts';

const video = z.strictObject({
  codec: z.string(),
  codecString: z.string(),
  width: z.number(),
  height: z.number(),
  fps: z.number(),
});
const audio = z.strictObject({ codec: z.string(), sampleRateHz: z.number(), channels: z.number() });
const track = z.strictObject({ kind: z.string(), codec: z.string(), clockRateHz: z.number(), channels: z.number() });
const texts = z.array(z.string()).readonly();

export const probeReport: z.ZodType<ProbeReport> = z.strictObject({
  camera: z.string(),
  title: z.string(),
  at: z.iso.datetime({ offset: true }),
  tookMs: z.int().min(0),
  reason: z.enum(CAMERA_REASONS).nullable(),
  message: z.string().nullable(),
  address: z
    .strictObject({
      host: z.string(),
      port: z.int(),
      addresses: texts,
      lookupMs: z.number(),
      connectMs: z.number().nullable(),
    })
    .nullable(),
  rtsp: z
    .strictObject({
      status: z.int(),
      statusText: z.string(),
      server: z.string().nullable(),
      logins: texts,
      methods: texts,
      describeMs: z.number(),
      tracks: z.array(track).readonly(),
    })
    .nullable(),
  stream: z
    .strictObject({
      measuredMs: z.number(),
      wasLive: z.boolean(),
      firstPictureMs: z.number(),
      video: video.nullable(),
      audio: audio.nullable(),
      fps: z.number(),
      bitrate: z.number(),
      keyframeIntervalMs: z.number().nullable(),
      lostPackets: z.int().min(0),
      lostShare: z.number(),
    })
    .nullable(),
  plan: z.strictObject({ video: z.string(), audio: z.string() }).nullable(),
  advice: z
    .array(
      z.strictObject({
        code: z.enum([
          'failure',
          'missing-ampersand',
          'keyframe-interval',
          'no-keyframe',
          'late-first-picture',
          'packet-loss',
          'transcoded-video',
          'browser-h265',
          'transcoded-audio',
          'low-frame-rate',
          'high-bit-rate',
          'no-sub-stream',
          'slow-name',
          'readable-login',
          'redirect-target',
        ]),
        level: z.enum(['error', 'warning', 'note']),
        text: z.string(),
      }),
    )
    .readonly(),
});
schemaNames.add(probeReport, { id: 'ProbeReport' });
