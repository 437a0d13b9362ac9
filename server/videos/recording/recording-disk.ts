/**
 * The disk that all recordings share: what is on it at the start, how much room is left, and which recordings have to
 * go. Which those are is decided by `retention-policy.ts`.
 */
import { mkdir, readdir, rm, rmdir, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Logger } from 'pino';
import type { RecordConfig, RecordingConfig } from '../../config/schema/record.ts';
import { type FreeBytes, freeBytes, missingBytes } from '../disk-space.ts';
import type { Catalog } from './catalog.ts';
import { addToDay, INDEX_NAME, readDay } from './day-index.ts';
import { isDayName, readFileName } from './file-names.ts';
import type { LibraryLinks } from './library-links.ts';
import type { RecordedFile } from './recorded-file.ts';
import { DISK_FULL, type RecordingTrouble } from './recording-trouble.ts';
import { HeadLost, recoverFile } from './recover-file.ts';
import { filesToDelete } from './retention-policy.ts';

/** What a library knows and keeps of the recordings that it shows. */
export interface LibraryOfRecordings {
  isBeingRead(name: string): boolean;
  /** Drops what was made of a file that is gone. */
  forget(name: string): Promise<void>;
}

export interface RecordingDiskOptions {
  readonly catalog: Catalog;
  readonly links: LibraryLinks;
  readonly rules: Readonly<Record<string, RecordConfig>>;
  readonly config: RecordingConfig;
  readonly folder: string;
  readonly library?: (() => LibraryOfRecordings) | undefined;
  readonly freeBytes?: FreeBytes | undefined;
  readonly log: Logger;
}

const DAY_MS = 86_400_000;
/** Whose beginning is tried on a recording that has lost its own. */
const MAX_NEIGHBOURS = 16;

export class RecordingDisk {
  readonly #options: RecordingDiskOptions;
  readonly #catalog: Catalog;
  readonly #links: LibraryLinks;
  #refusal: RecordingTrouble | null = null;
  #tidying: Promise<void> | null = null;

  constructor(options: RecordingDiskOptions) {
    this.#options = options;
    this.#catalog = options.catalog;
    this.#links = options.links;
  }

  /** Why nothing may be recorded now; null when there is room. */
  get refusal(): RecordingTrouble | null {
    return this.#refusal;
  }

  /** Resolves when nothing is being deleted. */
  async settled(): Promise<void> {
    await this.#tidying;
  }

  /** Looks at the disk and deletes what has to go; one at a time. */
  tidy(always: boolean): void {
    this.#tidying ??= this.#tidyOnce(always)
      .catch((error: unknown) => this.#options.log.warn({ err: error }, 'the recordings’ disk cannot be looked at'))
      .finally(() => {
        this.#tidying = null;
      });
  }

  async #tidyOnce(always: boolean): Promise<void> {
    const { config, folder, log, freeBytes: measure = freeBytes } = this.#options;
    const wasFull = this.#refusal !== null;
    const missing = async () => missingBytes(await measure(folder), config.minFreeBytes, wasFull);
    let neededBytes = await missing();
    const mayDelete = config.whenFull === 'deleteOldest';
    if (always || neededBytes > 0 || this.#overBytes) await this.#deleteOld(mayDelete ? neededBytes : 0);
    if (neededBytes > 0) neededBytes = await missing();
    if (neededBytes > 0 !== wasFull) {
      log.warn({ neededBytes }, neededBytes > 0 ? 'recording stops: the disk is full' : 'recording goes on');
    }
    this.#refusal = neededBytes > 0 ? DISK_FULL : null;
  }

  get #overBytes(): boolean {
    const { maxBytes } = this.#options.config;
    return maxBytes !== undefined || Object.values(this.#options.rules).some((rule) => rule.maxBytes !== undefined);
  }

  #isRead(name: string, nowMs: number): boolean {
    return this.#catalog.isRead(name, nowMs) || this.#options.library?.().isBeingRead(name) === true;
  }

  async #deleteOld(neededBytes: number): Promise<void> {
    const { config, rules, log } = this.#options;
    const nowMs = Date.now();
    const byPath = new Map(this.#catalog.finished.map((file) => [file.path, file]));
    const gone = filesToDelete({
      files: [...byPath.values()].map((file) => ({ ...file, inUse: this.#isRead(file.name, nowMs) })),
      nowMs,
      limitsOf: (camera) => {
        const rule = Object.hasOwn(rules, camera) ? rules[camera] : undefined;
        return { maxAgeMs: (rule?.maxAgeDays ?? config.maxAgeDays) * DAY_MS, maxBytes: rule?.maxBytes ?? null };
      },
      maxBytes: config.maxBytes ?? null,
      growingBytes: this.#catalog.growingBytes,
      neededBytes,
    });
    for (const { path } of gone) await this.delete(byPath.get(path)!);
    if (gone.length > 0) log.info({ files: gone.length }, 'old recordings deleted');
  }

  /** Deletes a finished recording and all that was made of it. Never rejects. */
  async delete(file: RecordedFile): Promise<void> {
    this.#catalog.remove(file);
    await unlink(file.path).catch(() => {});
    await this.#links.remove(file.name);
    await this.#options.library?.().forget(file.name);
    const day = dirname(file.path);
    const left = await readdir(day).catch(() => null);
    if (left === null || left.some((name) => name !== INDEX_NAME)) return;
    await rm(join(day, INDEX_NAME), { force: true });
    // Fails when a recording has just begun there.
    await rmdir(day).catch(() => {});
  }

  /** Takes in what is there, and mends what a killed relay left. Rejects when the folder cannot be made or read. */
  async load(): Promise<void> {
    const { folder } = this.#options;
    await mkdir(folder, { recursive: true });
    for (const camera of await foldersIn(folder)) await this.#loadCamera(camera).catch(this.#unreadable(camera));
  }

  async #loadCamera(camera: string): Promise<void> {
    const { folder, log } = this.#options;
    const left: string[] = [];
    for (const day of (await foldersIn(join(folder, camera))).filter(isDayName)) {
      const found = await readDay(join(folder, camera, day)).catch(this.#unreadable(join(camera, day)));
      for (const file of found?.known ?? []) if (file.camera === camera) this.#catalog.add(file);
      left.push(...(found?.unknown ?? []));
    }
    // Those that are whole first: what is damaged may need one of them.
    const headless: string[] = [];
    for (const path of left) if (!(await this.#recover(camera, path, []))) headless.push(path);
    for (const path of headless) {
      if (await this.#recover(camera, path, this.#neighboursOf(camera, path))) continue;
      const file = basename(path);
      log.error({ camera, file }, 'a recording whose beginning is damaged cannot be played and is left as it is');
    }
  }

  /** One folder that nobody may read, as `lost+found` of a disk of its own is, must not hide all others. */
  #unreadable(folder: string): (error: unknown) => undefined {
    return (error) => void this.#options.log.warn({ folder, err: error }, 'a folder of recordings cannot be read');
  }

  /** False for one whose beginning is lost. Never rejects. */
  async #recover(camera: string, path: string, neighbours: readonly string[]): Promise<boolean> {
    const { log } = this.#options;
    try {
      const file = await recoverFile(path, neighbours);
      if (file === null) {
        await this.#links.remove(basename(path));
        return true;
      }
      this.#catalog.add(file);
      await addToDay(file);
      log.warn({ camera, file: file.name, durationMs: Math.round(file.durationMs) }, 'recording mended');
    } catch (error) {
      if (error instanceof HeadLost) return false;
      log.warn({ camera, err: error }, 'a recording cannot be mended and is left as it is');
    }
    return true;
  }

  /** Of the same camera, the nearest in time first. */
  #neighboursOf(camera: string, path: string): string[] {
    const atMs = readFileName(basename(path))?.startedAtMs ?? 0;
    return this.#catalog
      .finishedOf(camera)
      .toSorted((a, b) => Math.abs(a.startedAtMs - atMs) - Math.abs(b.startedAtMs - atMs))
      .slice(0, MAX_NEIGHBOURS)
      .map((file) => file.path);
  }
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
