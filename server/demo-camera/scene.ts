/**
 * One picture shared by all its sessions: its encoder starts with the first lease and ends shortly after the last.
 * Tags become samples with a wall clock here; sending them is `media-sender.ts`, the process itself `encoder.ts`.
 *
 *     idle ──lease──▶ running ──last release──▶ lingering ──▶ idle
 *                        ▲───────── lease ──────────┘
 */
import type { Logger } from 'pino';
import { RelayError } from '../errors.ts';
import { type Tag, tagBody } from '../flv/tag.ts';
import { Encoder } from './encoder.ts';
import { findFont } from './font.ts';
import { AUDIO_SAMPLE_RATE_HZ, encoderArguments, type PictureOptions } from './picture.ts';
import { FRAME_MODULUS } from './picture-code.ts';
import { AAC_FRAME_SAMPLES } from './rtp-aac.ts';
import { type ParameterSets, parseAvcConfig, splitAvcc } from './rtp-h264.ts';

/** One coded picture or one AAC frame. Buffers are shared by all sessions: never written to. */
export interface Sample {
  readonly track: 'video' | 'audio';
  readonly keyframe: boolean;
  /** When it was made, Unix ms, regular to the microsecond: what RTP time is derived from. */
  readonly timeMs: number;
  /** NAL units, or the one AAC frame. */
  readonly units: readonly Buffer[];
}

/** What an SDP says about a scene. */
export interface SceneFormat {
  readonly parameterSets: ParameterSets;
  /** AudioSpecificConfig; null without sound. */
  readonly audioConfig: Buffer | null;
}

export interface SceneViewer {
  onSample(sample: Sample): void;
  /** The encoder ended by itself; no more samples come. The lease is released already. */
  onEnded(reason: RelayError): void;
}

export interface SceneOptions {
  readonly picture: PictureOptions;
  readonly ffmpegPath: string;
  readonly log: Logger;
  /** How long the encoder runs on after the last lease; default 1000. */
  readonly lingerMs?: number;
}

const START_TIMEOUT_MS = 15_000;
const AAC_DATA_OFFSET = 2;
const AVC_DATA_OFFSET = 5;

/** What belongs to one run of the encoder. */
interface Run {
  encoder: Encoder | null;
  stopped: boolean;
  videoFrames: number;
  audioFrames: number;
  /** Wall clock of media time zero. */
  epochMs: number | null;
}

export class Scene {
  readonly picture: PictureOptions;
  readonly #ffmpegPath: string;
  readonly #log: Logger;
  readonly #lingerMs: number;
  readonly #viewers = new Set<SceneViewer>();
  readonly #ending = new Set<Promise<void>>();
  #run: Run | null = null;
  #lingerTimer: NodeJS.Timeout | undefined;
  #closed = false;
  #withText = true;
  #parameterSets: ParameterSets | null = null;
  #audioConfig: Buffer | null = null;
  /** Who waits for the format. */
  #waiting: { resolve: (format: SceneFormat) => void; reject: (error: unknown) => void; timer: NodeJS.Timeout }[] = [];

  constructor(options: SceneOptions) {
    this.picture = options.picture;
    this.#ffmpegPath = options.ffmpegPath;
    this.#log = options.log.child({ scene: options.picture.scene });
    this.#lingerMs = options.lingerMs ?? 1000;
  }

  /** Starts the encoder if it does not run. Every lease must be released; the returned function is idempotent. */
  lease(viewer: SceneViewer): () => void {
    if (this.#closed) throw new RelayError('going-away');
    this.#viewers.add(viewer);
    clearTimeout(this.#lingerTimer);
    if (!this.#run) this.#start();
    return () => {
      if (this.#viewers.delete(viewer) && this.#viewers.size === 0) this.#linger();
    };
  }

  /**
   * What the SDP needs: known from an earlier run (the same arguments give the same), else as soon as the encoder has
   * said. To be called under a lease. Rejects with a RelayError when the encoder fails.
   */
  format(): Promise<SceneFormat> {
    const format = this.#format();
    if (format) return Promise.resolve(format);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.#settle(new RelayError('timeout', 'The demo encoder does not start')),
        START_TIMEOUT_MS,
      );
      this.#waiting.push({ resolve, reject, timer });
    });
  }

  /** True while an ffmpeg belongs to this scene. */
  get isRunning(): boolean {
    return this.#run !== null || this.#ending.size > 0;
  }

  /** Ends the encoder and awaits its exit. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#lingerTimer);
    this.#settle(new RelayError('going-away'));
    this.#viewers.clear();
    this.#stop();
    await Promise.all(this.#ending);
  }

  #start(): void {
    const run: Run = { encoder: null, stopped: false, videoFrames: 0, audioFrames: 0, epochMs: null };
    this.#run = run;
    const life = this.#live(run).finally(() => this.#ending.delete(life));
    this.#ending.add(life);
  }

  async #live(run: Run): Promise<void> {
    const font = this.#withText ? await findFont() : null;
    if (run.stopped) return;
    const { picture } = this;
    // Counting on from the wall clock lets the numbers rise over restarts.
    const firstFrame = Math.floor((Date.now() / 1000) * picture.fps) % FRAME_MODULUS;
    run.encoder = new Encoder({
      ffmpegPath: this.#ffmpegPath,
      args: encoderArguments(picture, font, firstFrame),
      audio: picture.audio,
      onTag: (tag) => this.#take(run, tag),
    });
    this.#log.debug({ pid: run.encoder.pid }, 'demo encoder started');
    const failure = await run.encoder.ended;
    this.#log.debug({ pid: run.encoder.pid }, 'demo encoder ended');
    if (!failure || run.stopped) return;
    this.#run = null;
    if (font && run.videoFrames === 0 && failure.code !== 'ffmpeg-missing' && this.#viewers.size > 0) {
      // Not every ffmpeg is built with drawtext: a picture without a clock is better than none.
      this.#log.warn({ err: failure }, 'demo encoder failed with text, trying without');
      this.#withText = false;
      this.#start();
      return;
    }
    this.#log.error({ err: failure }, 'demo encoder failed');
    this.#settle(failure);
    const viewers = [...this.#viewers];
    this.#viewers.clear();
    for (const viewer of viewers) viewer.onEnded(failure);
  }

  #linger(): void {
    if (this.#closed || !this.#run) return;
    this.#lingerTimer = setTimeout(() => this.#stop(), this.#lingerMs);
  }

  #stop(): void {
    const run = this.#run;
    this.#run = null;
    if (!run) return;
    run.stopped = true;
    void run.encoder?.stop();
  }

  #take(run: Run, tag: Tag): void {
    if (run.stopped) return;
    switch (tag.kind) {
      case 'video-header':
        this.#parameterSets = parseAvcConfig(tagBody(tag).subarray(AVC_DATA_OFFSET));
        break;
      case 'audio-header':
        this.#audioConfig = Buffer.from(tagBody(tag).subarray(AAC_DATA_OFFSET));
        break;
      case 'keyframe':
      case 'frame': {
        run.epochMs ??= tag.arrivedAtMs;
        const timeMs = run.epochMs + (run.videoFrames++ * 1000) / this.picture.fps;
        const units = splitAvcc(tagBody(tag).subarray(AVC_DATA_OFFSET));
        this.#deliver({ track: 'video', keyframe: tag.kind === 'keyframe', timeMs, units });
        return;
      }
      case 'audio': {
        run.epochMs ??= tag.arrivedAtMs;
        const timeMs = run.epochMs + (run.audioFrames++ * AAC_FRAME_SAMPLES * 1000) / AUDIO_SAMPLE_RATE_HZ;
        this.#deliver({ track: 'audio', keyframe: true, timeMs, units: [tagBody(tag).subarray(AAC_DATA_OFFSET)] });
        return;
      }
      default:
        return;
    }
    const format = this.#format();
    if (format) this.#settle(format);
  }

  #deliver(sample: Sample): void {
    for (const viewer of this.#viewers) viewer.onSample(sample);
  }

  #format(): SceneFormat | null {
    if (!this.#parameterSets || (this.picture.audio && !this.#audioConfig)) return null;
    return { parameterSets: this.#parameterSets, audioConfig: this.#audioConfig };
  }

  #settle(outcome: SceneFormat | RelayError): void {
    for (const { resolve, reject, timer } of this.#waiting.splice(0)) {
      clearTimeout(timer);
      if (outcome instanceof RelayError) reject(outcome);
      else resolve(outcome);
    }
  }
}
