/**
 * Asks a camera that could not be reached whether it is back, by a bare TCP connect: cheap enough for once a second,
 * and it neither logs in nor opens a session. What follows from the answer is `pull.ts`.
 */
import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import type { CameraReason } from '../../protocol.ts';
import type { TcpAddress } from '../source/source-address.ts';

/** From the start of one try to the start of the next. */
export const TCP_TRY_EVERY_MS = 1_000;
/** The same for a device that is up and refuses: its answer costs it one packet, and its service is about to start. */
export const REFUSED_TRY_EVERY_MS = 500;

/** Null: it answers. */
export type TcpAnswer = Extract<CameraReason, 'dns' | 'refused' | 'unreachable' | 'timeout'> | null;

/** One camera's address; nothing stays open between tries. */
export class TcpWatch {
  readonly #address: TcpAddress;
  readonly #timeoutMs: number;
  /** A resolver that hangs holds a thread each time it is asked, so it is asked once. */
  #lookup: Promise<string> | null = null;

  constructor(address: TcpAddress, timeoutMs: number = TCP_TRY_EVERY_MS) {
    this.#address = address;
    this.#timeoutMs = timeoutMs;
  }

  /** Tries once, for at most `timeoutMs`. Never rejects; an abort counts as a timeout. */
  async ask(signal: AbortSignal): Promise<TcpAnswer> {
    const late = new AbortController();
    const giveUp = () => late.abort();
    // On a machine that was busy for so long, the answer may lie beside the timer: it is looked at first.
    const timer = setTimeout(() => setImmediate(giveUp), this.#timeoutMs);
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) giveUp();
    try {
      const host = await orAborted(this.#resolve(), late.signal);
      if (host === null) return 'timeout';
      return await tryConnect({ host, port: this.#address.port }, late.signal);
    } catch {
      return 'dns';
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    }
  }

  #resolve(): Promise<string> {
    if (isIP(this.#address.host) !== 0) return Promise.resolve(this.#address.host);
    this.#lookup ??= lookup(this.#address.host)
      .then(({ address }) => address)
      .finally(() => {
        this.#lookup = null;
      });
    return this.#lookup;
  }
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const giveUp = () => resolve(null);
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    promise.then(resolve, reject);
  });
}

function tryConnect(address: TcpAddress, signal: AbortSignal): Promise<TcpAnswer> {
  return new Promise((resolve) => {
    const socket = connect(address);
    const done = (answer: TcpAnswer) => {
      signal.removeEventListener('abort', giveUp);
      socket.destroy();
      resolve(answer);
    };
    const giveUp = () => done('timeout');
    socket.once('connect', () => done(null));
    socket.on('error', (error: NodeJS.ErrnoException) => done(answerOf(error.code)));
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
  });
}

function answerOf(code: string | undefined): TcpAnswer {
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET') return 'refused';
  return code === 'ETIMEDOUT' ? 'timeout' : 'unreachable';
}
