import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { useGatewayStand } from './support/gateway-stand.ts';
import { openFiles } from './support/processes.ts';
import { rawGet, rawRequest, WEBSOCKET_HEADERS } from './support/raw-http.ts';
import { eventually } from './support/wait.ts';

const stand = useGatewayStand();

describe('WebSockets through /proxy', () => {
  const open = (path: string, protocols: string[] = []) => new WebSocket(`${stand.relay.wsUrl}${path}`, protocols);

  it('pass messages both ways, and say who asks', async () => {
    stand.sockets.once('connection', (peer, request) => {
      peer.send(`${request.url} ${request.headers['x-forwarded-for']} ${request.headers.via?.replace(/-\w+/, '')}`);
      peer.on('message', (data, isBinary) => peer.send(data, { binary: isBinary }));
    });
    const socket = open('/proxy/sockets/a%2Fb?x=1&via=proxy');
    const [hello] = (await once(socket, 'message')) as [Buffer];
    expect(hello.toString()).toBe('/a%2Fb?x=1 127.0.0.1 1.1 sightline');
    const big = randomBytes(3_000_000);
    socket.send(big);
    const [echo] = (await once(socket, 'message')) as [Buffer];
    expect(echo.equals(big)).toBe(true);
    socket.close(4123, 'bye');
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(4123);
  });

  it('bytes that come with the handshake are not lost, in either direction', async () => {
    stand.upstream.answer = (socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nearly');
    };
    const lines = Object.entries(WEBSOCKET_HEADERS).map(([name, value]) => `${name}: ${value}\r\n`);
    const text = `GET /proxy/nas/ws HTTP/1.1\r\nHost: 127.0.0.1\r\n${lines.join('')}\r\nhasty`;
    const { status, body } = await rawRequest(stand.relay.port, text, 700);
    expect([status, body]).toEqual([101, 'early']);
    expect(stand.upstream.last.request).toMatch(/\r\n\r\nhasty$/);
  });

  it('a refusal of the machine is passed on', async () => {
    const socket = open('/proxy/sockets/no');
    const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    expect(answer.statusCode).toBe(401);
    socket.on('error', () => {});
    socket.terminate();
  });

  it('a client that never closes its side is cut off after a refusal, or after the machine has ended', async () => {
    const { pid, port } = stand.relay;
    await rawGet(port, '/proxy/nas/a');
    const before = openFiles(pid);
    const lines = Object.entries(WEBSOCKET_HEADERS).map(([name, value]) => `${name}: ${value}\r\n`);
    const text = (path: string) => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${lines.join('')}\r\n`;
    stand.upstream.answer = (socket) =>
      socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nbye');
    const clients = ['/proxy/sockets/no', '/proxy/nas/ws'].map((path) => {
      const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => client.write(text(path)));
      return client.on('error', () => {}).resume();
    });
    onTestFinished(() => {
      for (const client of clients) client.destroy();
    });
    await Promise.all(clients.map((client) => once(client, 'end')));
    await eventually(
      () => openFiles(pid),
      (open) => open <= before,
      { withinMs: 15_000 },
    );
  });

  it('either side’s end is the other’s', async () => {
    const peer = once(stand.sockets, 'connection') as Promise<[WebSocket]>;
    const socket = open('/proxy/sockets/a');
    const [served] = await peer;
    await once(socket, 'open');
    const left = once(served, 'close');
    const leftAtMs = performance.now();
    socket.terminate();
    await left;
    expect(performance.now() - leftAtMs).toBeLessThan(500);

    const next = once(stand.sockets, 'connection') as Promise<[WebSocket]>;
    const other = open('/proxy/sockets/a');
    const [dies] = await next;
    await once(other, 'open');
    dies.terminate();
    const [code] = (await once(other, 'close')) as [number];
    expect(code).toBe(1006);
  });

  it('failures are problem documents before the upgrade', async () => {
    for (const [resource, status] of [
      ['refused', 502],
      ['other', 404],
    ] as const) {
      const { status: told, body } = await rawGet(stand.relay.port, `/proxy/${resource}/x`, WEBSOCKET_HEADERS);
      expect([told, (JSON.parse(body) as { status: number }).status]).toEqual([status, status]);
    }
  });
});
