/**
 * Files that are made of videos and can be made again: pictures, and what was repacked. Each is made once however many
 * ask for it, and the ones that were asked for longest ago go when there are too many.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { RelayError } from '../errors.ts';
import { OpenFile } from './open-file.ts';

export interface DerivedOptions {
  /** A folder of its own; made when the first file is. */
  readonly folder: string;
  /** With its dot. */
  readonly extension: string;
  readonly maxBytes: number;
  readonly log: Logger;
}

/** How long one that has just been asked for is safe, whatever room there is. */
const KEEP_MS = 60_000;
/** Use is noted no more often. */
const USED_EVERY_MS = 10_000;
/** What a run that was killed left half made. */
const PART = '.part';

export class DerivedFiles {
  readonly #options: DerivedOptions;
  readonly #making = new Map<string, Promise<void>>();
  #tidied: Promise<void> | null = null;

  constructor(options: DerivedOptions) {
    this.#options = options;
  }

  /**
   * The file made of this version of a video, opened; whoever gets it closes it.
   * @param make writes the whole file under the path that it is given
   * @throws what `make` throws, and then makes it anew the next time
   */
  async open(name: string, version: string, make: (path: string) => Promise<void>): Promise<OpenFile> {
    const path = join(this.#options.folder, `${this.#key(name)}-${version}${this.#options.extension}`);
    for (let round = 0; round < 2; round++) {
      const handle = await OpenFile.open(path).catch(() => null);
      if (handle !== null) {
        const now = new Date();
        const { atime, mtime } = handle.stat();
        // The date of access says who goes first; that of change belongs to the tag of what is served.
        if (now.getTime() - atime.getTime() > USED_EVERY_MS) await utimes(path, now, mtime).catch(() => {});
        return handle;
      }
      await this.#makeOnce(path, make);
    }
    throw new RelayError('internal', 'A file that was just made is gone.');
  }

  /** Forgets what was made of a video. */
  async forget(name: string): Promise<void> {
    const key = this.#key(name);
    const files = await readdir(this.#options.folder).catch((): string[] => []);
    await Promise.all(files.filter((file) => file.startsWith(key)).map((file) => this.#remove(file)));
  }

  /** Awaits what is being made; whoever makes it is ended elsewhere. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.#making.values()]);
    await this.#tidied;
  }

  #makeOnce(path: string, make: (path: string) => Promise<void>): Promise<void> {
    const underWay = this.#making.get(path);
    if (underWay !== undefined) return underWay;
    const made = this.#make(path, make).finally(() => this.#making.delete(path));
    this.#making.set(path, made);
    return made;
  }

  async #make(path: string, make: (path: string) => Promise<void>): Promise<void> {
    this.#tidied ??= this.#tidy();
    await this.#tidied;
    await mkdir(this.#options.folder, { recursive: true });
    try {
      await make(`${path}${PART}`);
      await rename(`${path}${PART}`, path);
    } catch (error) {
      await rm(`${path}${PART}`, { force: true });
      throw error;
    }
    this.#tidied = this.#tidy();
  }

  /** Removes what is half made by nobody, and the oldest over the limit. */
  async #tidy(): Promise<void> {
    const { folder, maxBytes, log } = this.#options;
    try {
      const files: { name: string; sizeBytes: number; usedMs: number }[] = [];
      for (const name of await readdir(folder).catch((): string[] => [])) {
        const path = join(folder, name);
        if (name.endsWith(PART)) {
          if (!this.#making.has(path.slice(0, -PART.length))) await this.#remove(name);
          continue;
        }
        const stats = await stat(path).catch(() => null);
        if (stats !== null) files.push({ name, sizeBytes: stats.size, usedMs: stats.atimeMs });
      }
      files.sort((a, b) => a.usedMs - b.usedMs);
      let bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      for (const { name, sizeBytes, usedMs } of files) {
        if (bytes <= maxBytes || usedMs > Date.now() - KEEP_MS) break;
        await this.#remove(name);
        bytes -= sizeBytes;
      }
    } catch (error) {
      log.warn({ err: error }, 'files made of videos cannot be tidied');
    }
  }

  #remove(name: string): Promise<void> {
    return rm(join(this.#options.folder, name), { force: true });
  }

  #key(name: string): string {
    return createHash('sha256').update(name).digest('hex').slice(0, 32);
  }
}
