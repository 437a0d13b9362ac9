/** `ffmpeg`: which ffmpeg runs, with which options, and how patient the relay is with cameras. */
import { z } from 'zod';
import { durationMs } from './fields.ts';

const profileNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/)
  .describe('Names a profile: a lowercase letter, then lowercase letters, digits and "-", at most 32.');

const profileSchema = z
  .strictObject({
    output: z
      .array(z.string())
      .default([])
      .describe('ffmpeg output options, one array element each, that replace what the codec policy would choose.'),
  })
  .meta({ title: 'Profile' });

export const ffmpegSchema = z
  .strictObject({
    path: z.string().min(1).default('ffmpeg').describe('The ffmpeg to run: a name on PATH or a path.'),
    input: z
      .array(z.string())
      .default([])
      .describe('Extra ffmpeg input options for every camera, one array element each.'),
    profiles: z
      .record(profileNameSchema, profileSchema)
      .default({})
      .describe(
        'Named ffmpeg output options that a camera has by `profile` and a viewer by `?profile=`. Built in are `copy` (as ' +
          'the camera sends it), `h264`, and `low` (H.264, at most 360 lines); options of their own replace theirs.',
      ),
    hwaccel: z
      .enum(['auto', 'none', 'vaapi', 'nvenc', 'qsv', 'v4l2m2m', 'videotoolbox'])
      .default('auto')
      .describe(
        'Which hardware encodes H.264 for viewers that cannot play what a camera sends. `auto` takes the first that ' +
          'encodes a picture when tried; without one, or where the named one fails, the processor does it.',
      ),
    connectTimeoutMs: durationMs(500, 120_000, 10_000).describe(
      'How long a camera may take to answer and to send its first picture.',
    ),
    stallTimeoutMs: durationMs(500, 120_000, 10_000).describe(
      'How long a live camera may send no video before it is pulled anew.',
    ),
    idleTimeoutMs: durationMs(0, 86_400_000, 15_000).describe('How long ffmpeg runs on after the last viewer left.'),
    killTimeoutMs: durationMs(100, 60_000, 2_000).describe('How long ffmpeg has to end after SIGTERM before SIGKILL.'),
    maxStartsAtOnce: z.int().min(1).max(256).default(16).describe('How many ffmpegs may be starting at one time.'),
    retryMinMs: durationMs(50, 60_000, 500).describe(
      'First wait before a failed camera is tried again; doubles, with jitter.',
    ),
    retryMaxMs: durationMs(100, 600_000, 30_000).describe('Longest wait before a failed camera is tried again.'),
    checkEveryMs: durationMs(0, 86_400_000, 60_000).describe(
      'How often a camera that nobody watches is asked whether it is there and lets us in; 0: never.',
    ),
    refusedLoginRetryMs: durationMs(1_000, 86_400_000, 600_000).describe(
      'How long a camera that refused the login is left alone, because cameras lock accounts.',
    ),
  })
  .prefault({})
  .meta({
    title: 'ffmpeg',
    description: 'Which ffmpeg runs, with which options, and how patient the relay is with cameras.',
  });
