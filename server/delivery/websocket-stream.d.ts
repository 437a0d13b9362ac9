/** The one entry of websocket-stream that does not bring a WebSocket server of its own. */
declare module 'websocket-stream/stream.js' {
  import type { Duplex } from 'node:stream';
  import type { WebSocket } from 'ws';

  export default function websocketStream(socket: WebSocket, options?: { binary?: boolean }): Duplex;
}
