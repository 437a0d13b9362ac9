import { type ClientHttp2Session, connect } from 'node:http2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { readMediaPlaylist } from './support/hls-playlist.ts';
import { type Nginx, startNginx } from './support/nginx.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { within } from './support/wait.ts';

interface Http2Answer {
  readonly status: number;
  readonly body: Buffer;
  /** Unix ms when the first byte of the body was here. */
  readonly firstByteAtMs: number;
}

/** GET over an open HTTP/2 connection; ends after `bytes` of the body when that is given. */
function get(session: ClientHttp2Session, path: string, bytes = Number.POSITIVE_INFINITY): Promise<Http2Answer> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':path': path });
    const chunks: Buffer[] = [];
    let status = 0;
    let firstByteAtMs = 0;
    const finish = () => resolve({ status, body: Buffer.concat(chunks), firstByteAtMs });
    stream.on('response', (headers) => {
      status = Number(headers[':status']);
    });
    stream.on('data', (chunk: Buffer) => {
      firstByteAtMs ||= Date.now();
      chunks.push(chunk);
      if (chunks.reduce((sum, { length }) => sum + length, 0) < bytes) return;
      stream.close();
      finish();
    });
    stream.on('end', finish);
    stream.on('error', reject);
  });
}

describe('behind nginx with HTTP/2, by the configuration that we hand out', () => {
  let demo: DemoRtsp;
  let relay: RelayProcess;
  let nginx: Nginx;
  let session: ClientHttp2Session;
  beforeAll(async () => {
    demo = await startDemoRtsp();
    relay = await startRelay({
      config: {
        access: { trustedProxies: ['127.0.0.1'] },
        cameras: { yard: demo.of('yard'), gone: { url: 'rtsp://127.0.0.1:1/x' } },
      },
    });
    nginx = await startNginx({ relayPort: relay.port });
    session = connect(nginx.url, { ca: nginx.certificate });
  });
  afterAll(async () => {
    session?.destroy();
    await nginx?.close();
    await relay?.close();
    await demo?.close();
  });

  const media = async () => readMediaPlaylist((await get(session, '/live/yard/main.m3u8')).body.toString());

  it('a low-latency player has many reloads and the next part open on one connection', async () => {
    const index = await get(session, '/live/yard/index.m3u8');
    expect(index.status).toBe(200);
    expect(session.alpnProtocol).toBe('h2');
    const now = await media();
    const next = now.mediaSequence + now.segments.length;
    const reload = `/live/yard/main.m3u8?_HLS_msn=${next}&_HLS_part=${now.openParts.length}`;
    const held = Array.from({ length: 120 }, () => get(session, reload));
    const hinted = get(session, `/live/yard/${now.hint}`);
    // What is there already does not wait behind them.
    const segment = await get(session, `/live/yard/${now.segments.at(-1)!.uri}`);
    expect([segment.status, segment.body.length > 1_000]).toEqual([200, true]);
    const answers = await Promise.all([...held, hinted]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });

  it('a reload is answered as soon as the part is there', async () => {
    const late: number[] = [];
    let now = await media();
    for (let count = 0; count < 12; count++) {
      const next = now.mediaSequence + now.segments.length;
      const { body, firstByteAtMs } = await get(
        session,
        `/live/yard/main.m3u8?_HLS_msn=${next}&_HLS_part=${now.openParts.length}`,
      );
      now = readMediaPlaylist(body.toString());
      const last = now.segments.at(-1)!;
      const openS = now.openParts.reduce((sum, { durationS }) => sum + durationS, 0);
      late.push(firstByteAtMs - (last.pdtMs! + (last.durationS + openS) * 1000));
    }
    expect(late.sort((a, b) => a - b)[6]).toBeLessThan(252);
  });

  it('live streams are not gathered, over HTTP and WebSocket', async () => {
    for (const path of ['/live/yard.flv', '/live/yard.mp4']) {
      const { status, body } = await within(get(session, path, 20_000), 15_000, path);
      expect([status, body.length >= 20_000]).toEqual([200, true]);
      const socket = new WebSocket(`${nginx.url.replace('https', 'wss')}${path}`, { ca: nginx.certificate });
      const first = new Promise((resolve, reject) => {
        socket.once('message', resolve);
        socket.once('error', reject);
      });
      await within(first, 15_000, `WebSocket ${path}`);
      socket.terminate();
    }
  });

  it('a page of its own may open WebSockets, one of another site may not', async () => {
    const open = (origin: string) =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${nginx.url.replace('https', 'wss')}/api/events`, {
          ca: nginx.certificate,
          origin,
        });
        socket.once('open', () => {
          socket.terminate();
          resolve('open');
        });
        socket.once('error', () => resolve('refused'));
      });
    expect(await open(nginx.url)).toBe('open');
    expect(await open('https://elsewhere.example')).toBe('refused');
  });

  it('problems come through as they are, and nginx complains of nothing', async () => {
    const { status, body } = await get(session, '/live/gone/index.m3u8');
    expect(status).toBe(503);
    expect(JSON.parse(body.toString())).toMatchObject({ code: 'refused', camera: 'gone' });
    expect(nginx.stderr()).toEqual([]);
  });
});
