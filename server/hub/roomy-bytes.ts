/**
 * Bytes with room around them, so that a transport can put its framing there instead of copying them. Whose framing that
 * is, is `delivery/`'s business; there is room for one.
 */

/** The longest head of a WebSocket message is 10 bytes, that of an HTTP chunk 10 as well, and 2 stand behind it. */
const ROOM_BEFORE_BYTES = 10;
const ROOM_BEHIND_BYTES = 2;

const rooms = new WeakMap<Buffer, Buffer>();

/** The parts in one piece, with room around it. */
export function concatWithRoom(parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const whole = Buffer.allocUnsafeSlow(ROOM_BEFORE_BYTES + length + ROOM_BEHIND_BYTES);
  let at = ROOM_BEFORE_BYTES;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  const bytes = whole.subarray(ROOM_BEFORE_BYTES, at);
  rooms.set(bytes, whole);
  return bytes;
}

/**
 * `bytes` with so many before and behind them, which are the caller's to write: in place for the first who asks, where
 * there is room, else a copy.
 */
export function withRoom(bytes: Buffer, before: number, behind: number): Buffer {
  const whole = rooms.get(bytes);
  if (whole !== undefined && before <= ROOM_BEFORE_BYTES && behind <= ROOM_BEHIND_BYTES) {
    rooms.delete(bytes);
    const start = ROOM_BEFORE_BYTES - before;
    return whole.subarray(start, ROOM_BEFORE_BYTES + bytes.length + behind);
  }
  const copy = Buffer.allocUnsafe(before + bytes.length + behind);
  copy.set(bytes, before);
  return copy;
}
