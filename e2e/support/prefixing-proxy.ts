/** A reverse proxy that shows the relay under a path, as nginx or Caddy would: it strips the path or passes it on. */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface PrefixingProxyOptions {
  readonly targetPort: number;
  /** With a slash at both ends. */
  readonly prefix: string;
  readonly strips: boolean;
}

export interface PrefixingProxy {
  /** `http://127.0.0.1:PORT/prefix/` */
  readonly url: string;
  /** Targets outside the prefix that were asked for; they were answered 404. */
  readonly strayed: readonly string[];
  close(): Promise<void>;
}

/** Resolves when it listens on 127.0.0.1. The caller closes it. */
export async function startPrefixingProxy(options: PrefixingProxyOptions): Promise<PrefixingProxy> {
  const { targetPort, prefix, strips } = options;
  const strayed: string[] = [];
  const sockets = new Set<Socket>();
  const targetOf = (url: string): string | null => {
    if (!url.startsWith(prefix)) {
      strayed.push(url);
      return null;
    }
    return strips ? url.slice(prefix.length - 1) : url;
  };
  const server = createServer((incoming, response) => {
    const path = targetOf(incoming.url ?? '');
    if (path === null) {
      response.writeHead(404).end();
      return;
    }
    const { method = 'GET', headers } = incoming;
    const outgoing = request({ host: '127.0.0.1', port: targetPort, method, path, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    response.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (incoming, client: Socket, head: Buffer) => {
    const path = targetOf(incoming.url ?? '');
    if (path === null) {
      client.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
      return;
    }
    const target = connect(targetPort, '127.0.0.1');
    const lines = [`GET ${path} HTTP/1.1`];
    for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
      lines.push(`${incoming.rawHeaders[i]}: ${incoming.rawHeaders[i + 1]}`);
    }
    target.write(`${lines.join('\r\n')}\r\n\r\n`);
    target.write(head);
    target.pipe(client).pipe(target);
    target.on('error', () => client.destroy());
    client.on('error', () => target.destroy());
    client.on('close', () => target.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`,
    strayed,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
