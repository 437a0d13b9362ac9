/** A machine behind the gateway whose every byte a test writes, and sees. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface UpstreamConnection {
  readonly socket: Socket;
  /** All that came on it so far. */
  readonly received: string;
  /** The same from the last request's start on. */
  readonly request: string;
  /** `performance.now()` when it was gone; null while it is there. */
  readonly closedAtMs: number | null;
  forget(): void;
}

/** Called for each request's headers on a connection. */
export type UpstreamAnswer = (socket: Socket, head: string, connection: UpstreamConnection) => void;

export class RawUpstream {
  readonly connections: UpstreamConnection[] = [];
  /** What the next requests are answered by. */
  answer: UpstreamAnswer = (socket) => socket.end('HTTP/1.1 204 No Content\r\n\r\n');
  readonly port: number;
  readonly #close: () => Promise<void>;

  private constructor(port: number, close: () => Promise<void>) {
    this.port = port;
    this.#close = close;
  }

  static async start(): Promise<RawUpstream> {
    const server = createServer((socket) => upstream.#accept(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const upstream: RawUpstream = new RawUpstream((server.address() as AddressInfo).port, async () => {
      for (const { socket } of upstream.connections) socket.destroy();
      server.close();
      await once(server, 'close');
    });
    return upstream;
  }

  /** The last connection that a request came on. */
  get last(): UpstreamConnection {
    return this.connections.at(-1)!;
  }

  /** Forgets what came so far; connections stay open. */
  forget(): void {
    for (const connection of this.connections) connection.forget();
  }

  close(): Promise<void> {
    return this.#close();
  }

  #accept(socket: Socket): void {
    let answeredTo = 0;
    let requestFrom = 0;
    const connection = {
      socket,
      received: '',
      get request() {
        return this.received.slice(requestFrom);
      },
      closedAtMs: null as number | null,
      forget() {
        this.received = '';
        answeredTo = 0;
        requestFrom = 0;
      },
    };
    this.connections.push(connection);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => {
      connection.closedAtMs = performance.now();
    });
    socket.on('data', (chunk: Buffer) => {
      connection.received += chunk.toString('latin1');
      const end = connection.received.indexOf('\r\n\r\n', answeredTo);
      if (end < 0) return;
      const head = connection.received.slice(answeredTo, end);
      // Chunks and trailers end with an empty line too.
      const isRequest = / HTTP\/1\.[01](\r\n|$)/.test(head);
      if (isRequest) requestFrom = answeredTo;
      answeredTo = connection.received.length;
      if (!isRequest) return;
      this.answer(socket, head, connection);
    });
  }
}

/** Answers with a whole message; the connection stays. */
export function reply(status: string, headers: Readonly<Record<string, string>>, body = ''): UpstreamAnswer {
  const lines = Object.entries({ 'Content-Length': String(Buffer.byteLength(body)), ...headers });
  const head = `HTTP/1.1 ${status}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return (socket) => socket.write(head + body);
}
