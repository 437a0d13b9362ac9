import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '../server/protocol.ts';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { FlvClient } from './support/flv-client.ts';
import { codeInJpeg, probeJpeg } from './support/jpeg.ts';
import { ffmpegsOf } from './support/processes.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { eventually, sleep } from './support/wait.ts';

/** Nothing listens there. */
const DEAD_PORT = 1;
const CONNECT_TIMEOUT_MS = 4_000;

describe('a picture of a camera', () => {
  let demo: DemoRtsp;
  let relay: RelayProcess;
  const viewers: FlvClient[] = [];
  beforeAll(async () => {
    demo = await startDemoRtsp();
    relay = await startRelay({
      config: {
        ffmpeg: { idleTimeoutMs: 1_000, connectTimeoutMs: CONNECT_TIMEOUT_MS },
        cameras: {
          lab: demo.of('lab', 'gop=12'),
          cold: demo.of('yard'),
          untouched: demo.of('street'),
          own: demo.of('yard', undefined, { sharing: 'viewer' }),
          locked: demo.of('harbour', 'fault=wrong-password'),
          mute: demo.of('harbour', 'fault=silent'),
          dead: { url: `rtsp://127.0.0.1:${DEAD_PORT}/x` },
        },
      },
    });
  });
  afterAll(async () => {
    await Promise.all(viewers.map((viewer) => viewer.leave()));
    await relay?.close();
    await demo?.close();
  });

  const take = (target: string, init: RequestInit = {}) => fetch(`${relay.url}/live/${target}`, init);
  const jpegOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer());
  const problemOf = async (answer: Response) => {
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    return (await answer.json()) as Problem;
  };
  const ffmpegs = (id: string, what: 'ffmpeg started' | 'ffmpeg is done') =>
    relay.logLines().filter(({ msg, camera }) => msg === what && camera === id).length;
  const watchLab = async () => {
    const viewer = new FlvClient(`${relay.url}/live/lab.flv`);
    viewers.push(viewer);
    await viewer.untilKeyframe();
  };

  it('that does not run is pulled once and decoded once for twenty who ask together, then let go', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => take('cold.jpg')));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const tags = new Set(answers.map(({ headers }) => headers.get('etag')));
    expect(tags.size).toBe(1);
    const jpeg = await jpegOf(answers[0]!);
    expect(await probeJpeg(jpeg)).toEqual({ codec: 'mjpeg', width: 640, height: 360 });
    expect(ffmpegs('cold', 'ffmpeg started'), 'one that pulls and one that decodes').toBe(2);
    expect(demo.sessions('yard')).toMatchObject({ total: 1 });
    await relay.untilCamera('cold', ({ state, viewers: left }) => state === 'idle' && left === 0);
    expect(demo.sessions('yard').now).toBe(0);
  });

  it('whose viewers each have an ffmpeg of their own has one for as long as it takes', async () => {
    const { total } = demo.sessions('yard');
    expect((await take('own.jpg')).status).toBe(200);
    await relay.untilCamera('own', ({ state, pulls }) => state === 'idle' && pulls === 0);
    expect(demo.sessions('yard').total).toBe(total + 1);
  });

  it('shows what is now', async () => {
    await watchLab();
    const answer = await take('lab.jpg');
    expect(answer.headers.get('content-type')).toBe('image/jpeg');
    expect(answer.headers.get('cache-control')).toBe('private, no-cache');
    const jpeg = await jpegOf(answer);
    expect(answer.headers.get('content-length')).toBe(String(jpeg.length));
    const code = await codeInJpeg(jpeg);
    const takenAtMs = Date.parse(answer.headers.get('last-modified')!);
    // Last-Modified has whole seconds; the picture had a way to the relay.
    expect(Math.abs(takenAtMs - code!.clockMs)).toBeLessThan(2_500);
    expect(Date.now() - code!.clockMs).toBeLessThan(6_000);
    await sleep(800);
    const later = await codeInJpeg(await jpegOf(await take('lab.jpg')));
    expect(later!.frame).toBeGreaterThan(code!.frame);
  });

  it('comes within 150 ms while the camera runs, of a keyframe that nobody has asked for yet', async () => {
    await watchLab();
    const waits: number[] = [];
    const others: number[] = [];
    let etag = '';
    while (waits.length < 5) {
      const startMs = performance.now();
      const answer = await take('lab.jpg');
      const waitedMs = performance.now() - startMs;
      if (answer.headers.get('etag') !== etag) waits.push(waitedMs);
      etag = answer.headers.get('etag')!;
      const jpeg = await jpegOf(answer);
      const otherStartMs = performance.now();
      await probeJpeg(jpeg);
      others.push(performance.now() - otherStartMs);
      await sleep(300);
    }
    // On a machine that is busy with other tests any process takes longer than that: the best of five then has to
    // stand beside the best of an ffprobe that reads the picture.
    const allowedMs = Math.max(150, 2 * Math.min(...others));
    expect(Math.min(...waits), `${[...waits, ...others].map(Math.round)}`).toBeLessThan(allowedMs);
  });

  it('has the width that is asked for and its own proportions, and is never enlarged', async () => {
    await watchLab();
    for (const [query, size] of [
      ['?width=320', { width: 320, height: 180 }],
      ['?width=3840', { width: 640, height: 360 }],
    ] as const) {
      expect(await probeJpeg(await jpegOf(await take(`lab.jpg${query}`)))).toMatchObject(size);
    }
  });

  it('is not sent again to those who have it', async () => {
    await watchLab();
    const first = await take('lab.jpg?maxAgeMs=60000');
    const [etag, modified] = [first.headers.get('etag')!, first.headers.get('last-modified')!];
    expect(first.headers.get('cache-control')).toMatch(/^private, max-age=(5\d|60)$/);
    await sleep(300);
    const decodes = ffmpegs('lab', 'ffmpeg is done');
    for (const headers of [
      { 'If-None-Match': etag },
      { 'If-None-Match': `"other", W/${etag}` },
      { 'If-None-Match': '*' },
      { 'If-Modified-Since': modified },
    ]) {
      const answer = await take('lab.jpg?maxAgeMs=60000', { headers });
      expect(answer.status, JSON.stringify(headers)).toBe(304);
      expect(answer.headers.get('etag')).toBe(etag);
      expect((await jpegOf(answer)).length).toBe(0);
    }
    const other = await take('lab.jpg?maxAgeMs=60000', { headers: { 'If-None-Match': '"other"' } });
    expect(other.status).toBe(200);
    expect(other.headers.get('etag')).toBe(etag);
    await sleep(300);
    expect(ffmpegs('lab', 'ffmpeg is done')).toBe(decodes);
  });

  it('may be an old one for those who accept it, without waking the camera', async () => {
    const { starts } = await relay.untilCamera('cold', ({ state }) => state === 'idle');
    const answer = await take('cold.jpg?maxAgeMs=600000');
    expect(answer.status).toBe(200);
    await sleep(300);
    expect(await relay.camera('cold')).toMatchObject({ state: 'idle', starts });
  });

  it('is no content where the camera does not run and is not to be started', async () => {
    const answer = await take('untouched.jpg?start=0');
    expect([answer.status, (await jpegOf(answer)).length]).toEqual([204, 0]);
    expect((await take('cold.jpg?start=0&maxAgeMs=600000')).status).toBe(200);
    expect(await relay.camera('untouched')).toMatchObject({ state: 'idle', starts: 0 });
    await watchLab();
    expect((await take('lab.jpg?start=0')).status).toBe(200);
  });

  it('is not taken for HEAD, which starts nothing', async () => {
    const answer = await take('untouched.jpg', { method: 'HEAD' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('image/jpeg');
    await sleep(500);
    expect(await relay.camera('untouched')).toMatchObject({ state: 'idle', starts: 0 });
    expect(demo.sessions('street').total).toBe(0);

    await watchLab();
    const running = await take('lab.jpg?maxAgeMs=60000', { method: 'HEAD' });
    expect(running.headers.get('etag')).toMatch(/^".+"$/);
    expect(Number(running.headers.get('content-length'))).toBeGreaterThan(1_000);
  });

  it('is not there for other methods', async () => {
    const answer = await take('lab.jpg', { method: 'POST' });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, HEAD');
  });

  it.concurrent.each([
    ['none.jpg', 404, 'no-such-camera'],
    ['lab.jpg?width=15', 400, 'bad-request'],
    ['lab.jpg?width=640&width=320', 400, 'bad-request'],
    ['lab.jpg?maxAgeMs=soon', 400, 'bad-request'],
    ['dead.jpg', 503, 'refused'],
    ['locked.jpg', 503, 'unauthorized'],
    ['mute.jpg', 504, 'timeout'],
  ])('is refused with a reason: %s', async (target, status, code) => {
    const startMs = performance.now();
    const answer = await take(target);
    expect(answer.status).toBe(status);
    expect(await problemOf(answer)).toMatchObject({ status, code });
    expect(performance.now() - startMs).toBeLessThan(CONNECT_TIMEOUT_MS + 3_000);
  });

  it.concurrent('leaves no ffmpeg that decodes, some time after the last one who came back for more', async () => {
    await eventually(
      () => ffmpegsOf(relay.pid).filter(({ args }) => args.includes('mjpeg')),
      ({ length }) => length === 0,
      { withinMs: 25_000 },
    );
  });
});
