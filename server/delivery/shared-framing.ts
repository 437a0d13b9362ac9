/**
 * The framing that WebSocket and HTTP put around bytes, made once for all viewers that get the same bytes. One buffer
 * then leaves in one plain write, which at hundreds of viewers costs half of what framing each message anew does.
 */
import { withRoom } from '../hub/roomy-bytes.ts';

/** FIN and the opcode (RFC 6455 section 5.2). */
const OPCODE = { text: 0x81, binary: 0x82 } as const;
const CRLF = '\r\n';
const NOTHING: Buffer = Buffer.alloc(0);

/** One unfragmented, unmasked message (RFC 6455 section 5.2), in the payload's own memory where that has room. */
export function webSocketMessage(payload: Buffer, kind: keyof typeof OPCODE = 'binary'): Buffer {
  const { length } = payload;
  const headerBytes = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const message = withRoom(payload, headerBytes, 0);
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
  return message;
}

/** One chunk of a chunked body (RFC 9112 section 7.1), as `webSocketMessage`. An empty one would end the body. */
export function httpChunk(payload: Buffer): Buffer {
  const size = payload.length.toString(16) + CRLF;
  const chunk = withRoom(payload, size.length, CRLF.length);
  chunk.write(size, 0, 'latin1');
  chunk.write(CRLF, size.length + payload.length, 'latin1');
  return chunk;
}

/** `frame`, remembered as long as the payload lives. One viewer after another gets the same: the last stands ready. */
export function framedOnce(frame: (payload: Buffer) => Buffer): (payload: Buffer) => Buffer {
  const framed = new WeakMap<Buffer, Buffer>();
  const last = { payload: NOTHING, message: NOTHING };
  return (payload) => {
    if (payload === last.payload) return last.message;
    let message = framed.get(payload);
    if (message === undefined) {
      message = frame(payload);
      framed.set(payload, message);
    }
    last.payload = payload;
    last.message = message;
    return message;
  };
}

/**
 * `frame`, remembered as long as the payload lives, where several send it: null to one who seems to be alone with it,
 * because the payload before was one viewer's too, and who can as well send it the plain way.
 */
export function framedWhenShared(frame: (payload: Buffer) => Buffer): (payload: Buffer) => Buffer | null {
  const framed = framedOnce(frame);
  let latest = NOTHING;
  let isShared = false;
  return (payload) => {
    const isNew = payload !== latest;
    const seemsAlone = isNew && !isShared;
    isShared = !isNew;
    latest = payload;
    return seemsAlone ? null : framed(payload);
  };
}
