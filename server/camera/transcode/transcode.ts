/**
 * Keeps one stream fed with another one transcoded: an ffmpeg that reads the hub and never the camera. It runs from
 * `start()` to `stop()`; when that is, is `transcode-feed.ts`.
 */
import type { Logger } from 'pino';
import { sleep } from '../../abort.ts';
import { RelayError } from '../../errors.ts';
import { planTranscode } from '../../ffmpeg/codec-policy.ts';
import type { Ffmpeg } from '../../ffmpeg/ffmpeg.ts';
import type { Stream } from '../../hub/stream.ts';
import type { TranscodeInfo } from '../../protocol.ts';
import type { LiveSource } from '../stream-wish.ts';
import { TranscodeInput } from './transcode-input.ts';
import { TranscodePipeline } from './transcode-pipeline.ts';

/** A named way of transcoding. */
export interface TranscodeProfile {
  readonly name: string;
  /** ffmpeg output options that replace the policy's; null or empty: H.264 with the best encoder there is. */
  readonly output: readonly string[] | null;
  readonly maxHeight: number | null;
}

export interface TranscodeOptions {
  readonly cameraId: string;
  readonly profile: TranscodeProfile;
  /** What is transcoded; attaching to it starts the camera. */
  readonly source: LiveSource;
  readonly stream: Stream;
  readonly ffmpeg: Ffmpeg;
  readonly log: Logger;
  readonly onChanged: () => void;
}

const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 5_000;

/** How one ffmpeg came to its end; `failure` null: go on at once with a new one. */
interface AttemptEnd {
  readonly failure: RelayError | null;
  readonly wasLive: boolean;
}

/**
 * ```
 * idle ──start──▶ starting ──first picture──▶ live ──failure──▶ waiting ──time──▶ starting
 *   ▲                 └─────────── failure ─────────────────────▲
 *   └──────────────────────── stop, from any state
 * ```
 */
export class Transcode {
  readonly #options: TranscodeOptions;
  readonly #log: Logger;
  readonly #pipeline = new TranscodePipeline();
  #state: TranscodeInfo['state'] = 'idle';
  #encoder: TranscodeInfo['encoder'] = null;
  #stopping: AbortController | null = null;
  #loop: Promise<void> = Promise.resolve();
  #input: TranscodeInput | null = null;
  #dropped = 0;

  constructor(options: TranscodeOptions) {
    this.#options = options;
    this.#log = options.log.child({ camera: options.cameraId, profile: options.profile.name });
  }

  get state(): TranscodeInfo['state'] {
    return this.#state;
  }

  /** Null before the first run, and for a profile that names its encoder itself. */
  get encoder(): TranscodeInfo['encoder'] {
    return this.#encoder;
  }

  /** Whether a viewer of the source is this transcode's own. */
  get attached(): boolean {
    return this.#input !== null;
  }

  /** Idempotent while it runs. */
  start(): void {
    if (this.#stopping !== null) return;
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.#loop = this.#loop.then(() => this.#runUntil(stopping.signal));
  }

  /** Idempotent; resolves when ffmpeg is gone. `start()` may follow at once. */
  stop(): Promise<void> {
    this.#stopping?.abort();
    this.#stopping = null;
    return this.#loop;
  }

  async #runUntil(stopping: AbortSignal): Promise<void> {
    let failures = 0;
    while (!stopping.aborted) {
      if (failures === 0) this.#become('starting');
      const { failure, wasLive } = await this.#attempt(stopping);
      this.#options.stream.sourceEnded();
      if (stopping.aborted) break;
      if (wasLive) failures = 0;
      if (failure === null) continue;
      this.#log.warn({ reason: failure.code, err: failure.cause }, `transcode: ${failure.message}`);
      this.#become('waiting');
      this.#options.stream.failWaiting(failure);
      await sleep(Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** failures), stopping);
      failures++;
    }
    this.#become('idle');
  }

  async #attempt(stopping: AbortSignal): Promise<AttemptEnd> {
    const { source, ffmpeg } = this.#options;
    // The encoder is looked for while the camera is on its way; a failure shows when it is asked for again.
    void ffmpeg.encoder().catch(() => {});
    const sourceEnd: { error: RelayError | null } = { error: null };
    let onReady = () => {};
    const ready = new Promise<void>((resolve) => {
      onReady = resolve;
    });
    const input = new TranscodeInput({
      onReady,
      onEnd: (error) => {
        sourceEnd.error = error;
        onReady();
      },
      onDropped: (samples) => this.#onDropped(samples),
    });
    stopping.addEventListener('abort', onReady);
    this.#input = input;
    let end: AttemptEnd = { failure: null, wasLive: false };
    try {
      source.attach(input);
      await ready;
      if (sourceEnd.error === null && !stopping.aborted) end = await this.#transcode(input, stopping);
    } catch (error) {
      end = { failure: RelayError.from(error), wasLive: end.wasLive };
    }
    stopping.removeEventListener('abort', onReady);
    source.detach(input);
    input.close();
    this.#input = null;
    return { failure: sourceEnd.error ?? (input.reconfigured ? null : end.failure), wasLive: end.wasLive };
  }

  /** Runs one ffmpeg to its end. */
  async #transcode(input: TranscodeInput, stopping: AbortSignal): Promise<AttemptEnd> {
    const { ffmpeg, profile, cameraId } = this.#options;
    const [capabilities, encoder] = await Promise.all([ffmpeg.capabilities(), ffmpeg.encoder()]);
    const ownEncoder = profile.output === null || profile.output.length === 0;
    this.#encoder = ownEncoder ? { name: encoder.name, hardware: encoder.hardware } : null;
    const { output: profileOutput, maxHeight } = profile;
    const plan = planTranscode({ capabilities, encoder, profileOutput, maxHeight });
    this.#pipeline.restarted((ptsMs) => input.arrivalOf(ptsMs));
    const run = ffmpeg.start({ ...plan, camera: cameraId, input: 'pipe:0', stdin: input.bytes, format: 'flv' });
    const stop = () => void run.stop();
    stopping.addEventListener('abort', stop);
    if (stopping.aborted) stop();
    const progress = { announced: false, wasLive: false, failure: null as RelayError | null };
    const take = (chunk: Buffer) => {
      if (progress.failure !== null) return;
      run.markStarted();
      try {
        this.#take(chunk, progress);
      } catch (error) {
        progress.failure = RelayError.from(error);
        stop();
      }
    };
    run.output.on('data', take);
    const exit = await run.exited;
    run.output.off('data', take);
    stopping.removeEventListener('abort', stop);
    const failure = progress.failure ?? new RelayError(exit.reason ?? 'ended', exit.message);
    return { failure, wasLive: progress.wasLive };
  }

  #take(chunk: Buffer, progress: { announced: boolean; wasLive: boolean }): void {
    const { stream } = this.#options;
    const tags = this.#pipeline.push(chunk);
    const { tracks } = this.#pipeline;
    if (!progress.announced && tracks !== null) {
      progress.announced = true;
      stream.sourceStarted(tracks);
    }
    if (!progress.wasLive && tags.some(({ kind }) => kind === 'keyframe')) {
      progress.wasLive = true;
      this.#dropped = 0;
      this.#become('live');
    }
    stream.publish(tags);
  }

  /** One line for as long as it goes on. */
  #onDropped(samples: number): void {
    if (this.#dropped === 0) this.#log.warn('the transcode cannot keep up; pictures are left out');
    this.#dropped += samples;
  }

  #become(state: TranscodeInfo['state']): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#log.info({ state, encoder: this.#encoder?.name }, `transcode is ${state}`);
    this.#options.onChanged();
  }
}
