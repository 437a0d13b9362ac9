/**
 * Opens a stream's WebSocket while the page's code still starts, so that the first pictures are there when the engine
 * is. The engine's transport takes the socket over; one that nobody takes is closed.
 */

interface EarlySocket {
  readonly socket: WebSocket;
  /** What has come so far, in order. */
  readonly messages: MessageEvent<unknown>[];
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Longer than any start takes; a stream must not flow into a page that does not play it. */
const KEEP_MS = 4000;

const waiting = new Map<string, EarlySocket>();

/** @param address as `openWebSocket` will ask for it, to the letter; at most one socket for each */
export function openEarly(address: URL): void {
  const { href } = address;
  if (waiting.has(href)) return;
  const socket = new WebSocket(address);
  socket.binaryType = 'arraybuffer';
  const messages: MessageEvent<unknown>[] = [];
  socket.onmessage = (message: MessageEvent<unknown>) => void messages.push(message);
  // Why it closed is told to whoever opens the next one.
  socket.onclose = () => discard(href);
  const timer = setTimeout(() => discard(href), KEEP_MS);
  waiting.set(href, { socket, messages, timer });
}

/** Hands over the socket, with its handlers free, and what it received; null when there is none. */
export function takeEarly(address: URL): Pick<EarlySocket, 'socket' | 'messages'> | null {
  const early = waiting.get(address.href);
  if (early === undefined) return null;
  waiting.delete(address.href);
  clearTimeout(early.timer);
  early.socket.onmessage = null;
  early.socket.onclose = null;
  return early;
}

function discard(href: string): void {
  const early = waiting.get(href);
  if (early === undefined) return;
  waiting.delete(href);
  clearTimeout(early.timer);
  early.socket.onmessage = null;
  early.socket.onclose = null;
  early.socket.close();
}
