/** `hls`: how streams are cut for HLS, and how much is kept. */
import { z } from 'zod';
import { durationMs } from './fields.ts';

export const hlsSchema = z
  .strictObject({
    segmentMs: durationMs(1_000, 10_000, 2_000).describe(
      'Wanted length of segments; they are cut at the keyframe that is nearest.',
    ),
    partMs: durationMs(100, 1_000, 250).describe('Wanted length of the parts that low-latency players fetch.'),
    maxSegmentMs: durationMs(2_000, 60_000, 12_000).describe(
      'Segments of cameras with rare keyframes grow up to this; then they are cut without one.',
    ),
    window: z.int().min(4).max(1_000).default(15).describe('Segments that a playlist lists.'),
    keepExpired: z
      .int()
      .min(1)
      .max(1_000)
      .default(16)
      .describe(
        'Segments that are kept for slow consumers after the playlist has dropped them; RFC 8216 wants one more than `window`.',
      ),
    maxBytes: z
      .int()
      .min(1_048_576)
      .max(17_179_869_184)
      .default(134_217_728)
      .describe('Segments in memory per camera, in bytes; the oldest go first.'),
    storage: z
      .enum(['memory', 'disk'])
      .default('memory')
      .describe(
        'Where complete segments are kept. `disk`: for long windows; what cannot be written stays in memory, within `maxBytes`.',
      ),
    path: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Folder for segments on disk, of this relay alone, relative to this file; `hls/segments` in the data folder when left out.',
      ),
    maxDiskBytes: z
      .int()
      .min(1_048_576)
      .max(1_125_899_906_842_624)
      .default(4_294_967_296)
      .describe('Segments on disk per camera, in bytes; the oldest go first.'),
    idleTimeoutMs: durationMs(1_000, 86_400_000, 30_000).describe(
      'How long segments are made on after the last request for them.',
    ),
  })
  .prefault({})
  .refine(({ segmentMs, maxSegmentMs }) => maxSegmentMs >= segmentMs, {
    path: ['maxSegmentMs'],
    message: 'allowed is at least hls.segmentMs',
  })
  .meta({ title: 'HLS', description: 'How streams are cut for HLS, and how much is kept.' });
