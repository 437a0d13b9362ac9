/** `videos`: the video library, what is served from it, and what may be uploaded into it. */
import { z } from 'zod';
import { durationMs } from './fields.ts';

/** Up to a petabyte. */
const bytes = (min: number, fallback: number) => z.int().min(min).max(1_125_899_906_842_624).default(fallback);

const uploadSchema = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether videos can be uploaded at all.'),
    maxBytes: bytes(1, 8_589_934_592).describe('Largest video that may be uploaded, in bytes.'),
    types: z
      .array(z.string().regex(/^[a-z0-9]{1,8}$/))
      .default(['mp4', 'm4v', 'mov', 'webm', 'mkv', 'ts', 'mts', 'm2ts', 'flv', 'avi', '3gp', 'mpg', 'mpeg', 'ogv'])
      .describe('File name endings that may be uploaded, without the dot.'),
    quotaBytes: bytes(0, 107_374_182_400).describe(
      'Bytes of the folder and of unfinished uploads together that uploads may fill; 0 sets no limit but the disk.',
    ),
    expiryMs: durationMs(1_000, 2_592_000_000, 86_400_000).describe(
      'How long after its begin an unfinished upload can be resumed; then it is removed.',
    ),
  })
  .prefault({})
  .meta({ title: 'Upload', description: 'Resumable upload into the library.' });

export const videosSchema = z
  .strictObject({
    path: z
      .string()
      .min(1)
      .optional()
      .describe('Folder of the library; relative to the config file. Left out, it is `videos` in `dataDir`.'),
    maxRateBps: bytes(0, 0).describe('Bytes per second that one download gets at most; 0 does not limit.'),
    playerChunkBytes: bytes(0, 4_194_304).describe(
      'Bytes a `<video>` gets at once when it asks for everything from somewhere on; it comes back for more. 0 sends all.',
    ),
    remuxCacheBytes: bytes(0, 10_737_418_240).describe(
      'Bytes in `dataDir` for files that were repacked as MP4 for browsers; the least recently played go first.',
    ),
    upload: uploadSchema,
  })
  .prefault({})
  .meta({ title: 'Videos', description: 'The video library: files in a folder, listed, served in ranges, uploaded.' });
