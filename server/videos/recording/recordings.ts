/**
 * The relay's recordings: a recorder for each camera, the rules that drive them, the catalogue.
 * What one camera's recorder does is `recorder.ts`; what a URL answers is `serve-recordings.ts`.
 */
import type { Logger } from 'pino';
import { sleep } from '../../abort.ts';
import type { Camera } from '../../camera/camera.ts';
import type { CameraRegistry } from '../../camera/camera-registry.ts';
import type { RecordConfig, RecordingConfig } from '../../config/schema/record.ts';
import type { Mp4Cameras } from '../../delivery/fmp4/mp4-cameras.ts';
import { RelayError } from '../../errors.ts';
import type { RecordingCommand, RecordingInfo } from '../../protocol.ts';
import type { FreeBytes } from '../disk-space.ts';
import type { GrowingFiles } from '../growing-files.ts';
import { Catalog } from './catalog.ts';
import { readFileName } from './file-names.ts';
import { LibraryLinks } from './library-links.ts';
import type { OpenOutput } from './output-file.ts';
import { recordDecision } from './record-policy.ts';
import { Recorder } from './recorder.ts';
import { type LibraryOfRecordings, RecordingDisk } from './recording-disk.ts';
import { RecordingFiles } from './recording-files.ts';
import { afterCommand, type RequestedRecordings } from './requested-recordings.ts';
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
  /** Read, written and awaited here. */
  readonly requested: RequestedRecordings;
  readonly log: Logger;
  /** Replaced in tests, for disks that are full. */
  readonly openOutput?: OpenOutput;
  readonly freeBytes?: FreeBytes;
}

interface Recorded {
  readonly camera: Camera;
  readonly rule: RecordConfig;
  readonly recorder: Recorder;
  lastWatchedMs: number | null;
}

const TICK_MS = 1_000;
/** In ticks. */
const DISK_EVERY = 2;
const RETENTION_EVERY = 60;
/** How long a list of videos waits for recordings that are being mended. */
const PATIENCE_MS = 3_000;

export class Recordings implements GrowingFiles {
  readonly catalog = new Catalog();
  readonly clock: ZoneClock;
  readonly #options: RecordingsOptions;
  readonly #disk: RecordingDisk;
  readonly #files: RecordingFiles;
  readonly #recorded = new Map<string, Recorded>();
  readonly #changed = new Set<string>();
  readonly #ready: Promise<void>;
  #markReady: () => void = () => {};
  #timer: NodeJS.Timeout | null = null;
  #ticks = 0;
  #isStarted = false;
  #isReady = false;
  #closing: Promise<void> | null = null;

  constructor(options: RecordingsOptions) {
    this.#options = options;
    this.#ready = new Promise((resolve) => {
      this.#markReady = resolve;
    });
    this.clock = new ZoneClock(options.config.timeZone ?? systemTimeZone());
    const shared = { ...options, catalog: this.catalog, links: new LibraryLinks(options.libraryFolder, options.log) };
    this.#disk = new RecordingDisk(shared);
    this.#files = new RecordingFiles(shared);
  }

  get playerChunkBytes(): number {
    return this.#options.playerChunkBytes ?? 0;
  }

  /** Resolves when what is on the disk is known. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  /**
   * Reads the disk, mends what a killed relay left, then records what the rules say and what was asked for before.
   * Called once; returns at once.
   */
  start(): void {
    this.#isStarted = true;
    const disk = this.#disk.load().catch((error: unknown) => {
      this.#options.log.error({ err: error }, 'the recordings cannot be read');
    });
    void Promise.all([disk, this.#options.requested.load(Date.now())]).then(() => {
      this.#isReady = true;
      this.#markReady();
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
   * It holds until it is taken back, over restarts too. Resolves with what holds then.
   * @throws RelayError `no-such-camera` for one that is not in the configuration
   */
  async command(id: string, command: RecordingCommand): Promise<RecordingInfo | null> {
    await this.#ready;
    const recorded = this.#recorded.get(id);
    if (recorded === undefined) throw new RelayError('no-such-camera', 'This camera is not one that can be recorded.');
    const { log, requested } = this.#options;
    log.info({ camera: id, ...command }, 'recording is told');
    const written = requested.set(id, afterCommand(requested.of(id), command, recorded.rule, Date.now()));
    this.#evaluate(recorded, Date.now());
    await written;
    return recorded.recorder.info;
  }

  /** Resolves when what is on the disk is known, or when mending it takes too long to be waited for. */
  async known(): Promise<void> {
    if (this.#isReady) return;
    const enough = new AbortController();
    await Promise.race([this.#ready, sleep(PATIENCE_MS, enough.signal)]);
    enough.abort();
  }

  safeLength(name: string): number | null {
    const growing = this.catalog.growing(name);
    // What a killed relay left is not to be looked into before it is mended.
    if (growing === null) return this.#isReady || readFileName(name) === null || this.catalog.has(name) ? null : 0;
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
    if (this.#isStarted) await this.#ready;
    await Promise.all([this.#disk.settled(), this.#options.requested.close()]);
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
      openFile: (file) => this.#files.open(id, file),
      closeFile: (file) => this.#files.close(file),
      log: this.#options.log,
      onChanged: () => camera.recordingChanged(),
    });
    camera.showRecording(() => recorder.info);
    this.#recorded.set(id, { camera, rule, recorder, lastWatchedMs: null });
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
      recorded.recorder.tick(performance.now(), this.#disk.refusal);
    }
  }

  #evaluate(recorded: Recorded, nowMs: number): void {
    const { camera, rule, recorder } = recorded;
    const { manual, event } = this.#options.requested.of(camera.id);
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
}
