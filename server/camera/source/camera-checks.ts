/**
 * Asks cameras that nobody watches, now and then, whether they are there and let us in, so that idle can be told from
 * unreachable and unauthorized. How one is asked is `source-check.ts`.
 */
import { setMaxListeners } from 'node:events';
import type { Logger } from 'pino';
import { sleep } from '../../abort.ts';
import { RelayError } from '../../errors.ts';
import type { RtspSource } from '../../ffmpeg/rtsp-input.ts';
import { CAMERA_REASONS, type CameraReason } from '../../protocol.ts';
import type { LoginMemory } from '../pull/login-memory.ts';
import { HostTurns } from './host-turns.ts';
import { tcpAddressOf } from './source-address.ts';
import type { SourcePreparer } from './source-preparer.ts';

export interface CheckTarget {
  readonly source: RtspSource;
  readonly login: LoginMemory;
}

export interface CameraCheck {
  /** Unix ms. */
  readonly atMs: number;
  /** Null: the camera answered and would let itself be pulled. */
  readonly failure: { readonly code: CameraReason; readonly message: string } | null;
}

/** What this needs of a camera. */
export interface CheckedCamera {
  readonly id: string;
  /** Null while there is nothing to ask. */
  readonly checkTarget: CheckTarget | null;
  noteCheck(check: CameraCheck): void;
}

export interface CameraChecksOptions {
  readonly preparer: Pick<SourcePreparer, 'check'>;
  readonly everyMs: number;
  readonly log: Logger;
  /** 0 to 1; `Math.random` when left out. */
  readonly random?: () => number;
}

/** A thousand cameras are asked a few at a time, however long the dead ones take. */
const MAX_AT_ONCE = 16;
/** The first answers are wanted soon after the start, but not all in one burst. */
const FIRST_WITHIN_MS = 5_000;

/** Runs from `start()` to `close()`. */
export class CameraChecks {
  readonly #options: CameraChecksOptions;
  readonly #closing = new AbortController();
  readonly #turns = new HostTurns(MAX_AT_ONCE);
  #loops: Promise<void>[] = [];

  constructor(options: CameraChecksOptions) {
    this.#options = options;
  }

  /** Checks these cameras from now on; none when `everyMs` is 0. */
  start(cameras: readonly CheckedCamera[]): void {
    if (this.#options.everyMs === 0) return;
    // Every camera waits for it; Node takes more than ten who do for a leak, and says so.
    setMaxListeners(0, this.#closing.signal);
    this.#loops = cameras.map((camera) => this.#loop(camera));
  }

  /** Resolves when nothing is asked any more. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#loops);
  }

  async #loop(camera: CheckedCamera): Promise<void> {
    const { signal } = this.#closing;
    const { everyMs, random = Math.random } = this.#options;
    await sleep(random() * Math.min(everyMs, FIRST_WITHIN_MS), signal);
    while (!signal.aborted) {
      const target = camera.checkTarget;
      if (target !== null) await this.#turns.run(deviceOf(target), () => this.#check(camera), signal);
      await sleep(everyMs * (0.8 + 0.4 * random()), signal);
    }
  }

  async #check(camera: CheckedCamera): Promise<void> {
    const { signal } = this.#closing;
    // Once more: it may be watched by now, or its neighbour on the same recorder was refused the login meanwhile.
    const target = camera.checkTarget;
    if (signal.aborted || target === null || target.login.refusedAt(Date.now()) !== null) return;
    const failure = await this.#ask(target);
    if (signal.aborted) return;
    const atMs = Date.now();
    if (failure !== null) {
      target.login.observe({ ...failure, atMs });
      this.#options.log.debug({ camera: camera.id, reason: failure.code }, `check: ${failure.message}`);
    }
    camera.noteCheck({ atMs, failure });
  }

  async #ask({ source, login }: CheckTarget): Promise<CameraCheck['failure']> {
    try {
      const { answer } = await this.#options.preparer.check(source, this.#closing.signal);
      if (answer?.loginSent) login.accepted();
      return null;
    } catch (thrown) {
      const { code, message } = RelayError.from(thrown);
      return { code: CAMERA_REASONS.find((reason) => reason === code) ?? 'unreachable', message };
    }
  }
}

/** Cameras of one recorder share its address, so they wait for each other. */
function deviceOf({ source }: CheckTarget): string {
  return tcpAddressOf(source.url)?.host ?? source.url;
}
