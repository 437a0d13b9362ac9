import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { CloseReason, Fmp4Message } from '../server/protocol.ts';
import { decodeFile, decodeUrl } from './support/decode.ts';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { FlvClient } from './support/flv-client.ts';
import { type GstreamerCamera, startGstreamerCamera } from './support/gstreamer-camera.ts';
import { HlsClient } from './support/hls-client.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { eventually, sleep, within } from './support/wait.ts';

/** A page's player: keeps every message. */
class Fmp4Client {
  readonly messages: (Fmp4Message | Buffer)[] = [];
  readonly ended: Promise<{ code: number; reason: CloseReason | null }>;
  readonly socket: WebSocket;

  constructor(url: string) {
    this.socket = new WebSocket(url);
    this.socket.on('error', () => {});
    this.socket.on('message', (data, isBinary) => {
      this.messages.push(isBinary ? (data as Buffer) : (JSON.parse(String(data)) as Fmp4Message));
    });
    this.ended = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => {
        resolve({ code, reason: reason.length > 0 ? (JSON.parse(reason.toString()) as CloseReason) : null });
      });
    });
  }

  get bytes(): Buffer {
    return Buffer.concat(this.messages.filter((message) => Buffer.isBuffer(message)));
  }

  texts<Type extends Fmp4Message['type']>(type: Type): (Fmp4Message & { type: Type })[] {
    return this.messages.filter(
      (message): message is Fmp4Message & { type: Type } => !Buffer.isBuffer(message) && message.type === type,
    );
  }

  until(count: number, withinMs = 20_000): Promise<number> {
    return eventually(
      () => this.messages.length,
      (length) => length >= count,
      { withinMs },
    );
  }

  async leave(): Promise<void> {
    this.socket.close();
    await within(this.ended, 5_000, 'still open');
  }
}

describe('fragmented MP4', () => {
  let demo: DemoRtsp;
  let noise: GstreamerCamera;
  let relay: RelayProcess;
  beforeAll(async () => {
    demo = await startDemoRtsp();
    // A paused client's kernel swallows megabytes before anyone notices.
    const snow = { pattern: 'snow', width: 640, height: 360, fps: 20, keyint: 20, bitrateKbps: 24_000 };
    noise = await startGstreamerCamera({ mounts: { '/snow': snow } });
    relay = await startRelay({
      config: {
        delivery: { maxViewers: 40, maxQueueBytes: 65_536, maxLagMs: 1_000 },
        cameras: {
          lab: demo.of('lab'),
          yard: demo.of('yard'),
          resets: demo.of('street', 'fault=reset&after=1500&gop=10'),
          snow: { url: noise.url('/snow') },
          gone: { url: 'rtsp://127.0.0.1:1/none' },
        },
      },
    });
  });
  afterAll(async () => {
    await relay?.close();
    await noise?.close();
    await demo?.close();
  });
  const open = (path: string) => new Fmp4Client(`${relay.wsUrl}/live/${path}`);

  it.concurrent('tells a page what comes, then sends the init segment, then fragments that decode', async () => {
    const client = open('lab.mp4');
    await client.until(60);
    await client.leave();
    const [hello, init, mark, fragment] = client.messages;
    expect(hello).toMatchObject({
      type: 'init',
      mime: expect.stringMatching(/^video\/mp4; codecs="avc1\./),
      audio: true,
    });
    expect((init as Buffer).toString('latin1', 4, 8)).toBe('ftyp');
    expect(mark).toMatchObject({ type: 'mark', ptsMs: expect.any(Number) });
    expect((fragment as Buffer).toString('latin1', 4, 8)).toBe('prft');
    expect(Math.abs(Date.now() - client.texts('mark').at(-1)!.arrivedAtMs)).toBeLessThan(10_000);
    const { pictures, complaints } = await decodeFile(client.bytes);
    expect(complaints).toBe('');
    expect(pictures).toBeGreaterThan(25);
  });

  it.concurrent('plays in ffmpeg over HTTP, without sound with ?audio=0', async () => {
    const { pictures, complaints } = await decodeUrl(`${relay.url}/live/lab.mp4`, 2);
    expect(complaints).toBe('');
    expect(pictures).toBeGreaterThanOrEqual(45);
    const silent = open('lab.mp4?audio=0');
    await silent.until(5);
    await silent.leave();
    expect(silent.texts('init')[0]).toMatchObject({ audio: false, codecs: expect.not.stringContaining('mp4a') });
  });

  it.concurrent('answers like FLV: headers, HEAD, problems and close codes', async () => {
    const response = await fetch(`${relay.url}/live/lab.mp4`, { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('video/mp4');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect((await fetch(`${relay.url}/live/lab.mp4?audio=x`)).status).toBe(400);
    expect((await fetch(`${relay.url}/live/nobody.mp4`)).status).toBe(404);
    expect(await (await fetch(`${relay.url}/live/gone.mp4`)).json()).toMatchObject({ code: 'refused', camera: 'gone' });
    expect(await open('nobody.mp4').ended).toMatchObject({ code: 4404, reason: { code: 'no-such-camera' } });
    expect(await open('gone.mp4').ended).toMatchObject({ code: 4503, reason: { code: 'refused' } });
    expect(await open('lab.mp4?join=never').ended).toMatchObject({ code: 4400, reason: { code: 'bad-request' } });
    const talker = open('lab.mp4');
    await talker.until(3);
    talker.socket.send('hello');
    expect(await talker.ended).toMatchObject({ code: 4400 });
  });

  it.concurrent('shares one session at the camera with FLV and HLS, and ends with the last viewer', async () => {
    const pages = Array.from({ length: 12 }, () => open('yard.mp4'));
    const flv = new FlvClient(`${relay.url}/live/yard.flv`);
    await Promise.all([
      flv.untilPictures(10),
      new HlsClient(`${relay.url}/live/yard/index.m3u8`).media(),
      ...pages.map((page) => page.until(10)),
    ]);
    expect(demo.sessions('yard')).toMatchObject({ now: 1, total: 1 });
    expect(await relay.camera('yard')).toMatchObject({ pulls: 1, starts: 1 });
    for (const page of [pages[0]!, pages.at(-1)!]) expect((await decodeFile(page.bytes)).complaints).toBe('');
    await Promise.all([flv.leave(), ...pages.map((page) => page.leave())]);
  });

  it.concurrent('goes on through a restart of the camera on one timeline', async () => {
    const page = open('resets.mp4');
    await relay.untilCamera('resets', ({ starts, state }) => starts >= 3 && state === 'live', 30_000);
    await page.until(page.messages.length + 10);
    await page.leave();
    const marks = page.texts('mark').map(({ ptsMs }) => ptsMs);
    expect(marks).toEqual([...marks].sort((a, b) => a - b));
    expect(new Set(page.texts('init').map(({ version }) => version)).size).toBe(page.texts('init').length);
    expect((await decodeFile(page.bytes)).complaints).toBe('');
  });

  it.concurrent('lets a page that does not read skip, and closes one that stays behind', async () => {
    const sleeper = open('snow.mp4');
    await sleeper.until(3);
    sleeper.socket.pause();
    const closed = await eventually(
      () =>
        relay.logLines().find(({ msg, camera }) => camera === 'snow' && msg.startsWith('viewer ended: The connection')),
      (line) => line !== undefined,
      { withinMs: 20_000 },
    );
    expect(closed).toMatchObject({ reason: 'too-slow' });
    sleeper.socket.resume();
    expect((await sleeper.ended).code).toBeGreaterThan(1_000);
  });

  it('refuses viewers over the limit with 1013', async () => {
    const pages = Array.from({ length: 40 }, () => open('lab.mp4'));
    await Promise.all(pages.map((page) => page.until(1)));
    expect(await open('lab.mp4').ended).toMatchObject({ code: 1013, reason: { code: 'overloaded' } });
    await Promise.all(pages.map((page) => page.leave()));
    await sleep(100);
    const again = open('lab.mp4');
    await again.until(1);
    await again.leave();
  });
});
