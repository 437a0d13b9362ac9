/** One JSON file of the access folder: checked when read, written whole or not at all, for the owner's eyes only. */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ZodType } from 'zod';
import { RelayError } from '../errors.ts';

export class StateFile<T> {
  readonly path: string;
  readonly #schema: ZodType<T>;
  #work: Promise<void> = Promise.resolve();
  #next: (() => T) | null = null;
  /** As it was when last read or written here. */
  #stamp = '';

  constructor(path: string, schema: ZodType<T>) {
    this.path = path;
    this.#schema = schema;
  }

  /**
   * What the file holds; undefined when there is none.
   * @throws RelayError `config` when it cannot be read or understood: to go on without it would let the wrong ones in
   */
  async load(): Promise<T | undefined> {
    let text: string;
    try {
      this.#stamp = await this.#stampNow();
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw new RelayError('config', `${this.path} cannot be read.`, { cause: error });
    }
    await chmod(this.path, 0o600).catch(() => {});
    const parsed = this.#schema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    throw new RelayError('config', `${this.path} is damaged: restore it from a backup, or remove it to begin anew.`);
  }

  /** Whether somebody else has written it since. */
  async hasChanged(): Promise<boolean> {
    return this.#next === null && (await this.#stampNow().catch(() => '')) !== this.#stamp;
  }

  /** Writes what `read` gives when its turn comes; several calls may become one. Rejects when it cannot be written. */
  save(read: () => T): Promise<void> {
    if (this.#next === null) {
      const turn = this.#work.catch(() => {}).then(() => this.#write());
      this.#work = turn;
    }
    this.#next = read;
    return this.#work;
  }

  /** Resolves when all is written. Idempotent. */
  close(): Promise<void> {
    return this.#work.catch(() => {});
  }

  async #write(): Promise<void> {
    const value = this.#next!();
    this.#next = null;
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    const temporary = `${this.path}.${randomBytes(4).toString('hex')}.tmp`;
    try {
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(`${JSON.stringify(value, null, 2)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, this.path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    this.#stamp = await this.#stampNow();
  }

  async #stampNow(): Promise<string> {
    const { mtimeMs, size, ino } = await stat(this.path);
    return `${mtimeMs} ${size} ${ino}`;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
