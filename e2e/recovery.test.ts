import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { FlvClient } from './support/flv-client.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { startTcpRelay, type TcpRelay } from './support/tcp-relay.ts';
import { sleep } from './support/wait.ts';

/** The picture is to be back within this of the camera's return, on a machine that has nothing else to do. */
const BACK_WITHIN_MS = 2_000;
const BUSY_MACHINE_MS = 1_500;

describe('a camera that comes back', () => {
  let demo: DemoRtsp;
  let relay: RelayProcess;
  let line: TcpRelay;
  let other: TcpRelay;
  let busy: FlvClient;
  beforeAll(async () => {
    demo = await startDemoRtsp();
    line = await startTcpRelay({ targetPort: demo.port });
    other = await startTcpRelay({ targetPort: demo.port });
    const over = ({ port }: TcpRelay) => {
      const camera = demo.of('lab', 'gop=10');
      return { ...camera, url: camera.url.replace(`:${demo.port}/`, `:${port}/`) };
    };
    relay = await startRelay({
      config: {
        // As shipped, but for what a test cannot wait for.
        ffmpeg: { retryMinMs: 500, retryMaxMs: 30_000, stallTimeoutMs: 3_000 },
        cameras: {
          line: over(line),
          kept: { ...over(other), keep: 'always' },
          direct: demo.of('lab', 'gop=10'),
        },
      },
    });
    // A real camera's encoder runs whether or not somebody looks.
    busy = new FlvClient(`${relay.wsUrl}/live/direct.flv`);
    await busy.untilPictures(5);
  });
  afterAll(async () => {
    await busy?.leave();
    await relay?.close();
    await Promise.all([line, other, demo].map((each) => each?.close()));
  });
  const watch = (id: string, transport: 'ws' | 'http' = 'ws') =>
    new FlvClient(`${relay.url}/live/${id}.flv`, { transport });
  const gone = (id: string, reason: string) =>
    relay.untilCamera(id, (camera) => camera.state === 'waiting' && camera.reason === reason);

  it('after a long outage shows its picture within two seconds to those who stayed, and no ffmpeg was tried meanwhile', async () => {
    const viewers = [watch('line'), watch('line', 'http')];
    await Promise.all(viewers.map((viewer) => viewer.untilPictures(10)));
    await line.down();
    await gone('line', 'refused');
    const { starts } = await relay.camera('line');
    // Far into the outage an exponential wait would be at its longest.
    await sleep(7_300);
    const waiting = await relay.camera('line');
    expect(waiting).toMatchObject({ state: 'waiting', reason: 'refused', viewers: 2, starts, nextTryAt: null });
    const before = viewers.map((viewer) => viewer.pictures.length);
    const upAtMs = performance.now();
    await line.up();
    await Promise.all(viewers.map((viewer, at) => viewer.untilPictures(before[at]! + 1)));
    expect(performance.now() - upAtMs).toBeLessThan(BACK_WITHIN_MS + BUSY_MACHINE_MS);
    expect((await relay.camera('line')).starts).toBe(starts + 1);
    for (const viewer of viewers) {
      viewer.checkContinuity({ maxGapMs: 8_000 });
      await viewer.leave();
    }
    await relay.untilCamera('line', ({ state }) => state === 'idle');
  });

  it('is watched for a while for those who were turned away, and is live when they ask again', async () => {
    await line.down();
    const turnedAway = watch('line');
    expect(await turnedAway.untilEnded()).toMatchObject({ code: 4503, reason: { code: 'refused' } });
    await sleep(1_500);
    expect(await relay.camera('line')).toMatchObject({ state: 'waiting', reason: 'refused', viewers: 0 });
    await line.up();
    await relay.untilCamera('line', ({ state }) => state === 'live', BACK_WITHIN_MS + BUSY_MACHINE_MS);
    const again = watch('line');
    await again.untilPictures(5);
    await again.leave();
  });

  it('while nobody watches is tried now and then, and at once when somebody comes', async () => {
    await relay.untilCamera('kept', ({ state }) => state === 'live');
    await other.down();
    await gone('kept', 'refused');
    const slow = await relay.untilCamera(
      'kept',
      ({ nextTryAt, state }) => state === 'waiting' && Date.parse(nextTryAt ?? '') - Date.now() > 2_500,
      30_000,
    );
    expect(slow.viewers).toBe(0);
    await other.up();
    const viewer = watch('kept');
    const cameAtMs = performance.now();
    await viewer.untilPictures(1);
    expect(performance.now() - cameAtMs).toBeLessThan(BACK_WITHIN_MS + BUSY_MACHINE_MS);
    await viewer.leave();
  });

  it('after silence on an open connection goes on by itself', async () => {
    const viewer = watch('line');
    await viewer.untilPictures(10);
    line.pause();
    await gone('line', 'stalled');
    await sleep(1_500);
    const before = viewer.pictures.length;
    const backAtMs = performance.now();
    line.resume();
    await viewer.untilPictures(before + 1);
    expect(performance.now() - backAtMs).toBeLessThan(BACK_WITHIN_MS + BUSY_MACHINE_MS);
    viewer.checkContinuity({ maxGapMs: 8_000 });
    await viewer.leave();
  });
});
