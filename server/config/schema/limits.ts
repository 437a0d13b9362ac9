/** `limits`: how much the relay takes on. Viewers are limited by `delivery.maxViewers`. */
import { z } from 'zod';

export const limitsSchema = z
  .strictObject({
    maxStreams: z
      .int()
      .min(1)
      .max(10_000)
      .default(500)
      .describe(
        'Streams that may be pulled at one time. One that nobody watches any more makes room; else viewers get 503 or 1013.',
      ),
  })
  .prefault({})
  .meta({ title: 'Limits', description: 'How much the relay takes on.' });
