/** `log`: what is written to standard error, and how. */
import { z } from 'zod';

export const logSchema = z
  .strictObject({
    level: z
      .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
      .default('info')
      .describe('Least severity that is logged.'),
    format: z.enum(['auto', 'json', 'text']).default('auto').describe('`auto`: text on a terminal, JSON elsewhere.'),
  })
  .prefault({})
  .meta({ title: 'Log', description: 'What is written to standard error, and how.' });
