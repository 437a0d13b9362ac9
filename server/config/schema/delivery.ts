/** `delivery`: how pictures are shared, cached and queued for those who watch. */
import { z } from 'zod';
import { durationMs } from './fields.ts';

export const deliverySchema = z
  .strictObject({
    sharing: z
      .enum(['shared', 'viewer'])
      .default('shared')
      .describe('`shared`: one ffmpeg per camera however many watch. `viewer`: one ffmpeg per connection.'),
    gopMaxBytes: z
      .int()
      .min(65_536)
      .max(268_435_456)
      .default(16_777_216)
      .describe('Cap of the cached group of pictures per camera, in bytes.'),
    gopMaxDurationMs: durationMs(500, 120_000, 20_000).describe(
      'Cap of the cached group of pictures per camera, in time.',
    ),
    maxQueueBytes: z
      .int()
      .min(65_536)
      .max(268_435_456)
      .default(8_388_608)
      .describe('Bytes that may wait for one viewer before pictures are dropped.'),
    maxLagMs: durationMs(500, 600_000, 15_000).describe(
      'How long a viewer may be behind before it is closed with 1013.',
    ),
    mergeMaxMs: durationMs(0, 1_000, 100).describe(
      'Longest time for which tags are gathered into one write when many watch; a few viewers get every tag at once.',
    ),
    maxViewers: z.int().min(1).max(1_000_000).default(10_000).describe('Viewers in all; more get 503 or 1013.'),
  })
  .prefault({})
  .meta({ title: 'Delivery', description: 'How pictures are shared, cached and queued for those who watch.' });
