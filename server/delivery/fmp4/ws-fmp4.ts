/**
 * Fragmented MP4 over a WebSocket, for MSE players: what the text messages say is `Fmp4Message` in `protocol.ts`. Who
 * may connect is decided before it.
 */
import { WebSocket } from 'ws';
import { RelayError } from '../../errors.ts';
import { closeSocket } from '../close-socket.ts';
import { type OpenSocket, writeStraight } from '../connection.ts';
import type { ViewerRegistry } from '../viewer-registry.ts';
import type { Fmp4Request } from './http-fmp4.ts';

export interface WsFmp4Request extends Fmp4Request {
  readonly address: string;
}

/**
 * Serves one open WebSocket without extensions until either side ends it. Messages come framed from the fragment
 * hub, once for all viewers, and go to the connection itself; ws writes its control frames between them.
 * @throws RelayError `overloaded`; the socket is the caller's to close then
 */
export function serveWsFmp4(
  { socket, connection }: OpenSocket,
  { camera, fragments, query, address }: WsFmp4Request,
  viewers: ViewerRegistry,
): void {
  const attendance = viewers.join({
    camera,
    source: fragments.source('websocket'),
    format: 'mp4',
    query,
    transport: 'websocket',
    address,
    sink: {
      // Nothing may follow a close frame (RFC 6455 section 5.5.1).
      write: (bytes, drained) => socket.readyState === WebSocket.OPEN && writeStraight(connection, bytes, drained),
      end: (error) => closeSocket(socket, error),
    },
  });
  socket.once('close', attendance.leave);
  socket.once('message', () => {
    closeSocket(socket, new RelayError('bad-request', 'This WebSocket sends pictures and takes no messages.'));
  });
}
