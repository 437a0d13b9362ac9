/**
 * Takes a camera's pictures from a publisher that sends FLV, in place of a pull: one publisher at a time, through the
 * same steps and onto the same stream, watched for pictures like a pull. How the bytes arrive is `delivery/push/`.
 */
import type { Logger } from 'pino';
import { RelayError } from '../../errors.ts';
import { type Tag, tagBody } from '../../flv/tag.ts';
import { readVideoBody } from '../../flv/video-body.ts';
import type { Stream } from '../../hub/stream.ts';
import type { CameraReason, CameraState } from '../../protocol.ts';
import { RateMeter } from '../rate-meter.ts';
import type { Supply, SupplyFailure, SupplyStatus } from '../supply.ts';
import { TagPipeline } from '../tag-pipeline.ts';
import { VideoWatchdog } from './video-watchdog.ts';

export interface PushIntakeOptions {
  readonly cameraId: string;
  readonly stream: Stream;
  readonly timings: { readonly connectTimeoutMs: number; readonly stallTimeoutMs: number };
  /** A new publisher takes the place of the one there is, instead of being refused. */
  readonly takeover: boolean;
  readonly log: Logger;
  /** Told after every change of `status`. */
  readonly onChanged: () => void;
}

/** Whoever sends. `end` is called at most once, when the relay lets go of it before it has ended by itself. */
export interface Publisher {
  /** For the log. */
  readonly address: string;
  end(error: RelayError): void;
}

/** The place of one publisher, until it ends or is ended. Every call after that is ignored. */
export interface Publication {
  push(chunk: Buffer): void;
  /** No more bytes come: the body is complete, or its connection is gone. */
  ended(how: 'complete' | 'lost'): void;
}

interface Running extends Publication {
  end(error: RelayError, failure: Omit<SupplyFailure, 'atMs'>): void;
}

const SOUND_FORMAT_AAC = 10;

/**
 * ```
 * waiting ──publish──▶ starting ──first picture──▶ live
 *    ▲                     └── end, stall, not FLV ──┤
 *    └────────────────────────────────────────────────┘      closed: close, from any state
 * ```
 * Viewers do not start or stop it.
 */
export class PushIntake implements Supply {
  readonly awaitsReturn = false;
  readonly #options: PushIntakeOptions;
  readonly #pipeline = new TagPipeline();
  readonly #meter = new RateMeter();
  #status: SupplyStatus;
  #running: Running | null = null;
  #starts = 0;

  constructor(options: PushIntakeOptions) {
    this.#options = options;
    const failure = { code: 'no-publisher', message: 'Nobody sends this camera’s picture yet.' } as const;
    const atMs = Date.now();
    this.#status = { state: 'waiting', sinceMs: atMs, nextTryAtMs: null, failure: { ...failure, atMs } };
  }

  get status(): SupplyStatus {
    return this.#status;
  }

  get starts(): number {
    return this.#starts;
  }

  get running(): boolean {
    return this.#running !== null;
  }

  get rates(): { fps: number; bitrate: number } {
    return this.#meter.read(performance.now());
  }

  /** Without a publisher there is nothing to wait for within a viewer's patience. */
  get refusal(): SupplyFailure | null {
    return this.#running === null ? this.#status.failure : null;
  }

  /**
   * Gives the camera to a publisher.
   * @throws RelayError `already-published`
   */
  publish(publisher: Publisher): Publication {
    if (this.#status.state === 'closed') throw new RelayError('going-away');
    if (this.#running !== null) {
      if (!this.#options.takeover) throw new RelayError('already-published');
      const message = 'Another publisher has taken over.';
      this.#running.end(new RelayError('displaced', message), { code: 'ended', message });
    }
    const running = this.#begin(publisher);
    this.#running = running;
    this.#starts += 1;
    this.#pipeline.restarted();
    this.#options.log.info({ camera: this.#options.cameraId, address: publisher.address }, 'publisher came');
    this.#become('starting');
    return running;
  }

  start(): void {}

  putOff(): void {}

  stop(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    const error = new RelayError('going-away');
    this.#running?.end(error, { code: 'ended', message: error.message });
    this.#become('closed');
    return Promise.resolve();
  }

  retryNow(): void {}

  retry(): void {}

  #begin(publisher: Publisher): Running {
    const { stream, timings } = this.#options;
    let over = false;
    let known = false;
    const finish = (failure: Omit<SupplyFailure, 'atMs'>) => {
      over = true;
      watchdog.close();
      this.#finished(running, failure);
    };
    const end = (error: RelayError, failure: Omit<SupplyFailure, 'atMs'>) => {
      if (over) return;
      finish(failure);
      publisher.end(error);
    };
    const watchdog = new VideoWatchdog({
      ...timings,
      hasBegun: () => true,
      onExpired: (error) => end(error, { code: error.code as CameraReason, message: error.message }),
    });
    const running: Running = {
      push: (chunk) => {
        if (over) return;
        watchdog.heard();
        try {
          const tags = this.#pipeline.push(chunk);
          const { tracks } = this.#pipeline;
          if (!known && tracks !== null) {
            known = true;
            stream.sourceStarted(tracks);
          }
          for (const tag of tags) refuseForeignCodec(tag);
          if (tags.some(isPicture)) {
            watchdog.sawVideo();
            this.#become('live');
          }
          this.#meter.observe(tags, performance.now());
          stream.publish(tags);
        } catch (thrown) {
          const error = RelayError.from(thrown);
          const code = error.code === 'codec' ? 'codec' : 'corrupt';
          // To whoever sends it is the request that is wrong, not the camera.
          end(new RelayError('bad-request', error.message), { code, message: error.message });
        }
      },
      ended: (how) => {
        if (over) return;
        const lost = 'The connection of whoever sends this camera’s picture was lost.';
        finish({ code: 'ended', message: how === 'lost' ? lost : 'Whoever sends this camera’s picture has stopped.' });
      },
      end,
    };
    return running;
  }

  #finished(running: Running, reason: Omit<SupplyFailure, 'atMs'>): void {
    if (this.#running !== running) return;
    const { stream, log, cameraId } = this.#options;
    this.#running = null;
    this.#meter.reset();
    stream.sourceEnded();
    log.warn({ camera: cameraId, reason: reason.code }, reason.message);
    this.#become('waiting', { ...reason, atMs: Date.now() });
    stream.failWaiting(new RelayError(reason.code, reason.message));
  }

  #become(state: CameraState, failure: SupplyFailure | null = this.#status.failure): void {
    const before = this.#status;
    if (before.state === state && before.failure === failure) return;
    const sinceMs = before.state === state ? before.sinceMs : Date.now();
    this.#status = { state, sinceMs, nextTryAtMs: null, failure };
    if (before.state !== state) this.#options.log.info({ camera: this.#options.cameraId, state }, `camera is ${state}`);
    this.#options.onChanged();
  }
}

function isPicture(tag: Tag): boolean {
  return tag.kind === 'keyframe' || tag.kind === 'frame';
}

/** What the relay cannot hand on. ffmpeg writes H.263 and MP3 into FLV when it is told nothing else. */
function refuseForeignCodec(tag: Tag): void {
  if (isPicture(tag) && readVideoBody(tagBody(tag))?.codec === 'other') {
    throw new RelayError('codec', 'The video is neither H.264 nor H.265; with ffmpeg, add -c:v libx264 or -c:v copy.');
  }
  if (tag.kind === 'audio' && (tagBody(tag)[0] ?? 0) >> 4 !== SOUND_FORMAT_AAC) {
    throw new RelayError('codec', 'The sound is not AAC; with ffmpeg, add -c:a aac.');
  }
}
