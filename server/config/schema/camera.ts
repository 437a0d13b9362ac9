/** `camera`: one camera. */
import { z } from 'zod';
import { cameraUrlProblem } from '../camera-url.ts';
import { pushKeys } from './push.ts';
import { recordSchema } from './record.ts';
import { sourceKeys } from './source.ts';

/** Judged here, with the type, so that it is told beside all other mistakes. */
const urlSchema = z
  .string()
  .min(1)
  .superRefine((url, context) => {
    const problem = url === '' ? undefined : cameraUrlProblem(url);
    if (problem !== undefined) context.addIssue(problem);
  });

export const cameraSchema = z
  .strictObject({
    title: z.string().min(1).max(200).optional().describe('Shown on the page; the id when left out.'),
    url: urlSchema
      .default('')
      .describe(
        '`rtsp://`, `rtsps://`, `rtmp://`, `http://` or `https://` (FLV, HLS, MJPEG; another relay), or `demo:` for a built-in demo camera. Left out where `host` is given or `source` is `push`.',
      ),
    ...sourceKeys,
    ...pushKeys,
    sub: urlSchema
      .optional()
      .describe(
        'The address of the camera’s smaller stream, for grids; the same login. Left out: there is one stream.',
      ),
    username: z.string().optional().describe('User for the camera; any character, no escaping needed.'),
    password: z.string().optional().describe('Password for the camera; any character, no escaping needed.'),
    profile: z
      .string()
      .default('auto')
      .describe('`auto` lets the codec policy choose; otherwise a key of `ffmpeg.profiles`.'),
    maxSessions: z
      .int()
      .min(1)
      .max(1_000)
      .optional()
      .describe('Sessions that the device takes at one time, all cameras of its host together. Left out: any number.'),
    sharing: z.enum(['shared', 'viewer']).optional().describe('Overrides `delivery.sharing` for this camera.'),
    keep: z
      .enum(['always', 'onDemand'])
      .default('onDemand')
      .describe('`always`: pull the camera even when nobody watches.'),
    record: recordSchema,
    input: z
      .array(z.string())
      .default([])
      .describe('Extra ffmpeg input options for this camera, one array element each.'),
  })
  .meta({ title: 'Camera' });
