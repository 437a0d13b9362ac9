import { once } from 'node:events';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openFiles } from './support/processes.ts';
import { WEBSOCKET_HEADERS } from './support/raw-http.ts';
import { RawUpstream, reply } from './support/raw-upstream.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { eventually, sleep } from './support/wait.ts';

function ask(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): string {
  const lines = Object.entries({ Host: '127.0.0.1', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

describe('requests behind one whose answer takes its time', () => {
  let folder: string;
  let upstream: RawUpstream;
  let relay: RelayProcess;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sightline-pipelined-'));
    await writeFile(join(folder, 'big.mp4'), '');
    await truncate(join(folder, 'big.mp4'), 200_000_000);
    upstream = await RawUpstream.start();
    const target = `http://127.0.0.1:${upstream.port}/`;
    relay = await startRelay({ config: { resources: { nas: { target } }, videos: { path: folder } } });
  });
  afterAll(async () => {
    await relay?.close();
    await upstream?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** A client that sends requests and reads nothing of the answers. */
  const client = async (...requests: string[]) => {
    const socket = connect(relay.port, '127.0.0.1').on('error', () => {});
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    for (const request of requests) socket.write(request);
    return socket;
  };
  const alive = async () => expect((await fetch(`${relay.url}/readyz`)).ok).toBe(true);
  const connections = () => upstream.connections.length;

  it('a WebSocket through the gateway is not begun there, and its refusal does not end the relay', async () => {
    upstream.answer = (socket, head) =>
      head.startsWith('GET /live')
        ? socket.write('HTTP/1.1 200 OK\r\nContent-Type: video/x-flv\r\n\r\nFLV')
        : reply('404 Not Found', {})(socket, head, upstream.last);
    const socket = await client(ask('/proxy/nas/live.flv'));
    await once(socket, 'readable');
    socket.write(ask('/proxy/nas/ws', WEBSOCKET_HEADERS));
    socket.resume();
    await once(socket, 'close');
    await alive();
    expect(upstream.connections.filter(({ received }) => received.includes('/ws'))).toEqual([]);
  });

  it('one that is to be continued leaves nothing behind when the connection is gone', async () => {
    upstream.answer = (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n');
    const before = connections();
    const headers = { Expect: '100-continue', 'Content-Length': '100' };
    const socket = await client(ask('/api/video/big.mp4'), ask('/proxy/nas/up', headers, 'POST'), 'half');
    await eventually(connections, (count) => count > before);
    socket.destroy();
    await eventually(
      () => upstream.last.closedAtMs,
      (at) => at !== null,
    );
  });

  it('downloads that are given up before they begin leave no file open', async () => {
    await alive();
    const before = openFiles(relay.pid);
    for (let round = 0; round < 100; round++) {
      const socket = await client(ask('/api/video/big.mp4'));
      await sleep(round % 4);
      socket.resetAndDestroy();
    }
    await eventually(
      () => openFiles(relay.pid),
      (open) => open <= before + 3,
    );
  });

  it('one for the gateway that waits behind a download nobody reads does not keep the relay from ending', async () => {
    upstream.answer = () => {};
    const before = connections();
    await client(ask('/api/video/big.mp4'), ask('/proxy/nas/a'));
    await eventually(connections, (count) => count > before);
    const endsAtMs = performance.now();
    expect(await relay.close()).toEqual({ code: 0, signal: null });
    expect(performance.now() - endsAtMs).toBeLessThan(5_000);
  });
});
