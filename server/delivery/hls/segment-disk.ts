/**
 * Segments on disk: one file each, in a folder of this run of the relay that goes with it. What was left by a relay that
 * could not tidy up is removed at the next start. Which segments there are is `segment-window.ts`.
 */
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';

export interface SegmentDiskOptions {
  /** A folder of this relay alone. */
  readonly folder: string;
  /** Names the relay's start: eight hexadecimal digits. */
  readonly start: string;
  /** Bytes that may wait to be written; what comes then stays where it is. */
  readonly maxQueuedBytes?: number;
  readonly log: Logger;
}

const MAX_QUEUED_BYTES = 134_217_728;
const RUN_FOLDER = /^run-[0-9a-f]{8}$/;
/** Pictures are nobody else's business. */
const OWNER_ONLY = { folder: 0o700, file: 0o600 } as const;

/**
 * ```
 * well ──a segment cannot be written──▶ failing (segments stay in memory) ──one is written──▶ well
 * ```
 * Every segment is tried, so that it is well again as soon as there is room.
 */
export class SegmentDisk {
  readonly #options: SegmentDiskOptions;
  readonly #runFolder: string;
  #tail: Promise<unknown> = Promise.resolve();
  #queuedBytes = 0;
  #count = 0;
  #failing = false;
  #closed = false;

  constructor(options: SegmentDiskOptions) {
    this.#options = options;
    this.#runFolder = join(options.folder, `run-${options.start}`);
  }

  /** The last segment could not be written and stays in memory. */
  get failing(): boolean {
    return this.#failing;
  }

  /** Removes what earlier runs left, and makes the folder. Never rejects: without a folder it is failing. */
  async load(): Promise<void> {
    const { folder, log } = this.#options;
    const left = (await readdir(folder).catch(() => [])).filter((name) => RUN_FOLDER.test(name));
    for (const name of left) {
      await rm(join(folder, name), { recursive: true, force: true }).catch((error) =>
        log.warn({ err: error, folder: join(folder, name) }, 'old HLS segments could not be removed'),
      );
    }
    if (left.length > 0) log.info({ folder, runs: left.length }, 'HLS segments of an earlier run removed');
    try {
      await this.#makeFolder();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Writes a segment; resolves with its path, or with null when that failed. One after the other; never rejects. */
  store(chunks: readonly Buffer[]): Promise<string | null> {
    const sizeBytes = chunks.reduce((sum, { length }) => sum + length, 0);
    const { maxQueuedBytes = MAX_QUEUED_BYTES } = this.#options;
    if (this.#queuedBytes > 0 && this.#queuedBytes + sizeBytes > maxQueuedBytes) {
      this.#fail(new Error('The disk takes less than the cameras send.'));
      return Promise.resolve(null);
    }
    this.#queuedBytes += sizeBytes;
    const stored = this.#tail.then(() => (this.#closed ? null : this.#write(chunks)));
    this.#tail = stored.finally(() => {
      this.#queuedBytes -= sizeBytes;
    });
    return stored;
  }

  /** Never rejects; who reads it still reads on. */
  remove(path: string): void {
    this.#tail = this.#tail.then(() => rm(path, { force: true }).catch(() => {}));
  }

  /** Removes this run's folder with all that is in it. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#tail;
    await rm(this.#runFolder, { recursive: true, force: true }).catch((error) =>
      this.#options.log.warn({ err: error }, 'HLS segments could not be removed'),
    );
  }

  async #write(chunks: readonly Buffer[]): Promise<string | null> {
    const path = join(this.#runFolder, `${++this.#count}.segment`);
    try {
      // What was tidied away by somebody, or could not be made at the start.
      if (this.#failing) await this.#makeFolder();
      const handle = await open(path, 'wx', OWNER_ONLY.file);
      try {
        for (const chunk of chunks) await handle.writeFile(chunk);
      } finally {
        await handle.close();
      }
    } catch (error) {
      this.#fail(error);
      await rm(path, { force: true }).catch(() => {});
      return null;
    }
    if (this.#failing) this.#options.log.info('HLS segments are written to disk again');
    this.#failing = false;
    return path;
  }

  async #makeFolder(): Promise<void> {
    await mkdir(this.#runFolder, { recursive: true, mode: OWNER_ONLY.folder });
  }

  /** Told once, not with every segment. */
  #fail(error: unknown): void {
    if (!this.#failing) {
      this.#options.log.warn({ err: error }, 'HLS segments cannot be written to disk and stay in memory');
    }
    this.#failing = true;
  }
}
