/**
 * Keeps one stream fed from one camera: an ffmpeg at a time, watched for pictures, started anew after a failure until
 * `stop()`. When to start and stop is `feed.ts`; how long to wait between tries is `restart-policy.ts`.
 */
import type { Logger } from 'pino';
import { sleep } from '../abort.ts';
import { RelayError } from '../errors.ts';
import type { Ffmpeg } from '../ffmpeg/ffmpeg.ts';
import type { Redactor } from '../ffmpeg/redact.ts';
import type { RtspSource } from '../ffmpeg/rtsp-input.ts';
import type { SourceTracks } from '../ffmpeg/source-tracks.ts';
import type { Stream } from '../hub/stream.ts';
import { CAMERA_REASONS, type CameraReason, type CameraState } from '../protocol.ts';
import { PullAttempt } from './pull-attempt.ts';
import { RateMeter } from './rate-meter.ts';
import { isRefusedLogin, restartDelayMs } from './restart-policy.ts';
import { TagPipeline } from './tag-pipeline.ts';

export interface PullTimings {
  readonly connectTimeoutMs: number;
  readonly stallTimeoutMs: number;
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  readonly refusedLoginRetryMs: number;
}

/** What a camera's pulls know of it from earlier runs; one object shared by all pulls of a camera. */
export interface CameraMemory {
  sources: SourceTracks | null;
  /** ffmpeg could not copy this camera's video although its codec is one that can be copied. */
  neverCopyVideo: boolean;
}

export interface PullOptions {
  readonly cameraId: string;
  readonly source: RtspSource;
  /** Output options of the camera's profile; null lets the codec policy choose. */
  readonly profileOutput: readonly string[] | null;
  readonly timings: PullTimings;
  readonly memory: CameraMemory;
  readonly ffmpeg: Ffmpeg;
  readonly redactor: Redactor;
  readonly stream: Stream;
  readonly log: Logger;
  /** Told after every change of `status`. */
  readonly onChanged: () => void;
}

export interface PullFailure {
  readonly code: CameraReason;
  /** An English sentence without credentials. */
  readonly message: string;
  /** Unix ms. */
  readonly atMs: number;
}

export interface PullStatus {
  readonly state: CameraState;
  /** Since when the state holds, Unix ms. */
  readonly sinceMs: number;
  /** When the next try is due, Unix ms; null unless `waiting`. */
  readonly nextTryAtMs: number | null;
  /** The newest failure, kept while the camera works again. */
  readonly failure: PullFailure | null;
}

/**
 * ```
 * idle ──start──▶ starting ──first picture──▶ live ──failure──▶ waiting ──time, or retryNow──▶ starting
 *   ▲                 └──────────failure────────────────────────▲
 *   └──────────────────────── stop, from any state
 * ```
 */
export class Pull {
  readonly #options: PullOptions;
  readonly #pipeline = new TagPipeline();
  readonly #meter = new RateMeter();
  #status: PullStatus = { state: 'idle', sinceMs: Date.now(), nextTryAtMs: null, failure: null };
  #stopping: AbortController | null = null;
  #loop: Promise<void> = Promise.resolve();
  #running = false;
  #starts = 0;
  #hurry: AbortController | null = null;

  constructor(options: PullOptions) {
    this.#options = options;
  }

  get status(): PullStatus {
    return this.#status;
  }

  /** ffmpegs started over the life of this pull. */
  get starts(): number {
    return this.#starts;
  }

  /** True while an ffmpeg of this pull runs or is about to. */
  get running(): boolean {
    return this.#running;
  }

  get rates(): { fps: number; bitrate: number } {
    return this.#meter.read(performance.now());
  }

  /** Begins to pull, after an earlier `stop()` has finished. Idempotent while it runs. */
  start(): void {
    if (this.#stopping !== null) return;
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.#loop = this.#loop.then(() => this.#pullUntil(stopping.signal));
  }

  /** Ends the ffmpeg and the tries. Idempotent; resolves when the process is gone. `start()` may follow at once. */
  stop(): Promise<void> {
    this.#stopping?.abort();
    this.#stopping = null;
    return this.#loop;
  }

  /** Cuts a wait between tries short, but for a refused login: cameras lock accounts. */
  retryNow(): void {
    if (this.refusedLogin === null) this.#hurry?.abort();
  }

  /** The failure to answer with instead of trying: the camera refused the login not long ago. Null: go ahead. */
  get refusedLogin(): PullFailure | null {
    const failure = this.#status.failure;
    if (failure === null || !isRefusedLogin(failure.code)) return null;
    return Date.now() - failure.atMs < this.#options.timings.refusedLoginRetryMs ? failure : null;
  }

  async #pullUntil(stopping: AbortSignal): Promise<void> {
    let failures = 0;
    while (!stopping.aborted) {
      this.#become('starting');
      this.#pipeline.restarted();
      const end = await new PullAttempt(this.#options, this.#pipeline, {
        onRunning: () => this.#started(),
        onPicture: () => this.#become('live'),
        onTags: (tags) => this.#meter.observe(tags, performance.now()),
      }).run(stopping);
      this.#running = false;
      this.#meter.reset();
      this.#options.stream.sourceEnded();
      if (stopping.aborted) break;
      if (end.failure === null) continue;
      if (end.wasLive) failures = 0;
      await this.#waitAfter(end.failure, failures, stopping);
      failures += 1;
    }
    this.#become('idle');
  }

  #started(): void {
    this.#running = true;
    this.#starts += 1;
    this.#options.onChanged();
  }

  async #waitAfter(error: RelayError, attempt: number, stopping: AbortSignal): Promise<void> {
    const { stream, timings, log, cameraId } = this.#options;
    const failure: PullFailure = { code: cameraReason(error), message: error.message, atMs: Date.now() };
    const watched = stream.viewers > 0;
    const delayMs = restartDelayMs({ ...timings, reason: failure.code, attempt, watched, random: Math.random() });
    log.warn({ camera: cameraId, reason: failure.code, retryInMs: delayMs, err: error.cause }, failure.message);
    this.#become('waiting', { failure, nextTryAtMs: failure.atMs + delayMs });
    stream.failWaiting(new RelayError(failure.code, failure.message));

    const hurry = new AbortController();
    this.#hurry = hurry;
    await sleep(delayMs, AbortSignal.any([stopping, hurry.signal]));
    // A newcomer brings the next try forward, but never turns a failing camera into a busy loop.
    if (hurry.signal.aborted) await sleep(failure.atMs + timings.retryMinMs - Date.now(), stopping);
    this.#hurry = null;
  }

  #become(state: CameraState, more: Partial<PullStatus> = {}): void {
    const before = this.#status;
    if (before.state === state && Object.keys(more).length === 0) return;
    const sinceMs = before.state === state ? before.sinceMs : Date.now();
    this.#status = { ...before, nextTryAtMs: null, ...more, state, sinceMs };
    if (before.state !== state) this.#options.log.info({ camera: this.#options.cameraId, state }, `camera is ${state}`);
    this.#options.onChanged();
  }
}

/** A failure of the relay itself reaches viewers as a crash of the pull: they can do nothing about either. */
function cameraReason(error: RelayError): CameraReason {
  return CAMERA_REASONS.find((reason) => reason === error.code) ?? 'ffmpeg-crashed';
}
