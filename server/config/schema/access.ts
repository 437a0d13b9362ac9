/** `access`: who may watch. */
import { z } from 'zod';

export const accessSchema = z
  .strictObject({
    open: z
      .boolean()
      .default(false)
      .describe(
        'Lets addresses other than loopback in although there are no users. Anyone who reaches the port sees every camera.',
      ),
  })
  .prefault({})
  .meta({ title: 'Access', description: 'Who may watch.' });
