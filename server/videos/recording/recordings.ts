/**
 * The relay's recordings: a recorder for each camera, the rules that drive them, the catalogue, and the disk they share.
 * What one camera's recorder does is `recorder.ts`; what a URL answers is `serve-recordings.ts`.
 */
import { mkdir, readdir, rm, rmdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import type { Camera } from '../../camera/camera.ts';
import type { CameraRegistry } from '../../camera/camera-registry.ts';
import type { RecordConfig, RecordingConfig } from '../../config/schema/record.ts';
import type { Mp4Cameras } from '../../delivery/fmp4/mp4-cameras.ts';
import { RelayError } from '../../errors.ts';
import type { RecordingCommand, RecordingInfo } from '../../protocol.ts';
import type { GrowingFiles } from '../growing-files.ts';
import { Catalog } from './catalog.ts';
import { addToDay, INDEX_NAME, readDay } from './day-index.ts';
import { type FreeBytes, freeBytes, missingBytes } from './disk-space.ts';
import { dayName, fileName, isDayName, readFileName } from './file-names.ts';
import { LibraryLinks } from './library-links.ts';
import { createOutput, type OpenOutput } from './output-file.ts';
import { recordDecision } from './record-policy.ts';
import type { RecordedFile } from './recorded-file.ts';
import { type NewFile, Recorder, type RecordingTrouble } from './recorder.ts';
import { RecordingFile } from './recording-file.ts';
import { recoverFile } from './recover-file.ts';
import { filesToDelete } from './retention-policy.ts';
import { isOpen, systemTimeZone, ZoneClock } from './schedule.ts';

/** What a library knows and keeps of the recordings that it shows. */
export interface LibraryOfRecordings {
  isBeingRead(name: string): boolean;
  /** Drops what was made of a file that is gone. */
  forget(name: string): Promise<void>;
}

export interface RecordingsOptions {
  readonly cameras: CameraRegistry;
  readonly mp4: Mp4Cameras;
  /** Of every camera that is configured. */
  readonly rules: Readonly<Record<string, RecordConfig>>;
  readonly config: RecordingConfig;
  /** Folder of the recordings, absolute. */
  readonly folder: string;
  /** Folder of the video library, where recordings are shown too; null: they are not. */
  readonly libraryFolder: string | null;
  /** That library, which is asked before a file is deleted, and told after. */
  readonly library?: () => LibraryOfRecordings;
  /** See `cappedForPlayer` in `http-semantics/range.ts`; 0, and when left out: not capped. */
  readonly playerChunkBytes?: number;
  readonly log: Logger;
  /** Replaced in tests, for disks that are full. */
  readonly openOutput?: OpenOutput;
  readonly freeBytes?: FreeBytes;
}

interface Recorded {
  readonly camera: Camera;
  readonly rule: RecordConfig;
  readonly recorder: Recorder;
  manual: boolean;
  event: { readonly name: string | null; readonly untilMs: number } | null;
  lastWatchedMs: number | null;
}

const TICK_MS = 1_000;
/** In ticks. */
const DISK_EVERY = 2;
const RETENTION_EVERY = 60;
const DAY_MS = 86_400_000;

export class Recordings implements GrowingFiles {
  readonly catalog = new Catalog();
  readonly clock: ZoneClock;
  readonly #options: RecordingsOptions;
  readonly #links: LibraryLinks;
  readonly #recorded = new Map<string, Recorded>();
  readonly #changed = new Set<string>();
  #ready: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;
  #ticks = 0;
  #refusal: RecordingTrouble | null = null;
  #tidying: Promise<void> | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: RecordingsOptions) {
    this.#options = options;
    this.clock = new ZoneClock(options.config.timeZone ?? systemTimeZone());
    this.#links = new LibraryLinks(options.libraryFolder, options.log);
  }

  get playerChunkBytes(): number {
    return this.#options.playerChunkBytes ?? 0;
  }

  /** Resolves when what is on the disk is known. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  /** Reads the disk, mends what a killed relay left, then records what the rules say. Called once; returns at once. */
  start(): void {
    this.#ready = this.#load().catch((error: unknown) => {
      this.#options.log.error({ err: error }, 'the recordings cannot be read');
    });
    void this.#ready.then(() => {
      if (this.#closing !== null) return;
      for (const [id, rule] of Object.entries(this.#options.rules)) this.#watch(id, rule);
      this.#options.cameras.on('cameraChanged', this.#cameraChanged);
      this.#timer = setInterval(() => this.#tick(), TICK_MS);
      this.#tick();
    });
  }

  /** What is being recorded of a camera; null when nothing is nor should be. */
  info(camera: string): RecordingInfo | null {
    return this.#recorded.get(camera)?.recorder.info ?? null;
  }

  /**
   * Starts, stops, or tells of an event. `stop` takes back what was asked for by hand and ends an event; a rule goes on.
   * Resolves with what holds then.
   * @throws RelayError `no-such-camera` for one that is not in the configuration
   */
  async command(id: string, command: RecordingCommand): Promise<RecordingInfo | null> {
    await this.#ready;
    const recorded = this.#recorded.get(id);
    if (recorded === undefined) throw new RelayError('no-such-camera', 'This camera is not one that can be recorded.');
    const { log } = this.#options;
    log.info({ camera: id, ...command }, 'recording is told');
    if (command.action === 'event') {
      const untilMs = Date.now() + (command.postRollMs ?? recorded.rule.postRollMs);
      recorded.event = { name: command.name ?? null, untilMs: Math.max(untilMs, recorded.event?.untilMs ?? 0) };
    } else {
      recorded.manual = command.action === 'start';
      if (command.action === 'stop') recorded.event = null;
    }
    this.#evaluate(recorded, Date.now());
    return recorded.recorder.info;
  }

  safeLength(name: string): number | null {
    const growing = this.catalog.growing(name);
    if (growing === null) return null;
    return growing.references.length === 0 ? 0 : growing.file.bytes;
  }

  /** Deletes a finished recording by its name, if it is one. Never rejects. */
  async remove(name: string): Promise<void> {
    const camera = readFileName(name)?.camera;
    const file = camera === undefined ? undefined : this.catalog.finishedOf(camera).find((each) => each.name === name);
    if (file !== undefined) await this.#delete(file);
  }

  /** Ends every file; resolves when they are closed. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#options.cameras.off('cameraChanged', this.#cameraChanged);
    await Promise.all([...this.#recorded.values()].map(({ recorder }) => recorder.close()));
    await this.#ready;
    await this.#tidying;
  }

  #watch(id: string, rule: RecordConfig): void {
    const { cameras, mp4, config } = this.#options;
    const camera = cameras.get(id);
    const recorder = new Recorder({
      camera: id,
      samples: mp4.samples(camera, rule.audio),
      preRollMs: rule.when === 'event' && rule.preRollMs > 0 ? rule.preRollMs : null,
      segmentMs: config.segmentMs,
      maxQueueBytes: config.maxQueueBytes,
      openFile: (file) => this.#openFile(id, file),
      closeFile: (file) => this.#closeFile(file),
      log: this.#options.log,
      onChanged: () => camera.recordingChanged(),
    });
    camera.showRecording(() => recorder.info);
    this.#recorded.set(id, { camera, rule, recorder, manual: false, event: null, lastWatchedMs: null });
  }

  /** Several changes in one turn are looked at once, after them: what follows may be a change itself. */
  readonly #cameraChanged = ({ id }: Camera): void => {
    if (this.#changed.size === 0) queueMicrotask(() => this.#evaluateChanged());
    this.#changed.add(id);
  };

  #evaluateChanged(): void {
    const ids = [...this.#changed];
    this.#changed.clear();
    if (this.#closing !== null) return;
    for (const id of ids) {
      const recorded = this.#recorded.get(id);
      if (recorded?.rule.when === 'watched') this.#evaluate(recorded, Date.now());
    }
  }

  #tick(): void {
    const nowMs = Date.now();
    if (this.#ticks % DISK_EVERY === 0) this.#tidy(this.#ticks % RETENTION_EVERY === 0);
    this.#ticks += 1;
    for (const recorded of this.#recorded.values()) {
      this.#evaluate(recorded, nowMs);
      recorded.recorder.tick(nowMs, this.#refusal);
    }
  }

  #evaluate(recorded: Recorded, nowMs: number): void {
    const { rule, recorder, manual, event } = recorded;
    const watchers = this.#watchers(recorded);
    if (watchers > 0) recorded.lastWatchedMs = nowMs;
    const scheduled = rule.schedule.length === 0 ? null : isOpen(rule.schedule, this.clock.at(nowMs));
    const decision = recordDecision({
      when: rule.when,
      scheduled,
      nowMs,
      manual,
      eventUntilMs: event?.untilMs ?? null,
      watchers,
      lastWatchedMs: recorded.lastWatchedMs,
      postRollMs: rule.postRollMs,
      preRollMs: rule.preRollMs,
    });
    recorder.apply(decision, event?.name ?? null);
  }

  /** The muxer is one viewer of the camera however many take from it, this recorder among them. */
  #watchers({ camera, rule, recorder }: Recorded): number {
    const { receivers } = this.#options.mp4.samples(camera, rule.audio);
    return camera.viewers - (receivers > 0 ? 1 : 0) + receivers - (recorder.attached ? 1 : 0);
  }

  #openFile(camera: string, { startedAtMs, init, reason, onFailed }: NewFile): RecordingFile {
    const { folder, config, openOutput = createOutput } = this.#options;
    const name = fileName(camera, this.#freeStart(camera, startedAtMs));
    const path = join(folder, camera, dayName(startedAtMs), name);
    const { segmentMs, maxQueueBytes } = config;
    const file = new RecordingFile({
      camera,
      path,
      reason,
      init,
      startedAtMs,
      segmentMs,
      maxQueueBytes,
      open: openOutput,
      onFailed,
    });
    this.catalog.grows(name, file);
    void file.opened.then(() => this.#links.add(path, name));
    return file;
  }

  /** A millisecond for which there is no file yet: a clock that was set back comes by twice. */
  #freeStart(camera: string, startedAtMs: number): number {
    const taken = new Set(this.catalog.between(camera, 0, Number.POSITIVE_INFINITY).map(({ name }) => name));
    let freeMs = startedAtMs;
    while (taken.has(fileName(camera, freeMs))) freeMs += 1;
    return freeMs;
  }

  async #closeFile(file: RecordingFile): Promise<void> {
    const { name } = file.file;
    const { log } = this.#options;
    const finished = await file.finish();
    this.catalog.ended(name, finished);
    if (finished === null) {
      await this.#links.remove(name);
      return;
    }
    const { camera, durationMs, bytes } = finished;
    log.info({ camera, file: name, durationMs: Math.round(durationMs), bytes }, 'recording ends a file');
    await addToDay(finished).catch((error: unknown) => {
      // The next start finds the file by itself.
      log.warn({ camera, err: error }, 'the index of the day cannot be written');
    });
  }

  /** Looks at the disk and deletes what has to go; one at a time. */
  #tidy(always: boolean): void {
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
    this.#refusal = neededBytes > 0 ? { state: 'disk-full', message: `The disk of the recordings is full.` } : null;
  }

  get #overBytes(): boolean {
    const { maxBytes } = this.#options.config;
    return maxBytes !== undefined || Object.values(this.#options.rules).some((rule) => rule.maxBytes !== undefined);
  }

  #isRead(name: string, nowMs: number): boolean {
    return this.catalog.isRead(name, nowMs) || this.#options.library?.().isBeingRead(name) === true;
  }

  async #deleteOld(neededBytes: number): Promise<void> {
    const { config, rules, log } = this.#options;
    const nowMs = Date.now();
    const byPath = new Map(this.catalog.finished.map((file) => [file.path, file]));
    const gone = filesToDelete({
      files: [...byPath.values()].map((file) => ({ ...file, inUse: this.#isRead(file.name, nowMs) })),
      nowMs,
      limitsOf: (camera) => {
        const rule = Object.hasOwn(rules, camera) ? rules[camera] : undefined;
        return { maxAgeMs: (rule?.maxAgeDays ?? config.maxAgeDays) * DAY_MS, maxBytes: rule?.maxBytes ?? null };
      },
      maxBytes: config.maxBytes ?? null,
      growingBytes: this.catalog.growingBytes,
      neededBytes,
    });
    for (const { path } of gone) await this.#delete(byPath.get(path)!);
    if (gone.length > 0) log.info({ files: gone.length }, 'old recordings deleted');
  }

  async #delete(file: RecordedFile): Promise<void> {
    this.catalog.remove(file);
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

  async #load(): Promise<void> {
    const { folder, log } = this.#options;
    await mkdir(folder, { recursive: true });
    for (const camera of await foldersIn(folder)) {
      for (const day of (await foldersIn(join(folder, camera))).filter(isDayName)) {
        const { known, unknown } = await readDay(join(folder, camera, day));
        for (const file of known) if (file.camera === camera) this.catalog.add(file);
        for (const path of unknown) {
          try {
            const file = await recoverFile(path);
            if (file === null) continue;
            this.catalog.add(file);
            await addToDay(file);
            log.warn({ camera, file: file.name, durationMs: Math.round(file.durationMs) }, 'recording mended');
          } catch (error) {
            log.warn({ camera, err: error }, 'a recording cannot be mended and is left as it is');
          }
        }
      }
    }
  }
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
