/** FLV over a WebSocket. The only file that knows websocket-stream; who may connect is decided before it. */

import websocketStream from 'websocket-stream/stream.js';
import { WebSocket } from 'ws';
import type { Camera } from '../camera/camera.ts';
import { RelayError } from '../errors.ts';
import { closeSocket } from './close-socket.ts';
import { type OpenSocket, writeStraight } from './connection.ts';
import type { LiveQuery } from './live-query.ts';
import { framedWhenShared, webSocketMessage } from './shared-framing.ts';
import type { ViewerRegistry } from './viewer-registry.ts';

const sharedMessage = framedWhenShared(webSocketMessage);

export interface WsFlvRequest {
  readonly camera: Camera;
  readonly query: LiveQuery;
  readonly address: string;
}

/**
 * Serves one open WebSocket until either side ends it. Each write is a binary message that holds whole tags. It goes
 * through websocket-stream and ws; one that another viewer got already goes to the connection as it was framed then,
 * which at hundreds of viewers costs half.
 * @throws RelayError `overloaded`, `bad-request` for a profile that does not exist; the socket is the caller's to close then
 */
export function serveWsFlv({ socket, connection }: OpenSocket, request: WsFlvRequest, viewers: ViewerRegistry): void {
  const source = request.camera.output(request.query.wish);
  const bytes = websocketStream(socket, { binary: true });
  // It reports writes that cross a close; the close itself is what counts.
  bytes.on('error', () => {});
  bytes.resume();
  // An extension would have its say in the framing. They are agreed upon when it opens, and to ask costs a new text.
  const isPlain = socket.extensions === '';
  const attendance = viewers.join({
    ...request,
    source,
    format: 'flv',
    transport: 'websocket',
    sink: {
      write: (chunk, drained) => {
        // Nothing may follow a close frame (RFC 6455 section 5.5.1).
        const mayShare = isPlain && socket.readyState === WebSocket.OPEN;
        const message = mayShare ? sharedMessage(chunk) : null;
        if (message !== null) return writeStraight(connection, message, drained);
        bytes.write(chunk, drained);
        return false;
      },
      end: (error) => closeSocket(socket, error),
    },
  });
  socket.once('close', attendance.leave);
  socket.once('message', () => {
    closeSocket(socket, new RelayError('bad-request', 'This WebSocket sends pictures and takes no messages.'));
  });
}
