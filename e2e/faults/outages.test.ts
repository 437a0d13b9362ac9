import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoRtsp, startDemoRtsp } from '../support/demo-rtsp.ts';
import { FlvClient } from '../support/flv-client.ts';
import { type RelayProcess, startRelay } from '../support/relay-process.ts';
import { startTcpRelay, type TcpRelay } from '../support/tcp-relay.ts';
import { eventually } from '../support/wait.ts';

/** Time for a first picture before it, on a busy machine too. */
const FAULT_AFTER_MS = 4_000;
const faulty = (fault: string) => `fault=${fault}&after=${FAULT_AFTER_MS}&gop=10`;

describe('viewers who have a picture stay attached', () => {
  let demo: DemoRtsp;
  let mortal: DemoRtsp;
  let line: TcpRelay;
  let relay: RelayProcess;
  beforeAll(async () => {
    demo = await startDemoRtsp();
    mortal = await startDemoRtsp({ users: { viewer: 'right' } });
    line = await startTcpRelay({ targetPort: demo.port });
    const overLine = demo.of('harbour');
    relay = await startRelay({
      config: {
        // A wait long enough to be seen by who asks now and then.
        ffmpeg: { stallTimeoutMs: 2_500, retryMinMs: 500, retryMaxMs: 500 },
        cameras: {
          resets: demo.of('yard', faulty('reset')),
          'resets-too': demo.of('yard', `${faulty('reset')}&n=2`),
          stalls: demo.of('yard', faulty('stall')),
          'loses-video': demo.of('lab', faulty('video-dies')),
          mortal: mortal.of('street'),
          cut: { ...overLine, url: overLine.url.replace(`:${demo.port}`, `:${line.port}`) },
        },
      },
    });
  });
  afterAll(async () => {
    await relay?.close();
    await Promise.all([line, demo, mortal].map((each) => each?.close()));
  });

  /** Two viewers who have a picture. On a busy machine a camera may fail before its first, and they come again. */
  const watch = (id: string) =>
    Promise.all(
      (['ws', 'http'] as const).map((transport) =>
        eventually(
          async () => {
            const viewer = new FlvClient(`${relay.url}/live/${id}.flv`, { transport });
            return viewer.untilKeyframe().then(
              () => viewer,
              () => viewer.leave().then(() => null),
            );
          },
          (viewer) => viewer !== null,
          { withinMs: 25_000 },
        ).then((viewer) => viewer!),
      ),
    );
  const expectUnbroken = async (viewers: readonly FlvClient[]) => {
    for (const viewer of viewers) {
      expect(viewer.end).toBeNull();
      viewer.checkContinuity({ maxGapMs: 8_000 });
      expect(viewer.ofKind('video-end')).toEqual([]);
      await viewer.leave();
    }
  };

  it.concurrent.each([
    ['a camera that resets again and again', 'resets', ['ended', 'unreachable']],
    ['a camera that stalls with the connection open', 'stalls', ['stalled']],
    ['a camera whose video dies while its audio goes on', 'loses-video', ['stalled']],
  ])('over %s', async (_what, id, reasons) => {
    const viewers = await watch(id);
    const waiting = await relay.untilCamera(id, ({ state }) => state === 'waiting', 20_000);
    expect(reasons).toContain(waiting.reason);
    expect(waiting).toMatchObject({ viewers: 2, message: expect.stringMatching(/^[A-Z].+\.$/) });
    await relay.untilCamera(id, ({ state, starts }) => state === 'live' && starts >= 3, 40_000);
    await Promise.all(viewers.map((viewer) => viewer.untilMorePictures(15)));
    const camera = await relay.camera(id);
    expect(reasons).toContain(camera.lastError?.code);
    await expectUnbroken(viewers);
  });

  it.concurrent('and an ffmpeg that reads through several restarts decodes on without a word of complaint', async () => {
    const url = `${relay.url}/live/resets-too.flv`;
    const decode = ['-nostdin', '-v', 'warning', '-xerror', '-i', url, '-t', '10', '-f', 'null', '-'];
    const { starts } = await relay.camera('resets-too');
    const { stderr } = await promisify(execFile)('ffmpeg', decode, { timeout: 40_000 });
    expect(stderr).toBe('');
    expect((await relay.camera('resets-too')).starts).toBeGreaterThan(starts + 1);
  });

  it.concurrent('over a camera that is killed and comes back on the same port', async () => {
    const viewers = await watch('mortal');
    await Promise.all(viewers.map((viewer) => viewer.untilPictures(10)));
    await mortal.kill();
    const down = await relay.untilCamera('mortal', ({ state, reason }) => state === 'waiting' && reason === 'refused');
    expect(down).toMatchObject({ viewers: 2, lastError: { code: 'refused' } });

    // Who comes during the outage is told at once or when the next try has failed, and not kept in the dark.
    const late = new FlvClient(`${relay.wsUrl}/live/mortal.flv`);
    expect(await late.untilEnded()).toMatchObject({ code: 4503, reason: { code: 'refused' } });
    expect((await relay.camera('mortal')).viewers).toBe(2);

    const before = viewers.map((viewer) => viewer.tags.length);
    await mortal.revive();
    await Promise.all(viewers.map((viewer) => viewer.untilMorePictures(20)));
    for (const [index, viewer] of viewers.entries()) {
      const after = viewer.tags.slice(before[index]);
      expect(after.find(({ kind }) => kind === 'keyframe' || kind === 'frame')?.kind).toBe('keyframe');
      expect(after.some(({ kind }) => kind === 'video-header')).toBe(true);
    }
    expect(await relay.camera('mortal')).toMatchObject({ state: 'live', reason: null, viewers: 2 });
    await expectUnbroken(viewers);
  });

  it.concurrent('over a cut line, and over one that holds its bytes back for a while', async ({ onTestFinished }) => {
    onTestFinished(() => line.resume());
    const viewers = await watch('cut');
    await Promise.all(viewers.map((viewer) => viewer.untilPictures(10)));
    line.cut();
    await relay.untilCamera('cut', ({ starts, state }) => starts === 2 && state === 'live');
    await Promise.all(viewers.map((viewer) => viewer.untilMorePictures(10)));

    line.pause(700);
    await Promise.all(viewers.map((viewer) => viewer.untilMorePictures(25)));
    expect((await relay.camera('cut')).starts, 'a pause shorter than stallTimeoutMs is no outage').toBe(2);

    line.pause();
    await relay.untilCamera('cut', ({ state, reason }) => state === 'waiting' && reason === 'stalled');
    line.cut();
    line.resume();
    await Promise.all(viewers.map((viewer) => viewer.untilMorePictures(10)));
    await expectUnbroken(viewers);
  });

  it.concurrent('and a camera that starts slowly is waited for', async ({ onTestFinished }) => {
    const slow = await startRelay({
      config: { cameras: { slow: demo.of('yard', 'fault=slow-start&after=1500') } },
    });
    onTestFinished(async () => void (await slow.close()));
    const viewer = new FlvClient(`${slow.url}/live/slow.flv`);
    await viewer.untilPictures(10);
    expect(await slow.camera('slow')).toMatchObject({ state: 'live', starts: 1, lastError: null });
    await viewer.leave();
  });
});
