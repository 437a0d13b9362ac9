/**
 * Cameras that requests name by their URL: each is checked, asked by DESCRIBE, and shared by all who name the same one,
 * for as long as somebody watches. Which may be named is `allow-list.ts`.
 */
import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import type { Camera } from '../camera/camera.ts';
import { LoginMemory } from '../camera/pull/login-memory.ts';
import { verdictOn, wantsSha256Login } from '../camera/source/source-verdict.ts';
import { RelayError } from '../errors.ts';
import type { RtspSource } from '../ffmpeg/rtsp-input.ts';
import { CAMERA_REASONS } from '../protocol.ts';
import { describeCamera } from '../rtsp/describe.ts';
import { AllowList } from './allow-list.ts';
import { type CameraUrl, parseCameraUrl, urlWithHost } from './camera-url.ts';
import { checkTarget, type Resolve } from './target-check.ts';

export interface AdHocCamerasOptions {
  /** Entries of the list, see `allow-list.ts`. */
  readonly allow: readonly string[];
  readonly connectTimeoutMs: number;
  readonly refusedLoginRetryMs: number;
  /** Whether the ffmpeg that will pull can answer Digest with SHA-256. */
  readonly sha256Login: () => Promise<boolean>;
  /** Makes a camera that is pulled when somebody watches. The source leads to an address that was checked, or is tied to it. */
  readonly newCamera: (
    id: string,
    source: Pick<RtspSource, 'url' | 'address' | 'username' | 'password'>,
    login: LoginMemory,
  ) => Camera;
  readonly resolve?: Resolve;
}

interface Entry {
  readonly camera: Promise<Camera>;
  askedAtMs: number;
}

/** Different logins that a camera may refuse within the time for which one is left alone: then nobody guesses on. */
const MAX_REFUSED_LOGINS = 3;
/** How often those are let go of that nobody watches, and how long after they were named. */
const SWEEP_EVERY_MS = 10_000;

export class AdHocCameras {
  readonly #options: AdHocCamerasOptions;
  readonly #allow: AllowList;
  readonly #entries = new Map<string, Entry>();
  readonly #logins = new Map<string, LoginMemory>();
  /** When logins were refused, Unix ms, by host and port. */
  readonly #refusals = new Map<string, number[]>();
  readonly #ending = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  readonly #sweepTimer: NodeJS.Timeout;

  /** @throws RelayError `config` when the list cannot be read */
  constructor(options: AdHocCamerasOptions) {
    this.#options = options;
    this.#allow = new AllowList(options.allow);
    this.#sweepTimer = setInterval(() => void this.#sweep(), SWEEP_EVERY_MS);
    this.#sweepTimer.unref();
  }

  /**
   * The camera of this URL; the same one for all who name it while it is watched.
   * @throws RelayError `not-allowed` (before anything is opened, when the list is empty), `bad-request`, or the reason
   *   why the camera cannot be pulled
   */
  async open(url: string | null): Promise<Camera> {
    if (this.#allow.isEmpty)
      throw new RelayError('not-allowed', 'Cameras that are not configured are switched off here.');
    const target = parseCameraUrl(url);
    const key = keyOf(target);
    const { resolve } = this.#options;
    const address = await checkTarget(target, this.#allow, ...(resolve === undefined ? [] : [resolve]));
    if (this.#closing.signal.aborted) throw new RelayError('going-away');
    const known = this.#entries.get(key);
    if (known !== undefined) {
      known.askedAtMs = Date.now();
      return known.camera;
    }
    const camera = this.#make(key, target, address);
    this.#entries.set(key, { camera, askedAtMs: Date.now() });
    // A camera that could not be opened is asked again by the next who names it.
    camera.catch(() => this.#entries.delete(key));
    return camera;
  }

  /** Ends every camera; resolves when the last ffmpeg is gone. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#sweepTimer);
    const cameras = await Promise.all([...this.#entries.values()].map(({ camera }) => camera.catch(() => null)));
    await Promise.all([...cameras.map((camera) => camera?.close()), ...this.#ending]);
  }

  async #make(key: string, target: CameraUrl, address: string): Promise<Camera> {
    const { connectTimeoutMs, newCamera, sha256Login } = this.#options;
    const login = this.#loginOf(key);
    const refusal = login.refusedAt(Date.now());
    if (refusal !== null) throw new RelayError(refusal.code, refusal.message);
    const { username, password } = target;
    const device = `${address} ${target.port}`;
    if (this.#recentRefusals(device).length >= MAX_REFUSED_LOGINS) {
      throw new RelayError('unauthorized', 'The camera refused several logins; wait before the next one.');
    }
    const hasLogin = username !== undefined || password !== undefined;
    const credentials = hasLogin ? { username: username ?? '', password: password ?? '' } : null;
    const { signal } = this.#closing;
    const asked = { timeoutMs: connectTimeoutMs, address, signal };
    try {
      const answer = await describeCamera(urlWithHost(target, target.host), credentials, asked);
      if (answer.status >= 300 && answer.status < 400) {
        throw new RelayError(
          'redirected',
          'The camera sends us elsewhere, which is not followed for a camera that is not configured.',
        );
      }
      const verdict = verdictOn(answer, { sha256Login: wantsSha256Login(answer) && (await sha256Login()) });
      if (verdict !== null) throw verdict;
    } catch (thrown) {
      const { code, message } = RelayError.from(thrown);
      const reason = CAMERA_REASONS.find((each) => each === code);
      if (reason !== undefined) login.observe({ code: reason, message, atMs: Date.now() });
      if (reason === 'unauthorized') this.#refusals.set(device, [...this.#recentRefusals(device), Date.now()]);
      throw thrown;
    }
    if (signal.aborted) throw new RelayError('going-away');
    // Only TLS needs the name: the server may be one of several at its address.
    const place =
      target.scheme === 'rtsps' && isIP(target.host) === 0
        ? { url: urlWithHost(target, target.host), address }
        : { url: urlWithHost(target, address) };
    return newCamera(`ad-hoc-${key.slice(0, 12)}`, { ...place, username, password }, login);
  }

  /** Outlives its camera, because a page that is loaded again must not try a refused login again. */
  #loginOf(key: string): LoginMemory {
    let login = this.#logins.get(key);
    if (login === undefined) {
      login = new LoginMemory(this.#options.refusedLoginRetryMs);
      this.#logins.set(key, login);
    }
    return login;
  }

  #recentRefusals(device: string): number[] {
    const sinceMs = Date.now() - this.#options.refusedLoginRetryMs;
    return (this.#refusals.get(device) ?? []).filter((atMs) => atMs > sinceMs);
  }

  async #sweep(): Promise<void> {
    const nowMs = Date.now();
    for (const [key, entry] of this.#entries) {
      const camera = await entry.camera.catch(() => null);
      if (camera === null || nowMs - entry.askedAtMs < SWEEP_EVERY_MS) continue;
      if (camera.viewers > 0 || camera.info.state !== 'idle') continue;
      this.#entries.delete(key);
      const ending = camera.close();
      this.#ending.add(ending);
      void ending.finally(() => this.#ending.delete(ending));
    }
    for (const device of this.#refusals.keys()) {
      if (this.#recentRefusals(device).length === 0) this.#refusals.delete(device);
    }
    for (const [key, login] of this.#logins) {
      if (!this.#entries.has(key) && login.refusedAt(nowMs) === null) this.#logins.delete(key);
    }
  }
}

/** Pure: tells cameras apart, login included, without holding it. */
function keyOf({ scheme, host, port, path, username, password }: CameraUrl): string {
  const parts = JSON.stringify([scheme, host, port, path, username ?? null, password ?? null]);
  return createHash('sha256').update(parts).digest('hex');
}
