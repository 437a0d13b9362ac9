/** The demo cameras as the relay and the tests know them: start, resolve an address, count sessions, close. */
import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { parseDemoAddress } from './address.ts';
import { RtspServer } from './rtsp-server.ts';
import { Scenes, type SessionCount } from './scenes.ts';

export interface DemoCamerasOptions {
  readonly ffmpegPath: string;
  readonly log: Logger;
  /** Address to listen on; 127.0.0.1 when not given. */
  readonly host?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Who is let in. Default: one user with a random password made at construction; null lets everybody in. */
  readonly users?: Readonly<Record<string, string>> | null;
  readonly auth?: 'digest' | 'basic';
  /** How long a client over UDP, or one that does not play, may be silent; default 60000. */
  readonly sessionTimeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 60_000;

/** Cameras that are not there: an RTSP server on loopback. Without sessions it costs a listening socket, no process. */
export class DemoCameras {
  readonly #host: string;
  readonly #users: Readonly<Record<string, string>> | null;
  readonly #scenes: Scenes;
  readonly #server: RtspServer;
  #port: number;
  #started: Promise<void> | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: DemoCamerasOptions) {
    this.#host = options.host ?? '127.0.0.1';
    this.#port = options.port ?? 0;
    this.#users = options.users === undefined ? { demo: randomBytes(18).toString('base64url') } : options.users;
    this.#scenes = new Scenes(options);
    this.#server = new RtspServer({
      scenes: this.#scenes,
      log: options.log,
      host: this.#host,
      users: this.#users,
      auth: options.auth ?? 'digest',
      timeoutMs: options.sessionTimeoutMs ?? DEFAULT_TIMEOUT_MS,
    });
  }

  /** Listens; starts no ffmpeg. Rejects when the port is taken. */
  start(): Promise<void> {
    this.#started ??= this.#server.listen(this.#port).then((port) => {
      this.#port = port;
    });
    return this.#started;
  }

  /** The port; the one asked for until `start()` has resolved. */
  get port(): number {
    return this.#port;
  }

  /**
   * What is pulled over RTSP for `demo:yard?fault=stall&after=3000`. The login is empty when everybody is let in.
   * Throws `RelayError('config')` for an unknown scene, fault or number, naming what there is.
   */
  resolve(demoUrl: string): { url: string; username: string; password: string } {
    const { camera } = parseDemoAddress(demoUrl);
    const [username = '', password = ''] = Object.entries(this.#users ?? {})[0] ?? [];
    const host = this.#host.includes(':') ? `[${this.#host}]` : this.#host;
    return { url: `rtsp://${host}:${this.#port}/${camera}`, username, password };
  }

  /** RTSP sessions that reached PLAY: of a scene (`yard`), of one camera (`demo:yard?n=7`), or of all. */
  sessions(camera?: string): SessionCount {
    return this.#scenes.sessions(camera);
  }

  /** Ends sessions, encoders (awaited) and the listener. Idempotent; a closed object does not start again. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      await this.#started?.catch(() => {});
      await this.#server.close();
      await this.#scenes.close();
    })();
    return this.#closing;
  }
}
