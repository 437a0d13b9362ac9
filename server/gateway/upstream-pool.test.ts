import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createNetServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type Resource, resourceOf } from './resources.ts';
import { UpstreamPool } from './upstream-pool.ts';

const open: { close(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
  return (server.address() as AddressInfo).port;
}

const target = (url: string): Resource =>
  resourceOf(
    'nas',
    { target: url, headers: {}, verifyTls: true },
    { connectTimeoutMs: 500, tlsTimeoutMs: 500, responseTimeoutMs: 500 },
  );

function newPool(options: Partial<ConstructorParameters<typeof UpstreamPool>[0]> = {}): UpstreamPool {
  const pool = new UpstreamPool({
    tcpKeepAliveMs: 1_000,
    idleTimeoutMs: 90_000,
    maxIdleConnections: 100,
    env: {},
    ...options,
  });
  open.push(pool);
  return pool;
}

async function fetchAll(pool: UpstreamPool, resource: Resource, count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async () => {
      const request = pool.request(resource, { method: 'GET', path: '/', headers: ['Host', 'x'] });
      request.end();
      const [answer] = (await once(request, 'response')) as [IncomingMessage];
      answer.resume();
      await once(answer, 'end');
    }),
  );
  await sleep(20);
}

describe('connections that nobody uses', () => {
  it('are kept up to a number that counts for all machines together, and used again', async () => {
    let connections = 0;
    const machines = [
      createServer((_, response) => response.end('a')),
      createServer((_, response) => response.end('b')),
    ];
    const resources: Resource[] = [];
    for (const machine of machines) {
      machine.on('connection', () => {
        connections += 1;
      });
      resources.push(target(`http://127.0.0.1:${await listening(machine)}/`));
    }
    const pool = newPool({ maxIdleConnections: 3 });
    await fetchAll(pool, resources[0]!, 2);
    await fetchAll(pool, resources[1]!, 4);
    expect([connections, pool.idle]).toEqual([6, 3]);
    await fetchAll(pool, resources[0]!, 2);
    expect([connections, pool.idle]).toEqual([6, 3]);
  });

  it('are closed after a while', async () => {
    const port = await listening(createServer((_, response) => response.end('a')));
    const pool = newPool({ idleTimeoutMs: 100 });
    await fetchAll(pool, target(`http://127.0.0.1:${port}/`), 2);
    expect(pool.idle).toBe(2);
    await expect.poll(() => pool.idle).toBe(0);
  });

  it('a request may be silent for longer than that', async () => {
    const machine = createServer((_, response) => void setTimeout(() => response.end('late'), 300));
    const pool = newPool({ idleTimeoutMs: 100 });
    await fetchAll(pool, target(`http://127.0.0.1:${await listening(machine)}/`), 1);
  });
});

describe('through an HTTP proxy', () => {
  const tunnelling = async (status: string) => {
    const asked: string[] = [];
    const machine = createServer((request, response) => response.end(`${request.headers.host} ${request.url}`));
    const port = await listening(machine);
    const proxy = createServer();
    proxy.on('connect', (request: IncomingMessage, socket: Socket) => {
      asked.push(`${request.url} ${request.headers['proxy-authorization']}`);
      socket.write(`HTTP/1.1 ${status}\r\n\r\n`);
      if (!status.startsWith('200')) return void socket.end();
      const way = connect(port, '127.0.0.1');
      way.pipe(socket).pipe(way);
      way.on('error', () => socket.destroy());
      socket.on('error', () => way.destroy());
    });
    const proxyPort = await listening(proxy);
    const pool = newPool({ env: { HTTP_PROXY: `http://u:p@127.0.0.1:${proxyPort}` } });
    const request = pool.request(target('http://behind.example.test/'), {
      method: 'GET',
      path: '/x',
      headers: ['Host', 'behind.example.test'],
      upgrade: true,
    });
    request.end();
    return { request, asked };
  };

  it('what becomes another protocol goes through a tunnel', async () => {
    const { request, asked } = await tunnelling('200 Connection established');
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    answer.setEncoding('utf8');
    expect(await once(answer, 'data')).toEqual(['behind.example.test /x']);
    expect(asked).toEqual([`behind.example.test:80 Basic ${Buffer.from('u:p').toString('base64')}`]);
  });

  it('one that refuses is an error of ours', async () => {
    const { request } = await tunnelling('403 Forbidden');
    const [error] = (await once(request, 'error')) as [{ code: string }];
    expect(error.code).toBe('upstream-failed');
  });
});

describe('a machine that says nothing', () => {
  /** Takes connections and is silent. */
  const silent = async () => {
    const server = createNetServer((socket) => {
      open.push({ close: () => socket.destroy() });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push(server);
    return (server.address() as AddressInfo).port;
  };
  const ask = (pool: UpstreamPool, resource: Resource, upgrade = false) => {
    const request = pool.request(resource, { method: 'GET', path: '/', headers: ['Host', 'x'], upgrade });
    request.end();
    return once(request, 'error') as Promise<[{ code: string }]>;
  };

  it('is late in its TLS handshake', async () => {
    const [error] = await ask(newPool(), target(`https://127.0.0.1:${await silent()}/`));
    expect(error.code).toBe('upstream-timeout');
  });

  it('is late as an HTTP proxy', async () => {
    const pool = newPool({ env: { HTTP_PROXY: `http://127.0.0.1:${await silent()}` } });
    const [error] = await ask(pool, target('http://behind.example.test/'), true);
    expect(error.code).toBe('upstream-timeout');
  });

  it('holds up nobody who closes the pool', async () => {
    const pool = newPool();
    const failed = ask(pool, { ...target(`https://127.0.0.1:${await silent()}/`), tlsTimeoutMs: 60_000 });
    await sleep(50);
    pool.close();
    expect((await failed)[0].code).toBe('going-away');
  });
});
