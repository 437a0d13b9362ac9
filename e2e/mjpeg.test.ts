import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '../server/protocol.ts';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { codeInJpeg, probeJpeg } from './support/jpeg.ts';
import { MjpegClient } from './support/mjpeg-client.ts';
import { ffmpegsOf } from './support/processes.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { eventually, sleep } from './support/wait.ts';

describe('pictures without end', () => {
  let demo: DemoRtsp;
  let relay: RelayProcess;
  const open: MjpegClient[] = [];
  beforeAll(async () => {
    // Without users: those of its own are others after it was away.
    demo = await startDemoRtsp({ users: null });
    relay = await startRelay({
      config: {
        ffmpeg: { idleTimeoutMs: 500 },
        cameras: {
          lab: demo.of('lab'),
          changing: demo.of('yard', 'fault=resolution&after=2500'),
          dead: { url: 'rtsp://127.0.0.1:1/x' },
        },
      },
    });
  });
  afterEach(() => {
    for (const client of open.splice(0)) client.leave();
  });
  afterAll(async () => {
    await relay?.close();
    await demo?.close();
  });

  const watch = (target: string) => {
    const client = new MjpegClient(`${relay.url}/live/${target}`);
    open.push(client);
    return client;
  };
  const encoders = () => ffmpegsOf(relay.pid).filter(({ args }) => args.includes('mpjpeg'));

  it('come at the rate that is asked for, and show what is now', async () => {
    const five = watch('lab.mjpeg?fps=5');
    const one = watch('lab.mjpeg?fps=0.5&width=320');
    await five.untilPictures(18);
    expect(five.headers['cache-control']).toBe('no-store');
    expect(five.rateFrom(5)).toBeGreaterThan(4);
    expect(five.rateFrom(5)).toBeLessThan(6);
    const { jpeg, atMs } = five.pictures.at(-1)!;
    const code = await codeInJpeg(jpeg);
    const arrivedAtMs = Date.now() - (performance.now() - atMs);
    expect(arrivedAtMs - code!.clockMs).toBeLessThan(1_500);
    await one.untilPictures(3);
    expect(one.rateFrom(0)).toBeLessThan(0.8);
    expect(await probeJpeg(one.pictures[0]!.jpeg)).toEqual({ codec: 'mjpeg', width: 320, height: 180 });
  });

  it('are made by one encoder for all who want the same, and end with the last of them', async () => {
    await eventually(encoders, ({ length }) => length === 0);
    const same = [watch('lab.mjpeg?fps=4'), watch('lab.mjpeg?fps=4'), watch('lab.mjpeg?fps=4.0')];
    const other = watch('lab.mjpeg?fps=4&width=160');
    await Promise.all([...same, other].map((client) => client.untilPictures(6)));
    expect(encoders()).toHaveLength(2);
    expect(await relay.camera('lab')).toMatchObject({ pulls: 1 });
    expect(demo.sessions('lab').now).toBe(1);

    other.leave();
    await eventually(encoders, ({ length }) => length === 1);
    const last = same.pop()!;
    for (const client of same) client.leave();
    await last.untilPictures(last.pictures.length + 4);
    expect(encoders()).toHaveLength(1);
    last.leave();
    await eventually(encoders, ({ length }) => length === 0);
    await relay.untilCamera('lab', ({ state, viewers }) => state === 'idle' && viewers === 0);
    expect(ffmpegsOf(relay.pid).filter(({ args }) => args.some((each) => each.includes('/lab')))).toEqual([]);
  });

  it('begin for a late viewer with the newest one, which is there already', async () => {
    await watch('lab.mjpeg?fps=0.3').untilPictures(2);
    const late = watch('lab.mjpeg?fps=0.3');
    const openedAtMs = performance.now();
    const [first] = await late.untilPictures(1);
    expect(first!.atMs - openedAtMs).toBeLessThan(1_500);
  });

  it('go on when the camera changes the size of its picture', async () => {
    const client = watch('changing.mjpeg?fps=5');
    await client.untilPictures(1);
    const before = await probeJpeg(client.pictures[0]!.jpeg);
    const after = await eventually(
      () => probeJpeg(client.pictures.at(-1)!.jpeg),
      ({ width }) => width !== before.width,
      { withinMs: 20_000 },
    );
    expect(after.width / after.height).toBeCloseTo(16 / 9, 1);
    expect(client.ended).toBe(false);
    expect(encoders()).toHaveLength(1);
  });

  it('go on when their encoder is killed', async () => {
    const client = watch('lab.mjpeg?fps=5');
    await client.untilPictures(3);
    process.kill(encoders()[0]!.pid, 'SIGKILL');
    await client.untilPictures(client.pictures.length + 8);
    expect(client.ended).toBe(false);
    expect(encoders()).toHaveLength(1);
  });

  it('go on when the camera was away', async () => {
    const client = watch('lab.mjpeg?fps=5');
    await client.untilPictures(3);
    await demo.kill();
    await sleep(1_500);
    const had = client.pictures.length;
    await demo.revive();
    await client.untilPictures(had + 5, 30_000);
    expect(client.ended).toBe(false);
    const code = await codeInJpeg(client.pictures.at(-1)!.jpeg);
    expect(Date.now() - code!.clockMs).toBeLessThan(3_000);
  });

  it.each([
    ['none.mjpeg', 404, 'no-such-camera'],
    ['lab.mjpeg?fps=25', 400, 'bad-request'],
    ['lab.mjpeg?fps=0.1', 400, 'bad-request'],
    ['lab.mjpeg?width=9', 400, 'bad-request'],
    ['dead.mjpeg', 503, 'refused'],
  ])('are refused with a reason: %s', async (target, status, code) => {
    const answer = await fetch(`${relay.url}/live/${target}`);
    expect(answer.status).toBe(status);
    expect((await answer.json()) as Problem).toMatchObject({ status, code });
    expect(encoders()).toEqual([]);
  });

  it('are not begun for HEAD', async () => {
    await relay.untilCamera('lab', ({ state }) => state === 'idle');
    const { starts } = await relay.camera('lab');
    const answer = await fetch(`${relay.url}/live/lab.mjpeg`, { method: 'HEAD' });
    expect(answer.headers.get('content-type')).toMatch(/^multipart\/x-mixed-replace; boundary=/);
    await sleep(300);
    expect(await relay.camera('lab')).toMatchObject({ state: 'idle', starts });
  });
});
