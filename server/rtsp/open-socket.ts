/**
 * Opens a TCP connection to a camera that may be on its way back: beside a try that hears nothing, another one begins
 * each second, since the system itself repeats a lost request after one, three and seven seconds only.
 */
import { connect, isIP, type Socket } from 'node:net';
import { RelayError } from '../errors.ts';
import { networkFailure } from './network-failure.ts';

export interface OpenSocketOptions {
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** For all tries together. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

const TRY_EVERY_MS = 1_000;

/**
 * Resolves with the first connection that comes about; the caller ends it. The other tries are gone then.
 * @throws RelayError `dns`, `refused`, `unreachable`, `timeout`; `going-away` when `signal` is aborted
 */
export function openSocket(options: OpenSocketOptions): Promise<Socket> {
  const { host, port, timeoutMs, signal } = options;
  return new Promise((resolve, reject) => {
    const tries = new Set<Socket>();
    // A resolver that hangs holds a thread each time it is asked.
    let isResolved = isIP(host) !== 0;
    let settled = false;
    const settle = (winner: Socket | null, error?: RelayError) => {
      if (settled) return;
      settled = true;
      clearInterval(again);
      clearTimeout(late);
      signal?.removeEventListener('abort', aborted);
      for (const socket of tries) if (socket !== winner) socket.destroy();
      if (winner !== null) resolve(winner);
      else reject(error);
    };
    const begin = () => {
      const socket = connect({ host, port });
      tries.add(socket);
      socket.once('lookup', () => {
        isResolved = true;
      });
      socket.once('connect', () => settle(socket));
      socket.on('error', (error) => settle(null, networkFailure(error)));
    };
    const aborted = () => settle(null, new RelayError('going-away', 'The camera is no longer asked.'));
    const again = setInterval(() => isResolved && begin(), TRY_EVERY_MS);
    const tooLate = `The camera did not accept a connection within ${timeoutMs / 1000} s.`;
    const late = setTimeout(() => settle(null, new RelayError('timeout', tooLate)), timeoutMs);
    signal?.addEventListener('abort', aborted);
    if (signal?.aborted) aborted();
    else begin();
  });
}
