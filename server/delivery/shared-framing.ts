/**
 * The framing that WebSocket and HTTP put around bytes, made once for all viewers that get the same bytes. One buffer
 * then leaves in one plain write, which at hundreds of viewers costs half of what framing each message anew does.
 */
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';

/** FIN and the opcode (RFC 6455 section 5.2). */
const OPCODE = { text: 0x81, binary: 0x82 } as const;
const CRLF = '\r\n';

/** Pure: one unfragmented, unmasked message (RFC 6455 section 5.2). */
export function webSocketMessage(payload: Buffer, kind: keyof typeof OPCODE = 'binary'): Buffer {
  const { length } = payload;
  const headerBytes = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const message = Buffer.allocUnsafe(headerBytes + length);
  message[0] = OPCODE[kind];
  if (headerBytes === 2) {
    message[1] = length;
  } else if (headerBytes === 4) {
    message[1] = 126;
    message.writeUInt16BE(length, 2);
  } else {
    message[1] = 127;
    message.writeBigUInt64BE(BigInt(length), 2);
  }
  payload.copy(message, headerBytes);
  return message;
}

/** Pure: one chunk of a chunked body (RFC 9112 section 7.1). An empty one would end the body. */
export function httpChunk(payload: Buffer): Buffer {
  const size = payload.length.toString(16) + CRLF;
  const chunk = Buffer.allocUnsafe(size.length + payload.length + CRLF.length);
  chunk.write(size, 0, 'latin1');
  payload.copy(chunk, size.length);
  chunk.write(CRLF, size.length + payload.length, 'latin1');
  return chunk;
}

/** `frame`, asked once per payload object and remembered as long as that object lives. */
export function framedOnce(frame: (payload: Buffer) => Buffer): (payload: Buffer) => Buffer {
  const framed = new WeakMap<Buffer, Buffer>();
  return (payload) => {
    let message = framed.get(payload);
    if (message === undefined) {
      message = frame(payload);
      framed.set(payload, message);
    }
    return message;
  };
}

const sharedMessage = framedOnce((payload) => webSocketMessage(payload));

/**
 * Makes `socket.send(buffer, callback)` put shared messages on the wire, byte for byte what ws would send without
 * extensions. Other calls, control frames among them, stay ws's own and keep their place in the order, because ws
 * writes to the same connection without a queue of its own when nothing is compressed.
 */
export function sendSharedMessages(socket: WebSocket): void {
  const connection = connectionOf(socket);
  if (connection === null || socket.extensions !== '') return;
  const send = socket.send.bind(socket) as (...given: unknown[]) => void;
  // Spelled out, because collecting the arguments costs an array for every viewer and write.
  const sendShared = (data: unknown, second?: unknown, third?: unknown): void => {
    if (Buffer.isBuffer(data) && typeof second === 'function' && socket.readyState === WebSocket.OPEN) {
      connection.write(sharedMessage(data), second as (error?: Error | null) => void);
    } else if (third === undefined) {
      send(data, second);
    } else {
      send(data, second, third);
    }
  };
  socket.send = sendShared;
}

/** ws keeps what it writes to under a name outside its types; should that go, its own way of sending remains. */
function connectionOf(socket: WebSocket): Duplex | null {
  const connection: unknown = Reflect.get(socket, '_socket');
  const usable = typeof connection === 'object' && connection !== null && 'write' in connection;
  return usable ? (connection as Duplex) : null;
}
