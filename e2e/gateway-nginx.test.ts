import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { type Nginx, type NginxMachine, startNginx, startNginxMachine } from './support/nginx.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { within } from './support/wait.ts';

const VIDEO = randomBytes(20_000_000);

let machine: NginxMachine;
let fragile: NginxMachine;
let demo: DemoRtsp;
let central: RelayProcess;
let relay: RelayProcess;
let front: Nginx;
/** nginx with TLS before the central relay, as a machine behind ours. */
let secure: Nginx;

beforeAll(async () => {
  const files = (folder: string, more = '') => `
    root ${folder}/files;
    types { video/mp4 mp4; text/plain txt; application/vnd.apple.mpegurl m3u8; }
    client_max_body_size 100m;
    location / { ${more} }
    location /up/ { dav_methods PUT DELETE; }`;
  [machine, fragile, demo] = await Promise.all([
    startNginxMachine((folder) =>
      files(folder, 'gzip on; gzip_types text/plain; gzip_proxied any; gzip_min_length 20;'),
    ),
    startNginxMachine((folder) => files(folder, 'limit_rate 2m;')),
    startDemoRtsp(),
  ]);
  for (const { folder } of [machine, fragile]) {
    await mkdir(join(folder, 'files/media/folder'), { recursive: true });
    await mkdir(join(folder, 'files/up'));
    await writeFile(join(folder, 'files/media/a b.mp4'), VIDEO);
    await writeFile(join(folder, 'files/media/list.m3u8'), `#EXTM3U\nhttp://127.0.0.1:${machine.port}/media/1.ts\n`);
    await writeFile(join(folder, 'files/media/long.txt'), 'words '.repeat(1_000));
  }
  const access = { trustedProxies: ['127.0.0.1'] };
  central = await startRelay({ config: { access, cameras: { yard: demo.of('yard') } } });
  secure = await startNginx({ relayPort: central.port });
  relay = await startRelay({
    config: {
      access,
      resources: {
        nas: { target: `http://127.0.0.1:${machine.port}/media/` },
        up: { target: `http://127.0.0.1:${machine.port}/up/` },
        fragile: { target: `http://127.0.0.1:${fragile.port}/media/` },
        central: { target: `${secure.url}/`, verifyTls: false },
        strict: { target: `${secure.url}/` },
      },
    },
  });
  front = await startNginx({ relayPort: relay.port });
});
afterAll(async () => {
  await Promise.all([front?.close(), secure?.close()]);
  await Promise.all([relay?.close(), central?.close()]);
  await Promise.all([machine?.close(), fragile?.close(), demo?.close()]);
});

const ask = (path: string, init: RequestInit = {}) => fetch(`${relay.url}${path}`, { redirect: 'manual', ...init });
const ranged = (Range: string, headers: Record<string, string> = {}) =>
  ask('/proxy/nas/a%20b.mp4', { headers: { Range, ...headers } });

describe('nginx behind', () => {
  it('a file comes whole, with what belongs to it', async () => {
    const answer = await ask('/proxy/nas/a%20b.mp4');
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('accept-ranges')]).toEqual([
      200,
      'video/mp4',
      'bytes',
    ]);
    expect(answer.headers.get('server')).toBeNull();
    expect(Buffer.from(await answer.arrayBuffer()).equals(VIDEO)).toBe(true);
  });

  it.each([
    ['bytes=0-99', 'bytes 0-99/20000000', 0, 100],
    ['bytes=19999990-', 'bytes 19999990-19999999/20000000', 19_999_990, 20_000_000],
    ['bytes=-10', 'bytes 19999990-19999999/20000000', 19_999_990, 20_000_000],
  ])('%s is 206', async (range, contentRange, from, to) => {
    const answer = await ranged(range);
    expect([answer.status, answer.headers.get('content-range')]).toEqual([206, contentRange]);
    expect(Buffer.from(await answer.arrayBuffer()).equals(VIDEO.subarray(from, to))).toBe(true);
  });

  it('several ranges, one out of the file, and conditions are answered as nginx does', async () => {
    const several = await ranged('bytes=0-1,5-6');
    expect([several.status, several.headers.get('content-type')]).toMatchObject([206, /^multipart\/byteranges/]);
    await several.body!.cancel();
    const beyond = await ranged('bytes=30000000-');
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */20000000']);
    const { etag, 'last-modified': date } = Object.fromEntries(
      (await ask('/proxy/nas/a%20b.mp4', { method: 'HEAD' })).headers,
    );
    for (const [condition, status] of [
      [etag!, 206],
      ['"other"', 200],
      [date!, 206],
    ] as const) {
      const answer = await ranged('bytes=0-9', { 'If-Range': condition });
      expect([condition, answer.status]).toEqual([condition, status]);
      await answer.body!.cancel();
    }
    expect((await ask('/proxy/nas/a%20b.mp4', { headers: { 'If-None-Match': etag! } })).status).toBe(304);
  });

  it('HEAD has the length and nothing else', async () => {
    const answer = await ask('/proxy/nas/a%20b.mp4', { method: 'HEAD' });
    expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([200, '20000000', '']);
  });

  it('compressed answers pass in chunks as they are, and a compressed playlist is still rewritten', async () => {
    const [answer] = (await once(
      httpGet(`${relay.url}/proxy/nas/long.txt`, { headers: { 'Accept-Encoding': 'gzip' } }),
      'response',
    )) as [IncomingMessage];
    expect([answer.headers['content-encoding'], answer.headers['transfer-encoding']]).toEqual(['gzip', 'chunked']);
    expect((await buffer(answer)).subarray(0, 2).toString('hex')).toBe('1f8b');
    expect(await (await ask('/proxy/nas/list.m3u8')).text()).toBe('#EXTM3U\n/proxy/nas/1.ts\n');
  });

  it('a folder’s redirect leads to us', async () => {
    const answer = await ask('/proxy/nas/folder');
    expect([answer.status, answer.headers.get('location')]).toEqual([301, '/proxy/nas/folder/']);
  });

  it.each([
    ['with a length', 'bytes'],
    ['in chunks', 'stream'],
  ])('an upload %s arrives byte for byte', async (_, kind) => {
    const body = kind === 'bytes' ? VIDEO : Readable.toWeb(Readable.from([VIDEO.subarray(0, 7), VIDEO.subarray(7)]));
    const name = `${kind}.mp4`;
    const init = { method: 'PUT', body, duplex: 'half' } as RequestInit;
    expect((await ask(`/proxy/up/${name}`, init)).status).toBe(201);
    expect((await readFile(join(machine.folder, 'files/up', name))).equals(VIDEO)).toBe(true);
    expect((await ask(`/proxy/up/${name}`, { method: 'DELETE' })).status).toBe(204);
  });

  it('nginx that is killed in the middle of a file cuts the viewer off', async () => {
    const [answer] = (await once(httpGet(`${relay.url}/proxy/fragile/a%20b.mp4`), 'response')) as [IncomingMessage];
    await once(answer, 'data');
    fragile.kill();
    await expect(within(buffer(answer), 3_000, 'not cut')).rejects.toThrow('aborted');
    expect((await ask('/proxy/fragile/a%20b.mp4')).status).toBe(502);
  });
});

describe('a relay behind, with nginx and TLS before it', () => {
  it('whose certificate nobody has signed is refused, unless that is allowed', async () => {
    const refused = await ask('/proxy/strict/api/cameras');
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([502, 'upstream-failed']);
    expect((await ask('/proxy/central/api/cameras')).status).toBe(200);
  });

  it('gives live pictures over HTTP and WebSocket through both', async () => {
    const answer = await ask('/proxy/central/live/yard.flv');
    const reader = answer.body!.getReader();
    let bytes = 0;
    while (bytes < 50_000) bytes += (await within(reader.read(), 10_000, 'no pictures')).value!.length;
    await reader.cancel();
    const socket = new WebSocket(`${relay.wsUrl}/proxy/central/live/yard.flv`);
    const [first] = (await within(once(socket, 'message'), 10_000, 'no pictures')) as [Buffer];
    expect(first.subarray(0, 3).toString()).toBe('FLV');
    socket.terminate();
    await central.untilCamera('yard', ({ viewers }) => viewers === 0);
  });

  it('gives HLS whose every name is ours', async () => {
    const list = await (await ask('/proxy/central/live/yard/index.m3u8')).text();
    expect(list).not.toMatch(/127\.0\.0\.1|https?:/);
    const uri = list.split('\n').find((line) => line !== '' && !line.startsWith('#'));
    const media = await ask(`/proxy/central/live/yard/${uri}`);
    expect([media.status, await media.text()]).toMatchObject([200, /#EXTINF|#EXT-X-PART/]);
  });
});

describe('nginx in front', () => {
  it('files, ranges and live streams pass through all three', async () => {
    const session = connectHttp2(front.url, { ca: front.certificate });
    const ask2 = (path: string, headers: Record<string, string> = {}) => session.request({ ':path': path, ...headers });
    const file = ask2('/proxy/nas/a%20b.mp4', { range: 'bytes=100-199' });
    const [headers] = (await once(file, 'response')) as [Record<string, unknown>];
    expect([headers[':status'], headers['content-range']]).toEqual([206, 'bytes 100-199/20000000']);
    expect((await buffer(file)).equals(VIDEO.subarray(100, 200))).toBe(true);

    const live = ask2('/proxy/central/live/yard.flv');
    let bytes = 0;
    live.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > 30_000) live.close();
    });
    await within(once(live, 'close'), 10_000, 'no pictures');
    const sent = ask2('/redirect/nas/x%2Fy?a=1');
    const [redirect] = (await once(sent, 'response')) as [Record<string, unknown>];
    expect([redirect[':status'], redirect.location]).toEqual([302, `http://127.0.0.1:${machine.port}/media/x%2Fy?a=1`]);
    sent.resume();
    const problem = ask2('/proxy/other/x');
    expect(JSON.parse(await text(problem))).toMatchObject({ code: 'no-such-resource' });
    session.destroy();
  });

  it('WebSockets too', async () => {
    const url = `${front.url.replace('https', 'wss')}/proxy/central/live/yard.flv`;
    const socket = new WebSocket(url, { ca: front.certificate, origin: front.url });
    const [first] = (await within(once(socket, 'message'), 10_000, 'no pictures')) as [Buffer];
    expect(first.subarray(0, 3).toString()).toBe('FLV');
    socket.terminate();
  });
});
