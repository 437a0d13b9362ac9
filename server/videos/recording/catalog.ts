/**
 * All recordings by camera and time, finished and growing, and who reads them. What is on the disk is brought in and
 * taken out by `recordings.ts`.
 */
import { open } from 'node:fs/promises';
import { RelayError } from '../../errors.ts';
import { readFileName } from './file-names.ts';
import type { FileTable, GrowingFile, RecordedFile } from './recorded-file.ts';
import { readFileIndex } from './recover-file.ts';

/** Tables of files that were played lately. */
const TABLES_KEPT = 256;
/** A player fetches piece by piece: a file counts as read for so long after the last piece. */
const READ_LINGERS_MS = 60_000;

export class Catalog {
  readonly #finished = new Map<string, RecordedFile[]>();
  readonly #growing = new Map<string, GrowingFile>();
  readonly #tables = new Map<string, FileTable>();
  readonly #readers = new Map<string, { open: number; lastMs: number }>();

  /** Takes in a finished file, in its place by time. */
  add(file: RecordedFile): void {
    const files = this.#finished.get(file.camera) ?? [];
    const after = files.findLastIndex((each) => each.startedAtMs <= file.startedAtMs);
    files.splice(after + 1, 0, file);
    this.#finished.set(file.camera, files);
  }

  remove(file: RecordedFile): void {
    const files = this.#finished.get(file.camera)?.filter((each) => each.name !== file.name) ?? [];
    if (files.length === 0) this.#finished.delete(file.camera);
    else this.#finished.set(file.camera, files);
    this.#tables.delete(file.name);
  }

  /** A file is being written. */
  grows(name: string, file: GrowingFile): void {
    this.#growing.set(name, file);
  }

  /** It is not being written any more; `finished` is what it holds, null for nothing. */
  ended(name: string, finished: RecordedFile | null): void {
    this.#growing.delete(name);
    if (finished !== null) this.add(finished);
  }

  /** Finished files of all cameras. */
  get finished(): RecordedFile[] {
    return [...this.#finished.values()].flat();
  }

  finishedOf(camera: string): readonly RecordedFile[] {
    return this.#finished.get(camera) ?? [];
  }

  /** A finished file by its name alone. */
  has(name: string): boolean {
    const camera = readFileName(name)?.camera;
    return camera !== undefined && this.finishedOf(camera).some((file) => file.name === name);
  }

  get growingBytes(): number {
    let bytes = 0;
    for (const { file } of this.#growing.values()) bytes += file.bytes;
    return bytes;
  }

  isGrowing(name: string): boolean {
    return this.#growing.has(name);
  }

  growing(name: string): GrowingFile | null {
    return this.#growing.get(name) ?? null;
  }

  /** Files of a camera with something in `[fromMs, toMs)`, oldest first, the growing one as it stands. */
  between(camera: string, fromMs: number, toMs: number): RecordedFile[] {
    const growing = [...this.#growing.values()].map(({ file }) => file).filter((file) => file.camera === camera);
    return [...(this.#finished.get(camera) ?? []), ...growing]
      .filter(({ startedAtMs, endedAtMs }) => startedAtMs < toMs && endedAtMs > fromMs)
      .toSorted((a, b) => a.startedAtMs - b.startedAtMs);
  }

  /** @throws RelayError `no-such-page` */
  get(camera: string, name: string): RecordedFile {
    const growing = this.#growing.get(name)?.file;
    const file = growing ?? this.#finished.get(camera)?.find((each) => each.name === name);
    if (file === undefined || file.camera !== camera) {
      throw new RelayError('no-such-page', 'There is no such recording, or no longer.');
    }
    return file;
  }

  /** Where the pieces of a file lie. Rejects when the file is gone or damaged. */
  async table(file: RecordedFile): Promise<FileTable> {
    const growing = this.#growing.get(file.name);
    if (growing !== undefined) return growing;
    const known = this.#tables.get(file.name);
    if (known !== undefined) {
      this.#tables.delete(file.name);
      this.#tables.set(file.name, known);
      return known;
    }
    const handle = await open(file.path, 'r');
    const read = await readFileIndex(handle).finally(() => handle.close());
    if (read === null) throw new RelayError('no-such-page', 'The recording is damaged.');
    const table = { init: read.init, references: read.index.references };
    this.#tables.set(file.name, table);
    if (this.#tables.size > TABLES_KEPT) this.#tables.delete(this.#tables.keys().next().value!);
    return table;
  }

  /** Somebody begins to read a file, which keeps it from being deleted until they call what is returned. */
  hold(name: string): () => void {
    const readers = this.#readers.get(name) ?? { open: 0, lastMs: 0 };
    readers.open += 1;
    this.#readers.set(name, readers);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      readers.open -= 1;
      readers.lastMs = Date.now();
    };
  }

  isRead(name: string, nowMs: number): boolean {
    const readers = this.#readers.get(name);
    if (readers === undefined) return false;
    if (readers.open > 0 || nowMs - readers.lastMs < READ_LINGERS_MS) return true;
    this.#readers.delete(name);
    return false;
  }
}
