/**
 * The relay's recordings: a recorder for each camera, the rules that drive them, the catalogue.
 * What one camera's recorder does is `recorder.ts`; what a URL answers is `serve-recordings.ts`.
 */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Camera } from '../../camera/camera.ts';
import type { CameraRegistry } from '../../camera/camera-registry.ts';
import type { RecordConfig, RecordingConfig } from '../../config/schema/record.ts';
import type { Mp4Cameras } from '../../delivery/fmp4/mp4-cameras.ts';
import { RelayError } from '../../errors.ts';
import type { RecordingCommand, RecordingInfo } from '../../protocol.ts';
import type { GrowingFiles } from '../growing-files.ts';
import { Catalog } from './catalog.ts';
import { addToDay } from './day-index.ts';
import type { FreeBytes } from './disk-space.ts';
import { dayName, fileName, readFileName } from './file-names.ts';
import { LibraryLinks } from './library-links.ts';
import { createOutput, type OpenOutput } from './output-file.ts';
import { recordDecision } from './record-policy.ts';
import { type NewFile, Recorder } from './recorder.ts';
import { type LibraryOfRecordings, RecordingDisk } from './recording-disk.ts';
import { RecordingFile } from './recording-file.ts';
import { isOpen, systemTimeZone, ZoneClock } from './schedule.ts';

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

export class Recordings implements GrowingFiles {
  readonly catalog = new Catalog();
  readonly clock: ZoneClock;
  readonly #options: RecordingsOptions;
  readonly #links: LibraryLinks;
  readonly #disk: RecordingDisk;
  readonly #recorded = new Map<string, Recorded>();
  readonly #changed = new Set<string>();
  #ready: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;
  #ticks = 0;
  #closing: Promise<void> | null = null;

  constructor(options: RecordingsOptions) {
    this.#options = options;
    this.clock = new ZoneClock(options.config.timeZone ?? systemTimeZone());
    this.#links = new LibraryLinks(options.libraryFolder, options.log);
    this.#disk = new RecordingDisk({ ...options, catalog: this.catalog, links: this.#links });
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
    this.#ready = this.#disk.load().catch((error: unknown) => {
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
    if (file !== undefined) await this.#disk.delete(file);
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
    await this.#disk.settled();
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
    if (this.#ticks % DISK_EVERY === 0) this.#disk.tidy(this.#ticks % RETENTION_EVERY === 0);
    this.#ticks += 1;
    for (const recorded of this.#recorded.values()) {
      this.#evaluate(recorded, nowMs);
      recorded.recorder.tick(nowMs, this.#disk.refusal);
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
}
