/**
 * Unfinished uploads on disk: the bytes so far, and what was declared, each in a file of its own, so that a restart
 * loses nothing. Of a finished one what was declared stays until it expires: a client that missed the last answer asks
 * how far it got, and must not begin anew.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { FileConfigstore, FileStore } from '@tus/file-store';
import { ERRORS, type Upload } from '@tus/server';

/** tus makes 32 hexadecimal digits. */
const ID = /^[0-9a-f]{32}$/;
/** In the metadata of a finished upload: under which name it is kept. */
const SAVED_AS = 'savedAs';

export class UploadStore extends FileStore {
  /** Declared bytes of the unfinished ones, by id. */
  readonly #pending = new Map<string, number>();

  constructor(folder: string, expiryMs: number) {
    const configstore = new FileConfigstore(folder);
    super({ directory: folder, configstore, expirationPeriodInMilliseconds: expiryMs });
    // Without a declared length neither limit nor quota would mean anything.
    this.extensions = this.extensions.filter((name) => name !== 'creation-defer-length');
  }

  get pendingUploads(): number {
    return this.#pending.size;
  }

  get pendingBytes(): number {
    return [...this.#pending.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  pathOf(id: string): string {
    return join(this.directory, id);
  }

  /** Reads what an earlier run left, and returns those whose bytes are all there but that were not finished. */
  async load(): Promise<Upload[]> {
    const complete: Upload[] = [];
    for (const id of await this.#ids()) {
      const upload = await this.getUpload(id).catch(() => null);
      if (upload === null || savedName(upload) !== null) continue;
      this.#pending.set(id, upload.size ?? 0);
      if (upload.offset === upload.size) complete.push(upload);
    }
    return complete;
  }

  /** Counts an upload from now on, before it is written: two that begin together must not share the same room. */
  reserve(id: string, bytes: number): void {
    this.#pending.set(id, bytes);
  }

  override async create(upload: Upload): Promise<Upload> {
    try {
      return await super.create(upload);
    } catch (error) {
      this.#pending.delete(upload.id);
      throw error;
    }
  }

  override async getUpload(id: string): Promise<Upload> {
    if (!ID.test(id)) throw ERRORS.FILE_NOT_FOUND;
    const declared = await this.configstore.get(id);
    if (declared !== undefined && savedName(declared) !== null) {
      declared.offset = declared.size ?? 0;
      return declared;
    }
    return super.getUpload(id);
  }

  override async write(bytes: Readable, id: string, offset: number): Promise<number> {
    const upload = await this.getUpload(id);
    if (savedName(upload) === null) return super.write(bytes, id, offset);
    bytes.resume();
    return offset;
  }

  /** The bytes have been moved away and the video is kept under `name`. */
  async finish(upload: Upload, name: string): Promise<void> {
    upload.metadata = { ...upload.metadata, [SAVED_AS]: name };
    await this.configstore.set(upload.id, upload);
    this.#pending.delete(upload.id);
  }

  /** Idempotent, but for the first caller's sake throws when there is no such upload. */
  override async remove(id: string): Promise<void> {
    if (!ID.test(id)) throw ERRORS.FILE_NOT_FOUND;
    const known = await this.configstore.get(id);
    await rm(this.pathOf(id), { force: true });
    await this.configstore.delete(id).catch(() => {});
    this.#pending.delete(id);
    if (known === undefined) throw ERRORS.FILE_NOT_FOUND;
  }

  /** Removes what is over its time, and bytes that nothing is known of. */
  override async deleteExpired(): Promise<number> {
    let removed = 0;
    const oldestMs = Date.now() - this.getExpiration();
    for (const id of await this.#ids()) {
      const upload = await this.configstore.get(id);
      const begunMs =
        upload?.creation_date === undefined ? await this.#writtenMs(id) : Date.parse(upload.creation_date);
      if (begunMs >= oldestMs) continue;
      await this.remove(id).catch(() => {});
      removed++;
    }
    return removed;
  }

  async #ids(): Promise<string[]> {
    const files = await readdir(this.directory).catch((): string[] => []);
    return [...new Set(files.map((name) => name.replace(/\.json$/, '')))].filter((id) => ID.test(id));
  }

  async #writtenMs(id: string): Promise<number> {
    return stat(this.pathOf(id)).then(
      ({ mtimeMs }) => mtimeMs,
      () => Date.now(),
    );
  }
}

/** Pure: null of an upload that is not finished. */
export function savedName({ metadata }: Pick<Upload, 'metadata'>): string | null {
  return metadata?.[SAVED_AS] ?? null;
}
