/** What every part of the relay stands on. */
import type { Logger } from 'pino';
import type { Config } from '../config/schema.ts';
import type { Redactor } from '../ffmpeg/redact.ts';

export interface Ground {
  /** With every camera's address, see `expand-cameras.ts`. */
  readonly config: Config;
  readonly redactor: Redactor;
  readonly log: Logger;
}
