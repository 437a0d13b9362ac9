/** The connection under a viewer, written to without a stream in between. */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

/** A WebSocket that is open, and what it came over. */
export interface OpenSocket {
  readonly socket: WebSocket;
  readonly connection: Duplex;
}

/**
 * Writes as a `ByteSink` is asked to. The kernel mostly takes everything before the call returns; a callback for each
 * write would cost as much again as the write itself.
 * @returns whether more may follow at once; if not, `drained` is called when it may, unless the connection ends before
 */
export function writeStraight(connection: Duplex, bytes: Buffer, drained: () => void): boolean {
  if (connection.write(bytes) || connection.writableLength === 0) return true;
  connection.once('drain', drained);
  return false;
}
