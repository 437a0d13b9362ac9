/**
 * The files of the library: which there are, and the opening of one. Nothing but regular files that stand in the folder
 * itself is ever listed or opened: no link, no pipe, nothing further down.
 */
import type { BigIntStats } from 'node:fs';
import { constants, type Dirent } from 'node:fs';
import { lstat, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { RelayError } from '../errors.ts';
import type { RecordedFiles } from './growing-files.ts';
import { OpenFile } from './open-file.ts';
import { isVideoName } from './video-name.ts';

export interface VideoEntry {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** The camera that it is a recording of. */
  readonly camera: string | null;
  /** What can be read: of a growing file, its safe length. */
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly growing: boolean;
  /** The same for the same bytes, as far as the file system can tell; of a growing file for its bytes so far. */
  readonly version: string;
}

export interface OpenVideo extends VideoEntry {
  /** Whoever opened it closes it. */
  readonly handle: OpenFile;
}

/** Never follows a link, never waits for a pipe's other end. Windows has neither flag. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** Files that are looked at together. */
const STATS_AT_ONCE = 32;

export class VideoFolder {
  readonly #path: string;
  readonly #recorded: RecordedFiles;

  constructor(path: string, recorded: RecordedFiles) {
    this.#path = path;
    this.#recorded = recorded;
  }

  get path(): string {
    return this.#path;
  }

  /** Every video, in no order. A folder that is not there has none. */
  async entries(): Promise<VideoEntry[]> {
    await this.#recorded.known?.();
    const files = await readdir(this.#path, { withFileTypes: true }).catch((): Dirent[] => []);
    const names = files.filter((file) => file.isFile() && isVideoName(file.name)).map(({ name }) => name);
    const entries: VideoEntry[] = [];
    for (let at = 0; at < names.length; at += STATS_AT_ONCE) {
      const looks = names.slice(at, at + STATS_AT_ONCE).map(async (name) => {
        const stats = await lstat(join(this.#path, name), { bigint: true }).catch(() => null);
        return stats?.isFile() ? this.#entry(name, stats) : null;
      });
      for (const entry of await Promise.all(looks)) if (entry !== null) entries.push(entry);
    }
    return entries;
  }

  /** @throws RelayError `no-such-video` */
  async entry(name: string): Promise<VideoEntry> {
    if (!isVideoName(name)) throw noSuchVideo();
    await this.#recorded.known?.();
    const stats = await lstat(join(this.#path, name), { bigint: true }).catch(() => null);
    if (!stats?.isFile()) throw noSuchVideo();
    return this.#entry(name, stats);
  }

  /** @throws RelayError `no-such-video` */
  async open(name: string): Promise<OpenVideo> {
    await this.#recorded.known?.();
    const handle = isVideoName(name) ? await openFile(join(this.#path, name)) : null;
    if (handle === null) throw noSuchVideo();
    try {
      const stats = handle.stat();
      if (!stats.isFile()) throw noSuchVideo();
      return { ...this.#entry(name, stats), handle };
    } catch (error) {
      handle.close();
      throw error;
    }
  }

  /** @throws RelayError `no-such-video`, `being-recorded` */
  async remove(name: string): Promise<void> {
    const { growing, path } = await this.entry(name);
    if (growing) throw new RelayError('being-recorded', 'Stop the recording first.');
    try {
      await unlink(path);
    } catch (error) {
      // Somebody else was first.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw noSuchVideo();
      throw error;
    }
  }

  #entry(name: string, stats: BigIntStats): VideoEntry {
    const path = join(this.#path, name);
    const camera = this.#recorded.cameraOf(name);
    const size = Number(stats.size);
    const safeLength = this.#recorded.safeLength(name);
    const growing = safeLength !== null;
    // The bytes of a growing file are told by where they stand: its size and date change while they do not.
    const version = growing
      ? `g${stats.ino.toString(36)}-${stats.birthtimeNs.toString(36)}`
      : `${stats.size.toString(36)}-${stats.mtimeNs.toString(36)}-${stats.ino.toString(36)}`;
    const sizeBytes = growing ? Math.min(size, safeLength) : size;
    return { name, path, camera, sizeBytes, modifiedMs: Number(stats.mtimeMs), growing, version };
  }
}

/** Null when there is no regular file. Where links cannot be refused in the opening, they are looked for before. */
async function openFile(path: string): Promise<OpenFile | null> {
  try {
    if (!constants.O_NOFOLLOW && !(await lstat(path)).isFile()) return null;
    return await OpenFile.open(path, READ_FLAGS);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ELOOP', 'EISDIR', 'ENOTDIR', 'EACCES', 'ENXIO', 'ENAMETOOLONG', 'EMLINK'].includes(code))
      return null;
    throw error;
  }
}

function noSuchVideo(): RelayError {
  return new RelayError('no-such-video', 'There is no video of this name.');
}
