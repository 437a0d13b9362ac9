/** `record` of a camera: when it is recorded. `recording`: where recordings lie and how long they stay. */
import { z } from 'zod';
import { durationMs } from './fields.ts';

const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/;

const windowSchema = z
  .strictObject({
    days: z
      .array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
      .default([])
      .describe('Days on which it begins; every day when left out.'),
    from: z.string().regex(TIME_OF_DAY).describe('Local time of day, as 22:00.'),
    to: z
      .string()
      .regex(TIME_OF_DAY)
      .describe('Local time of day; not later than `from`: on the next day. The same as `from`: a whole day.'),
  })
  .meta({ title: 'Window' });

export const recordSchema = z
  .strictObject({
    when: z
      .enum(['never', 'always', 'schedule', 'watched', 'event'])
      .default('never')
      .describe(
        '`always`; `schedule`: in the windows below; `watched`: while somebody watches; `event`: around events that ' +
          'are told to the relay. By hand a camera can be recorded at any time.',
      ),
    schedule: z
      .array(windowSchema)
      .max(100)
      .default([])
      .describe('Windows of the week, in `recording.timeZone`. With `watched` and `event` they narrow the rule.'),
    preRollMs: durationMs(0, 120_000, 5_000).describe(
      'With `event`: how much from before the event is recorded. It is held in memory.',
    ),
    postRollMs: durationMs(0, 3_600_000, 15_000).describe(
      'How long the recording goes on after an event, and after the last viewer left.',
    ),
    audio: z.boolean().default(true).describe('Whether sound is recorded.'),
    maxAgeDays: z.int().min(1).max(36_500).optional().describe('Overrides `recording.maxAgeDays` for this camera.'),
    maxBytes: z
      .int()
      .min(1_048_576)
      .max(Number.MAX_SAFE_INTEGER)
      .optional()
      .describe('Bytes of recordings of this camera; the oldest go first.'),
  })
  .prefault({})
  .meta({ title: 'Record', description: 'When the camera is recorded.' });

export const recordingSchema = z
  .strictObject({
    path: z
      .string()
      .min(1)
      .default('recordings')
      .describe('Folder of the recordings, one folder per camera and day; relative to `dataDir`.'),
    segmentMs: durationMs(2_000, 14_400_000, 600_000).describe(
      'Wanted length of one file; it ends at the keyframe that follows.',
    ),
    timeZone: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe('IANA name of the time zone of schedules and days, as Europe/Berlin; the system’s when left out.'),
    maxAgeDays: z.int().min(1).max(36_500).default(30).describe('Recordings older than this are deleted.'),
    maxBytes: z
      .int()
      .min(1_048_576)
      .max(Number.MAX_SAFE_INTEGER)
      .optional()
      .describe('Bytes of all recordings; the oldest go first. No limit when left out.'),
    minFreeBytes: z
      .int()
      .min(0)
      .max(Number.MAX_SAFE_INTEGER)
      .default(536_870_912)
      .describe('With less than this free on the disk it counts as full.'),
    whenFull: z
      .enum(['stop', 'deleteOldest'])
      .default('stop')
      .describe('On a full disk: `stop` recording until there is room, or make room with the oldest recordings.'),
    maxQueueBytes: z
      .int()
      .min(1_048_576)
      .max(4_294_967_296)
      .default(67_108_864)
      .describe('Bytes of one camera that may wait for the disk, and of its pre-roll.'),
  })
  .prefault({})
  .meta({ title: 'Recording', description: 'Where recordings lie and how long they stay.' });

export type RecordConfig = z.output<typeof recordSchema>;
export type RecordingConfig = z.output<typeof recordingSchema>;
