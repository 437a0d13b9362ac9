/** Ends a WebSocket with a reason, for good. */
import { WebSocket } from 'ws';
import type { RelayError } from '../errors.ts';
import type { CloseReason } from '../protocol.ts';

/** A peer that does not answer the close frame, or never reads it, is cut off after this. */
const CLOSE_TIMEOUT_MS = 2_000;
/** RFC 6455 section 5.5: a control frame carries 125 bytes, two of which are the code. */
const MAX_REASON_BYTES = 123;

/** Sends the error's close code and reason; the connection is gone within two seconds. Idempotent. */
export function closeSocket(socket: WebSocket, error: RelayError): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  const timer = setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS);
  socket.once('close', () => clearTimeout(timer));
  socket.close(error.closeCode, closeReason(error));
}

/** Pure: the reason as JSON, its message cut to what a close frame holds. */
export function closeReason(error: RelayError): string {
  let message = error.message;
  for (;;) {
    const reason: CloseReason = { code: error.code, message };
    const text = JSON.stringify(reason);
    if (Buffer.byteLength(text) <= MAX_REASON_BYTES) return text;
    message = `${[...message].slice(0, -5).join('').trimEnd()}…`;
  }
}
