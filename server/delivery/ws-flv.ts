/** FLV over a WebSocket. The only file that knows websocket-stream; who may connect is decided before it. */

import websocketStream from 'websocket-stream/stream.js';
import type { WebSocket } from 'ws';
import type { Camera } from '../camera/camera.ts';
import { RelayError } from '../errors.ts';
import { closeSocket } from './close-socket.ts';
import type { LiveQuery } from './live-query.ts';
import { sendSharedMessages } from './shared-framing.ts';
import type { ViewerRegistry } from './viewer-registry.ts';

export interface WsFlvRequest {
  readonly camera: Camera;
  readonly query: LiveQuery;
  readonly address: string;
}

/**
 * Serves one open WebSocket until either side ends it. Each write is a binary message that holds whole tags.
 * @throws RelayError `overloaded`, `bad-request` for a profile that does not exist; the socket is the caller's to close then
 */
export function serveWsFlv(socket: WebSocket, request: WsFlvRequest, viewers: ViewerRegistry): void {
  const source = request.camera.output(request.query.wish);
  sendSharedMessages(socket);
  const bytes = websocketStream(socket, { binary: true });
  // It reports writes that cross a close; the close itself is what counts.
  bytes.on('error', () => {});
  bytes.resume();
  const attendance = viewers.join({
    ...request,
    source,
    format: 'flv',
    transport: 'websocket',
    sink: {
      write: (chunk, done) => void bytes.write(chunk, done),
      end: (error) => closeSocket(socket, error),
    },
  });
  socket.once('close', attendance.leave);
  socket.once('message', () => {
    closeSocket(socket, new RelayError('bad-request', 'This WebSocket sends pictures and takes no messages.'));
  });
}
