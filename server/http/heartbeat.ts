/** Finds WebSockets whose peer is gone without a word: one that answers no ping until the next is cut off. */
import type { WebSocket } from 'ws';

/** Under the 60 s after which nginx closes a quiet connection. */
const PING_EVERY_MS = 25_000;

export class Heartbeat {
  readonly #answered = new Map<WebSocket, boolean>();
  readonly #timer: NodeJS.Timeout;

  constructor(pingEveryMs: number = PING_EVERY_MS) {
    this.#timer = setInterval(() => this.#beat(), pingEveryMs);
    this.#timer.unref();
  }

  /** Watches a socket until it closes. */
  watch(socket: WebSocket): void {
    this.#answered.set(socket, true);
    socket.on('pong', () => this.#answered.set(socket, true));
    socket.once('close', () => this.#answered.delete(socket));
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    for (const [socket, answered] of this.#answered) {
      if (!answered) socket.terminate();
      else if (socket.readyState === socket.OPEN) {
        this.#answered.set(socket, false);
        socket.ping();
      }
    }
  }
}
