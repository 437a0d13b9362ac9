/**
 * Keeps one stream fed from one camera: an ffmpeg at a time, watched for pictures, started anew after a failure until
 * `stop()`. When to start and stop is `feed.ts`; how long to wait between tries is `restart-policy.ts`; whether a camera
 * that is gone is back is asked by `tcp-watch.ts`.
 */
import { Waker } from '../../abort.ts';
import { RelayError } from '../../errors.ts';
import { CAMERA_REASONS, type CameraReason, type CameraState } from '../../protocol.ts';
import { RateMeter } from '../rate-meter.ts';
import { tcpAddressOfSource } from '../source/source-address.ts';
import type { Supply, SupplyFailure, SupplyStatus } from '../supply.ts';
import { TagPipeline } from '../tag-pipeline.ts';
import { HeldBackLogin } from './login-memory.ts';
import { PullAttempt } from './pull-attempt.ts';
import type { PullOptions } from './pull-options.ts';
import { mayBeOutage, outageStep, restartDelayMs } from './restart-policy.ts';
import { REFUSED_TRY_EVERY_MS, TCP_TRY_EVERY_MS, type TcpAnswer, TcpWatch } from './tcp-watch.ts';

/**
 * ```
 * idle ──start──▶ starting ──first picture──▶ live ──failure──▶ waiting ──time, return, or retry──▶ starting
 *   ▲                 └──────────failure────────────────────────▲
 *   └──────────────────────── stop, from any state
 * ```
 */
export class Pull implements Supply {
  readonly #options: PullOptions;
  readonly #pipeline = new TagPipeline();
  readonly #meter = new RateMeter();
  #status: SupplyStatus = { state: 'idle', sinceMs: Date.now(), nextTryAtMs: null, failure: null };
  #stopping: AbortController | null = null;
  #loop: Promise<void> = Promise.resolve();
  #running = false;
  #attempt: PullAttempt | null = null;
  #lostBefore = 0;
  #starts = 0;
  readonly #tcp: TcpWatch | null;
  /** While waiting: when the next try is due (Unix ms), and what wakes the wait up. */
  #wait: { dueAtMs: number; earliestMs: number; readonly waker: Waker } | null = null;

  constructor(options: PullOptions) {
    this.#options = options;
    const address = tcpAddressOfSource(options.source);
    this.#tcp = address === null ? null : new TcpWatch(address);
  }

  get status(): SupplyStatus {
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

  /** Begins to pull, after an earlier `stop()` has finished and `ready` has resolved. Idempotent while it runs. */
  start(ready?: Promise<void>): void {
    if (this.#stopping !== null) return;
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.#loop = Promise.all([this.#loop, ready]).then(() => this.#pullUntil(stopping.signal));
  }

  putOff(failure: SupplyFailure, nextTryAtMs: number): void {
    if (this.#stopping !== null) return;
    this.#options.log.warn({ camera: this.#options.cameraId, reason: failure.code }, failure.message);
    this.#become('waiting', { failure, nextTryAtMs });
  }

  /** Ends the ffmpeg and the tries. Idempotent; resolves when the process is gone. `start()` may follow at once. */
  stop(): Promise<void> {
    this.#stopping?.abort();
    this.#stopping = null;
    return this.#loop;
  }

  close(): Promise<void> {
    return this.stop();
  }

  get lostPackets(): number {
    return this.#lostBefore + (this.#attempt?.lostPackets ?? 0);
  }

  get awaitsReturn(): boolean {
    const { state, failure } = this.#status;
    return state === 'waiting' && failure !== null && this.#tcp !== null && mayBeOutage(failure.code);
  }

  /** Cuts a wait between tries short, but for a refused login: cameras lock accounts. */
  retryNow(): void {
    if (this.#wait === null || this.refusal !== null) return;
    // A newcomer brings the next try forward, but never turns a failing camera into a busy loop.
    this.#wait.dueAtMs = Math.min(this.#wait.dueAtMs, this.#wait.earliestMs);
    this.#wait.waker.wake();
  }

  /** What the button does: the next try is now, whatever the camera said to the login. */
  retry(): void {
    this.#options.login.forget();
    this.retryNow();
  }

  /** The camera refused the login not long ago: newcomers are told so, and nothing is tried. */
  get refusal(): SupplyFailure | null {
    return this.#options.login.refusedAt(Date.now());
  }

  async #pullUntil(stopping: AbortSignal): Promise<void> {
    let failures = 0;
    while (!stopping.aborted) {
      const refusal = this.refusal;
      if (refusal !== null) {
        await this.#waitAfter(refusal, failures, stopping);
        continue;
      }
      this.#become('starting');
      this.#pipeline.restarted();
      const attempt = new PullAttempt(this.#options, this.#pipeline, {
        onRunning: () => this.#started(),
        onPicture: () => this.#become('live'),
        onTags: (tags) => this.#meter.observe(tags, performance.now()),
      });
      this.#attempt = attempt;
      const end = await attempt.run(stopping);
      this.#lostBefore += attempt.lostPackets;
      this.#attempt = null;
      this.#running = false;
      this.#meter.reset();
      this.#options.stream.sourceEnded();
      if (stopping.aborted) break;
      if (end.failure === null) continue;
      if (end.wasLive) failures = 0;
      const { message, cause } = end.failure;
      const failure = { code: cameraReason(end.failure), message, atMs: Date.now() };
      this.#options.log.warn({ camera: this.#options.cameraId, reason: failure.code, err: cause }, message);
      if (!(end.failure instanceof HeldBackLogin)) this.#options.login.observe(failure);
      const cameBack = await this.#waitAfter(failure, failures, stopping);
      failures = cameBack ? 0 : failures + 1;
    }
    this.#become('idle');
  }

  #started(): void {
    this.#running = true;
    this.#starts += 1;
    this.#options.onChanged();
  }

  /** Resolves when the next try is due, or `stopping`; true when the camera was gone and answers again. */
  async #waitAfter(failure: SupplyFailure, attempt: number, stopping: AbortSignal): Promise<boolean> {
    const { stream, timings, watched } = this.#options;
    const random = Math.random();
    const delayMs = restartDelayMs({ ...timings, reason: failure.code, attempt, watched: watched(), random });
    const dueAtMs = failure.atMs + delayMs;
    const wait = { dueAtMs, earliestMs: failure.atMs + timings.retryMinMs, waker: new Waker(stopping) };
    this.#wait = wait;
    this.#become('waiting', { failure, nextTryAtMs: dueAtMs });
    stream.failWaiting(new RelayError(failure.code, failure.message));
    let wasDown = false;
    while (!stopping.aborted) {
      if (this.#tcp === null || !mayBeOutage(failure.code) || !watched()) {
        if (await wait.waker.sleepUntil(() => wait.dueAtMs)) break;
        continue;
      }
      const askedAtMs = Date.now();
      const answer = await this.#tcp.ask(stopping);
      if (stopping.aborted) break;
      const step = outageStep({ answers: answer === null, wasDown, due: Date.now() >= wait.dueAtMs });
      if (step === 'pull') break;
      if (answer === null) {
        if (await wait.waker.sleepUntil(() => wait.dueAtMs)) break;
        continue;
      }
      wasDown = true;
      this.#isGone(answer);
      const everyMs = answer === 'refused' ? REFUSED_TRY_EVERY_MS : TCP_TRY_EVERY_MS;
      await wait.waker.sleepUntil(() => askedAtMs + everyMs);
    }
    this.#wait = null;
    return wasDown;
  }

  /** Says how the camera fails now, which may be another way than the one in which the pull ended. */
  #isGone(code: Exclude<TcpAnswer, null>): void {
    const before = this.#status.failure;
    const failure = before?.code === code ? before : { code, message: GONE[code], atMs: Date.now() };
    if (before?.code !== code || this.#status.nextTryAtMs !== null) this.#become('waiting', { failure });
    this.#options.stream.failWaiting(new RelayError(failure.code, failure.message));
  }

  #become(state: CameraState, more: Partial<SupplyStatus> = {}): void {
    const before = this.#status;
    if (before.state === state && Object.keys(more).length === 0) return;
    const sinceMs = before.state === state ? before.sinceMs : Date.now();
    this.#status = { ...before, nextTryAtMs: null, ...more, state, sinceMs };
    if (before.state !== state) this.#options.log.info({ camera: this.#options.cameraId, state }, `camera is ${state}`);
    this.#options.onChanged();
  }
}

const GONE: Readonly<Record<Exclude<TcpAnswer, null>, string>> = {
  dns: 'The camera’s name cannot be resolved.',
  refused: 'The camera refuses the connection.',
  unreachable: 'There is no way to the camera’s address.',
  timeout: 'The camera did not answer in time.',
};

/** A failure of the relay itself reaches viewers as a crash of the pull: they can do nothing about either. */
function cameraReason(error: RelayError): CameraReason {
  return CAMERA_REASONS.find((reason) => reason === error.code) ?? 'ffmpeg-crashed';
}
