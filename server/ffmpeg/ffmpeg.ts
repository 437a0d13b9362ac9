/**
 * The relay's one door to ffmpeg: probes it, starts runs, ends them all. What one run does is `process.ts`.
 */
import type { Logger } from 'pino';
import { RelayError } from '../errors.ts';
import { type FfmpegCapabilities, probeCapabilities } from './capabilities.ts';
import { findEncoder } from './encoder-trial.ts';
import type { H264Encoder, HardwareChoice } from './h264-encoder.ts';
import { OrphanGuard } from './orphan-guard.ts';
import { FfmpegProcess } from './process.ts';
import type { Redactor } from './redact.ts';
import type { FfmpegJob, FfmpegRun } from './run.ts';
import { StartLimiter } from './start-limiter.ts';

export interface FfmpegOptions {
  /** A name on PATH or a path. */
  readonly path: string;
  /** From SIGTERM to SIGKILL. */
  readonly killTimeoutMs: number;
  /** ffmpegs between spawn and first output. */
  readonly maxStartsAtOnce: number;
  /** Default `none`. */
  readonly hwaccel?: HardwareChoice;
  readonly log: Logger;
  readonly redactor: Redactor;
}

/** What runs wait for that were asked for after the end. */
const NO_MORE_STARTS: Pick<StartLimiter, 'request'> = { request: () => ({ release() {} }) };

/**
 * `source`: pulls a camera, and waits its turn among them. `picture`: makes pictures of what is here already; it neither
 * waits for cameras that are slow to start nor keeps them waiting. `spare`: waits for a picture to come.
 * `file`: reads a file as fast as the disk allows, from its begin to its end.
 */
export type FfmpegLane = 'source' | 'picture' | 'spare' | 'file';

/** Each is a burst of work for one core. */
const MAX_PICTURES_AT_ONCE = 2;
/** Each costs some ten megabytes while it waits. */
export const MAX_SPARES = 4;
/** Each keeps a disk busy. */
const MAX_FILES_AT_ONCE = 2;

/** The relay owns one and closes it last of all that use it. */
export class Ffmpeg {
  readonly #options: FfmpegOptions;
  readonly #limiters: Readonly<Record<FfmpegLane, StartLimiter>>;
  readonly #guard: OrphanGuard;
  readonly #runs = new Set<FfmpegProcess>();
  readonly #closing = new AbortController();
  #probe: Promise<FfmpegCapabilities> | null = null;
  #encoder: Promise<H264Encoder> | null = null;

  constructor(options: FfmpegOptions) {
    this.#options = options;
    this.#limiters = {
      source: new StartLimiter(options.maxStartsAtOnce),
      picture: new StartLimiter(MAX_PICTURES_AT_ONCE),
      spare: new StartLimiter(MAX_SPARES),
      file: new StartLimiter(MAX_FILES_AT_ONCE),
    };
    this.#guard = new OrphanGuard(options.log);
  }

  /** Probes version and capabilities. Never throws: a missing ffmpeg is looked for again when it is needed. */
  async warm(): Promise<void> {
    try {
      const { version, encoders } = await this.capabilities();
      this.#options.log.info({ version: version.text, libx264: encoders.has('libx264') }, 'ffmpeg found');
    } catch (error) {
      const { code, message } = RelayError.from(error);
      if (!this.#closing.signal.aborted) this.#options.log.error({ code, path: this.#options.path }, message);
    }
  }

  /**
   * Asked of ffmpeg once and remembered; a failure is not.
   * @throws RelayError `ffmpeg-missing`, or `ffmpeg-crashed` when it runs but is not usable
   */
  capabilities(): Promise<FfmpegCapabilities> {
    if (!this.#probe) {
      const probe = probeCapabilities(this.#options.path, this.#closing.signal);
      this.#probe = probe;
      probe.catch(() => {
        if (this.#probe === probe) this.#probe = null;
      });
    }
    return this.#probe;
  }

  /**
   * What encodes H.264 here: hardware that was tried and works, else the processor. Tried once, when first asked for.
   * @throws RelayError as `capabilities`
   */
  async encoder(): Promise<H264Encoder> {
    const capabilities = await this.capabilities();
    const { path, log, hwaccel = 'none' } = this.#options;
    this.#encoder ??= findEncoder({ path, hwaccel, capabilities, log, signal: this.#closing.signal });
    return this.#encoder;
  }

  /** Never throws: a failure shows in `exited`. After `close()` the run is one that was stopped before it began. */
  start(job: FfmpegJob, lane: FfmpegLane = 'source'): FfmpegRun {
    const closed = this.#closing.signal.aborted;
    const limiter = closed ? NO_MORE_STARTS : this.#limiters[lane];
    const run = new FfmpegProcess(job, { ...this.#options, limiter, guard: this.#guard });
    this.#runs.add(run);
    void run.exited.then(() => this.#runs.delete(run));
    if (closed) void run.stop();
    return run;
  }

  /** Runs that have not exited, those waiting for a start slot included. */
  get running(): number {
    return this.#runs.size;
  }

  /** Stops all runs and awaits their exits. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#runs].map((run) => run.stop()));
    await Promise.all([this.#probe?.catch(() => {}), this.#encoder]);
    await this.#guard.close();
  }
}
