import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type DemoRtsp, startDemoRtsp } from '../support/demo-rtsp.ts';
import { FlvClient } from '../support/flv-client.ts';
import { type RelayProcess, startRelay } from '../support/relay-process.ts';
import { startTcpRelay, type TcpRelay } from '../support/tcp-relay.ts';

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
        ffmpeg: { stallTimeoutMs: 2_000, retryMinMs: 100, retryMaxMs: 500 },
        cameras: {
          resets: demo.of('yard', 'fault=reset&after=1500&gop=10'),
          stalls: demo.of('yard', 'fault=stall&after=1500&gop=10'),
          'loses-video': demo.of('lab', 'fault=video-dies&after=1500&gop=10'),
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

  const watch = (id: string) =>
    (['ws', 'http'] as const).map((transport) => new FlvClient(`${relay.url}/live/${id}.flv`, { transport }));
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
    const viewers = watch(id);
    await Promise.all(viewers.map((viewer) => viewer.untilKeyframe()));
    const waiting = await relay.untilCamera(id, ({ state }) => state === 'waiting');
    expect(reasons).toContain(waiting.reason);
    expect(waiting).toMatchObject({ viewers: 2, message: expect.stringMatching(/^[A-Z].+\.$/) });
    await relay.untilCamera(id, ({ state, starts }) => state === 'live' && starts >= 3, 25_000);
    await Promise.all(viewers.map((viewer) => viewer.untilMorePictures(15)));
    const camera = await relay.camera(id);
    expect(reasons).toContain(camera.lastError?.code);
    await expectUnbroken(viewers);
  });

  it('and an ffmpeg that reads through several restarts decodes on without a word of complaint', async () => {
    const url = `${relay.url}/live/resets.flv`;
    const decode = ['-nostdin', '-v', 'warning', '-xerror', '-i', url, '-t', '5', '-f', 'null', '-'];
    const { starts } = await relay.camera('resets');
    const { stderr } = await promisify(execFile)('ffmpeg', decode, { timeout: 40_000 });
    expect(stderr).toBe('');
    expect((await relay.camera('resets')).starts).toBeGreaterThan(starts + 1);
  });

  it('over a camera that is killed and comes back on the same port', async () => {
    const viewers = watch('mortal');
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

  it('over a cut line, and over one that holds its bytes back for a while', async () => {
    const viewers = watch('cut');
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

  it('and a camera that starts slowly is waited for', async () => {
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
