/**
 * Every key of `ffmpeg.config.json`: type, unit, default, range and what it does. The published JSON Schema
 * (`ffmpeg.config.schema.json`) is made from this; reading the file is `load.ts`.
 */
import { z } from 'zod';
import { accessSchema } from './schema/access.ts';
import { adHocSchema } from './schema/ad-hoc.ts';
import { cameraSchema } from './schema/camera.ts';
import { chatSchema } from './schema/chat.ts';
import { deliverySchema } from './schema/delivery.ts';
import { ffmpegSchema } from './schema/ffmpeg.ts';
import { cameraIdSchema } from './schema/fields.ts';
import { gatewaySchema, resourcesSchema } from './schema/gateway.ts';
import { hlsSchema } from './schema/hls.ts';
import { limitsSchema } from './schema/limits.ts';
import { logSchema } from './schema/log.ts';
import { recordingSchema } from './schema/record.ts';
import { serverSchema } from './schema/server.ts';
import { videosSchema } from './schema/videos.ts';

export const configSchema = z
  .strictObject({
    $schema: z.string().optional().describe('Lets an editor complete and check this file.'),
    server: serverSchema,
    ffmpeg: ffmpegSchema,
    delivery: deliverySchema,
    hls: hlsSchema,
    dataDir: z
      .string()
      .min(1)
      .default('./data')
      .describe('Folder for everything the relay writes; relative to the config file.'),
    cameras: z.record(cameraIdSchema, cameraSchema).default({}).describe('The cameras by id.'),
    recording: recordingSchema,
    resources: resourcesSchema,
    gateway: gatewaySchema,
    chat: chatSchema,
    videos: videosSchema,
    adHoc: adHocSchema,
    access: accessSchema,
    limits: limitsSchema,
    log: logSchema,
  })
  .meta({ title: 'Sightline configuration', description: 'What Sightline relays, and how.' });

/** The configuration as the relay uses it: every default filled in. */
export type Config = z.output<typeof configSchema>;
/** The configuration as a person may write it. */
export type ConfigInput = z.input<typeof configSchema>;
export type CameraConfig = Config['cameras'][string];
