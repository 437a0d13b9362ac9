/** Kinds of value that several parts of the configuration share. */
import { z } from 'zod';

/** Whole milliseconds from `min` to `max`. */
export const durationMs = (min: number, max: number, fallback: number) => z.int().min(min).max(max).default(fallback);

/** An id stands in URLs and metric labels, so it is kept to characters that need no escape there. */
export const cameraIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/)
  .describe('Names the camera in URLs: letters, digits, "-" and "_", at most 64.');
