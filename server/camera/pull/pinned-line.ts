/**
 * A way for one ffmpeg to a camera by its name, that leads to the address which was checked and nowhere else. ffmpeg says
 * in TLS which camera it wants only when its URL holds the name (libavformat/tls.c), and then would resolve it once more:
 * so it goes through an HTTP proxy on loopback, which knows one name and one address.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { openSocket } from '../../rtsp/open-socket.ts';

export interface PinnedLineOptions {
  /** As it stands in the camera's URL. */
  readonly host: string;
  readonly port: number;
  /** Where it leads to. */
  readonly address: string;
  readonly timeoutMs: number;
}

const USER = 'line';

/** The owner closes it when its ffmpeg has gone. */
export class PinnedLine {
  /** What ffmpeg has to find in its environment. The line takes nobody else: the password is in there. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();
  readonly #closing = new AbortController();

  private constructor(server: Server, options: PinnedLineOptions) {
    const password = randomBytes(18).toString('hex');
    const expected = `Basic ${Buffer.from(`${USER}:${password}`).toString('base64')}`;
    const { port } = server.address() as AddressInfo;
    this.#server = server;
    // Whoever is asked not to use a proxy would resolve the name.
    this.environment = { http_proxy: `http://${USER}:${password}@127.0.0.1:${port}`, no_proxy: '' };
    server.on('connect', ({ url, headers }, client) => {
      this.#keep(client);
      if (headers['proxy-authorization'] !== expected) {
        client.end('HTTP/1.1 407 Login\r\nProxy-Authenticate: Basic realm="line"\r\nContent-Length: 0\r\n\r\n');
      } else if (url?.toLowerCase() !== `${options.host}:${options.port}`.toLowerCase()) {
        client.end('HTTP/1.1 403 Elsewhere\r\nContent-Length: 0\r\n\r\n');
      } else {
        void this.#join(client, options);
      }
    });
  }

  /** Listens on a free port of loopback. */
  static async open(options: PinnedLineOptions): Promise<PinnedLine> {
    const server = createServer((_, response) => response.writeHead(403).end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new PinnedLine(server, options);
  }

  /** Cuts what is open. Idempotent. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    for (const socket of this.#sockets) socket.destroy();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #join(client: Duplex, { address, port, timeoutMs }: PinnedLineOptions): Promise<void> {
    try {
      const camera = await openSocket({ host: address, port, timeoutMs, signal: this.#closing.signal });
      camera.setNoDelay(true);
      this.#keep(camera);
      client.once('close', () => camera.destroy());
      camera.once('close', () => client.destroy());
      if (client.destroyed) camera.destroy();
      client.write('HTTP/1.1 200 Connected\r\n\r\n');
      client.pipe(camera).pipe(client);
    } catch {
      // ffmpeg says that it cannot connect, and the camera is asked why.
      client.destroy();
    }
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
