/** The JSON of a camera's recording: how it stands, and what there is of it. */
import { z } from 'zod';
import type { RecordingAnswer, RecordingInfo, RecordingsAnswer } from '../../protocol.ts';
import { count, id, named, time } from './schemas.ts';

const recordReason = z.enum(['manual', 'event', 'always', 'schedule', 'watched']);
export const recordingInfo: z.ZodType<RecordingInfo> = named(
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
