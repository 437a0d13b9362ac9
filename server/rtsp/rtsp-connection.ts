/**
 * One connection to a camera that speaks RTSP: a request, its answer, the next. It sets up no session and takes no
 * media; which requests are sent, and logins, are `describe.ts`.
 */
import { isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { RelayError } from '../errors.ts';
import { header, RtspParser, type RtspResponse, serialiseRequest } from './message.ts';
import { networkFailure } from './network-failure.ts';
import { openSocket } from './open-socket.ts';

export interface RtspConnectionOptions {
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** The name that TLS asks for where `host` is the address that it led to; left out: `host`. */
  readonly serverName?: string | undefined;
  /** How long the whole conversation may take, from the first packet to the last answer. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

const USER_AGENT = 'Sightline';

/** The owner calls `close()`. Every method rejects with a RelayError whose code is a camera's reason. */
export class RtspConnection {
  /** The address that the name led to. */
  readonly remoteAddress: string | null;
  readonly #socket: Socket;
  readonly #timeoutMs: number;
  readonly #lateAtMs: number;
  readonly #signal: AbortSignal | undefined;
  readonly #parser = new RtspParser();
  #sequence = 0;
  #answered: ((response: RtspResponse) => void) | null = null;
  #failed: ((error: RelayError) => void) | null = null;
  #failure: RelayError | null = null;

  private constructor(socket: Socket, remoteAddress: string | null, options: RtspConnectionOptions, lateAtMs: number) {
    this.#socket = socket;
    this.remoteAddress = remoteAddress;
    this.#timeoutMs = options.timeoutMs;
    this.#lateAtMs = lateAtMs;
    this.#signal = options.signal;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) => this.#fail(networkFailure(error)));
    socket.on('close', () => this.#fail(closedEarly()));
  }

  /** @throws RelayError `dns`, `refused`, `unreachable`, `timeout` or `tls` */
  static async open(options: RtspConnectionOptions): Promise<RtspConnection> {
    const { host, tls, timeoutMs, signal } = options;
    const lateAtMs = performance.now() + timeoutMs;
    const plain = await openSocket({ host, port: options.port, timeoutMs, signal });
    // As ffmpeg does: cameras sign their own certificates, so only who asks for it in `input` verifies them.
    const name = options.serverName ?? host;
    const socket = tls
      ? connectTls({ socket: plain, rejectUnauthorized: false, ...(isIP(name) === 0 ? { servername: name } : {}) })
      : plain;
    socket.setNoDelay(true);
    const connection = new RtspConnection(socket, plain.remoteAddress ?? null, options, lateAtMs);
    if (!tls) return connection;
    try {
      await connection.#within(
        (resolve) => socket.once('secureConnect', () => resolve()),
        `The camera did not accept a connection within ${timeoutMs / 1000} s.`,
      );
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /**
   * Sends one request and resolves with its answer; one at a time. `CSeq` and `User-Agent` are added.
   * @throws RelayError `timeout`, `ended`, `corrupt` …
   */
  request(method: string, uri: string, headers: readonly (readonly [string, string])[] = []): Promise<RtspResponse> {
    this.#sequence += 1;
    const fields = [['CSeq', String(this.#sequence)] as const, ['User-Agent', USER_AGENT] as const, ...headers];
    return this.#within<RtspResponse>(
      (resolve) => {
        this.#answered = resolve;
        this.#socket.write(serialiseRequest({ method, uri, headers: fields }));
      },
      `The camera did not answer ${method} within ${this.#timeoutMs / 1000} s.`,
    );
  }

  /** Idempotent; a request under way fails. */
  close(): void {
    this.#fail(new RelayError('ended', 'The connection to the camera was closed.'));
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    try {
      for (const item of this.#parser.push(chunk)) {
        // A camera may ask or send in between; only an answer to the newest request is waited for.
        if (item.kind !== 'response') continue;
        const sequence = header(item, 'CSeq');
        if (sequence === undefined || Number(sequence) === this.#sequence) this.#answered?.(item);
      }
    } catch (error) {
      this.#fail(RelayError.from(error));
      this.#socket.destroy();
    }
  }

  #fail(error: RelayError): void {
    this.#failure ??= error;
    this.#failed?.(this.#failure);
  }

  #within<T = void>(begin: (resolve: (value: T) => void) => void, late: string): Promise<T> {
    const { promise, resolve, reject } = deferred<T>();
    const timer = setTimeout(() => reject(new RelayError('timeout', late)), this.#lateAtMs - performance.now());
    const aborted = () => reject(new RelayError('going-away', 'The camera is no longer asked.'));
    this.#signal?.addEventListener('abort', aborted);
    this.#failed = reject;
    if (this.#signal?.aborted) aborted();
    else if (this.#failure !== null) reject(this.#failure);
    else begin(resolve);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#signal?.removeEventListener('abort', aborted);
      this.#failed = null;
      this.#answered = null;
    });
  }
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: RelayError) => void;
}

function deferred<T>(): Deferred<T> {
  let resolve: Deferred<T>['resolve'] = () => {};
  let reject: Deferred<T>['reject'] = () => {};
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}

function closedEarly(): RelayError {
  return new RelayError('ended', 'The camera closed the connection without an answer that RTSP allows.');
}
