/** Keys of a camera whose pictures are sent to the relay, instead of being pulled by it. */
import { z } from 'zod';

export const pushKeys = {
  source: z
    .enum(['pull', 'push'])
    .default('pull')
    .describe('`pull`: the relay fetches `url`. `push`: an ffmpeg elsewhere sends FLV by POST to `/live/:camera.flv`.'),
  key: z
    .string()
    .min(16)
    .max(200)
    .optional()
    .describe(
      'What whoever sends the pictures shows, as `Authorization: Bearer …` or `?key=`; of 16 characters or more.',
    ),
  takeover: z
    .boolean()
    .default(false)
    .describe('A second sender takes the place of the first, instead of being refused.'),
};
