/** The demo cameras' TCP listener and its connections: bytes to requests, one answer after the other, timeouts. */
import { createServer, type Server, type Socket } from 'node:net';
import type { Logger } from 'pino';
import { header, RtspParser, type RtspRequest, serialiseResponse } from '../rtsp/message.ts';
import { MulticastGroups } from './multicast.ts';
import { RtspSession, type RtspSessionOptions } from './rtsp-session.ts';

/** Requests that may wait for the answer to an earlier one. */
const MAX_WAITING_REQUESTS = 32;
const MAX_CONNECTIONS = 1024;

export type RtspServerOptions = Omit<RtspSessionOptions, 'socket' | 'groups'>;

/** Listens from `listen()` to `close()`, which ends every connection. */
export class RtspServer {
  readonly #options: RtspServerOptions;
  readonly #server: Server;
  readonly #groups: MulticastGroups;
  readonly #connections = new Set<Connection>();

  constructor(options: RtspServerOptions) {
    this.#options = options;
    this.#groups = new MulticastGroups(options.host);
    this.#server = createServer({ noDelay: true, keepAlive: true }, (socket) => this.#accept(socket));
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /** Resolves with the port. Rejects when the address cannot be had. */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, this.#options.host, () => {
        this.#server.off('error', reject);
        this.#server.on('error', (error) => this.#options.log.warn({ err: error }, 'demo camera listener'));
        const address = this.#server.address();
        resolve(typeof address === 'object' && address ? address.port : port);
      });
    });
  }

  /** Idempotent. */
  async close(): Promise<void> {
    const listenerClosed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await Promise.all([...this.#connections].map((connection) => connection.close()));
    await listenerClosed;
  }

  #accept(socket: Socket): void {
    const connection = new Connection(socket, { ...this.#options, groups: this.#groups });
    this.#connections.add(connection);
    void connection.closed.then(() => this.#connections.delete(connection));
  }
}

/** One client's connection; owns the socket, the session and the timer that ends them. */
class Connection {
  /** Resolves when the socket is closed and the session has given everything back. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #session: RtspSession;
  readonly #parser = new RtspParser();
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  #waiting = 0;
  #queue: Promise<void> = Promise.resolve();

  constructor(socket: Socket, options: Omit<RtspSessionOptions, 'socket'>) {
    this.#socket = socket;
    this.#log = options.log;
    this.#session = new RtspSession({ ...options, socket });
    this.#timer = setInterval(
      () => {
        if (this.#session.isExpired(Date.now())) socket.destroy();
      },
      Math.max(50, options.timeoutMs / 4),
    );
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', (error) => this.#log.debug({ err: error }, 'demo camera connection'));
    this.closed = new Promise<void>((resolve) => socket.once('close', () => resolve())).then(async () => {
      clearInterval(this.#timer);
      await this.#session.close();
      await this.#queue;
    });
  }

  async close(): Promise<void> {
    this.#socket.destroy();
    await this.closed;
  }

  #take(chunk: Buffer): void {
    try {
      for (const item of this.#parser.push(chunk)) {
        if (item.kind === 'request') this.#enqueue(item);
        else this.#session.touch();
      }
    } catch {
      // Where the next message would begin is not known any more.
      this.#socket.end(serialiseResponse({ status: 400, headers: [] }));
    }
  }

  #enqueue(request: RtspRequest): void {
    if (++this.#waiting > MAX_WAITING_REQUESTS) {
      this.#socket.destroy();
      return;
    }
    this.#queue = this.#queue.then(async () => {
      if (!this.#socket.destroyed) await this.#answer(request);
      this.#waiting--;
    });
  }

  async #answer(request: RtspRequest): Promise<void> {
    const reply = await this.#session.handle(request);
    if (!reply || !this.#socket.writable) return;
    const cseq = header(request, 'CSeq');
    this.#socket.write(
      serialiseResponse({
        status: reply.status,
        headers: [
          ...(cseq ? [['CSeq', cseq] as const] : []),
          ['Server', 'Sightline demo camera'],
          ...(reply.headers ?? []),
        ],
        ...(reply.body === undefined ? {} : { body: reply.body }),
      }),
    );
    reply.after?.();
  }
}
