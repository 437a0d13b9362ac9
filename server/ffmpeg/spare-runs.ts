/**
 * ffmpegs that are started before they are needed, for those who come back: loading its libraries is three quarters of
 * what an ffmpeg does for one picture. What they are fed is `jpeg-coder.ts`'s business.
 */
import type { PassThrough } from 'node:stream';
import type { FfmpegRun } from './run.ts';

/** A run that waits for its input. */
export interface FedRun {
  readonly run: FfmpegRun;
  readonly stdin: PassThrough;
}

interface Spare extends FedRun {
  readonly timer: NodeJS.Timeout;
}

export interface SpareRunsOptions {
  /** At one time, over all keys. */
  readonly max: number;
  /** Who comes back within this time gets a spare for the next time; one that is not used in it is stopped. */
  readonly keepMs: number;
}

/** Nothing here has to be closed: whoever ends all runs ends these. */
export class SpareRuns {
  readonly #options: SpareRunsOptions;
  readonly #spares = new Map<string, Spare>();
  readonly #usedAtMs = new Map<string, number>();

  constructor(options: SpareRunsOptions) {
    this.#options = options;
  }

  /** The spare of this key, which is the caller's from now on; null without one. */
  take(key: string): FedRun | null {
    const spare = this.#spares.get(key);
    if (spare === undefined) return null;
    this.#forget(key, spare);
    return spare;
  }

  /** Told after each use of a key: `start` is called when it is one that comes back and there is room. */
  used(key: string, start: () => FedRun): void {
    const nowMs = performance.now();
    const { max, keepMs } = this.#options;
    for (const [each, atMs] of this.#usedAtMs) if (nowMs - atMs > keepMs) this.#usedAtMs.delete(each);
    const comesBack = this.#usedAtMs.has(key);
    this.#usedAtMs.set(key, nowMs);
    if (!comesBack || this.#spares.has(key) || this.#spares.size >= max) return;
    const fed = start();
    const spare = { ...fed, timer: setTimeout(() => void fed.run.stop(), keepMs) };
    this.#spares.set(key, spare);
    void fed.run.exited.then(() => this.#forget(key, spare));
  }

  #forget(key: string, spare: Spare): void {
    clearTimeout(spare.timer);
    if (this.#spares.get(key) === spare) this.#spares.delete(key);
  }
}
