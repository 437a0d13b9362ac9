/**
 * The relay's one door to ffmpeg: probes it, starts runs, ends them all.
 */
import type { Logger } from 'pino';
import { RelayError } from '../errors.ts';
import type { FfmpegCapabilities } from './capabilities.ts';
import type { FfmpegJob, FfmpegRun } from './process.ts';
import type { Redactor } from './redact.ts';

export interface FfmpegOptions {
  /** A name on PATH or a path. */
  readonly path: string;
  readonly killTimeoutMs: number;
  readonly maxStartsAtOnce: number;
  readonly log: Logger;
  readonly redactor: Redactor;
}

export class Ffmpeg {
  readonly #options: FfmpegOptions;

  constructor(options: FfmpegOptions) {
    this.#options = options;
  }

  /** Probes version and capabilities once. Never throws; a missing ffmpeg is looked for again at the next start. */
  async warm(): Promise<void> {}

  /** @throws RelayError `ffmpeg-missing` */
  async capabilities(): Promise<FfmpegCapabilities> {
    throw new RelayError('ffmpeg-missing');
  }

  /** Never throws: a failure shows in `exited`. */
  start(job: FfmpegJob): FfmpegRun {
    throw new RelayError('ffmpeg-missing', `${job.camera} ${this.#options.path}`);
  }

  get running(): number {
    return 0;
  }

  /** Stops all runs and awaits their exits. Idempotent. */
  async close(): Promise<void> {}
}
