/**
 * What ffprobe said of each file, kept on disk, so that a folder of thousands is read once. An entry counts for one
 * version of a file. Written behind whoever asks; what a crash loses is read again.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from 'pino';
import type { MediaFacts } from '../ffmpeg/media-files.ts';

/** Facts, or why there are none. */
export type Finding = { readonly facts: MediaFacts } | { readonly broken: string };

interface Stored {
  readonly version: string;
  readonly finding: Finding;
}

/** Of the file's own shape; another is not read. */
const FORMAT = 1;
const WRITE_AFTER_MS = 1_000;

export class FactsCache {
  readonly #path: string;
  readonly #log: Logger;
  readonly #entries = new Map<string, Stored>();
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();

  /** @param path of a file of its own; its folder is made when there is something to write */
  constructor(path: string, log: Logger) {
    this.#path = path;
    this.#log = log;
  }

  /** Reads what an earlier run wrote. Never throws. */
  async load(): Promise<void> {
    try {
      const stored: unknown = JSON.parse(await readFile(this.#path, 'utf8'));
      if (typeof stored !== 'object' || stored === null || !('format' in stored) || stored.format !== FORMAT) return;
      const { entries } = stored as unknown as { entries: Record<string, Stored> };
      for (const [name, entry] of Object.entries(entries)) this.#entries.set(name, entry);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      this.#log.warn({ err: error }, 'what was known of the videos cannot be read; they are read anew');
    }
  }

  get(name: string, version: string): Finding | undefined {
    const stored = this.#entries.get(name);
    return stored?.version === version ? stored.finding : undefined;
  }

  set(name: string, version: string, finding: Finding): void {
    this.#entries.set(name, { version, finding });
    this.#writeSoon();
  }

  delete(name: string): void {
    if (this.#entries.delete(name)) this.#writeSoon();
  }

  /** Forgets every file but these. */
  keepOnly(names: ReadonlySet<string>): void {
    for (const name of this.#entries.keys()) if (!names.has(name)) this.delete(name);
  }

  /** Writes what waits. Idempotent. */
  async close(): Promise<void> {
    if (this.#timer !== null) this.#write();
    await this.#writing;
  }

  #writeSoon(): void {
    this.#timer ??= setTimeout(() => this.#write(), WRITE_AFTER_MS);
  }

  #write(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const text = JSON.stringify({ format: FORMAT, entries: Object.fromEntries(this.#entries) });
    const before = this.#writing;
    this.#writing = before.then(async () => {
      try {
        await mkdir(dirname(this.#path), { recursive: true });
        await writeFile(`${this.#path}.part`, text);
        await rename(`${this.#path}.part`, this.#path);
      } catch (error) {
        this.#log.warn({ err: error }, 'what is known of the videos cannot be written');
      }
    });
  }
}
