/**
 * Shows recordings in the video library as well: a second name of the same file in its folder, which costs no room. The
 * recording itself stays in its own folder.
 */
import { link, mkdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';

export class LibraryLinks {
  readonly #folder: string | null;
  readonly #log: Logger;
  #complained = false;

  /** @param folder the library's; null: recordings are not shown there */
  constructor(folder: string | null, log: Logger) {
    this.#folder = folder;
    this.#log = log;
  }

  /** Never rejects: a folder on another disk is said once and then goes without. */
  async add(path: string, name: string): Promise<void> {
    if (this.#folder === null) return;
    try {
      await mkdir(this.#folder, { recursive: true });
      await link(path, join(this.#folder, name));
    } catch (error) {
      if (this.#complained || isCode(error, 'EEXIST')) return;
      this.#complained = true;
      this.#log.warn({ err: error }, 'recordings cannot be shown in the video library');
    }
  }

  async remove(name: string): Promise<void> {
    if (this.#folder !== null) await unlink(join(this.#folder, name)).catch(() => {});
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
