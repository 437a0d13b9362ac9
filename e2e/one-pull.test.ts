import { describe, expect, it } from 'vitest';
import { useDemoRelay } from './support/demo-relay.ts';
import { FlvClient } from './support/flv-client.ts';
import { ffmpegsOf } from './support/processes.ts';
import { eventually, sleep } from './support/wait.ts';

const IDLE_TIMEOUT_MS = 2_000;

describe('sessions at the camera', () => {
  const stand = useDemoRelay((demo) => ({
    ffmpeg: { idleTimeoutMs: IDLE_TIMEOUT_MS },
    cameras: {
      shared: demo.of('yard'),
      each: demo.of('street', undefined, { sharing: 'viewer' }),
      kept: demo.of('harbour', undefined, { keep: 'always' }),
    },
  }));

  const watchBy = (id: string, ...transports: ('ws' | 'http')[]) =>
    transports.map((transport) => new FlvClient(`${stand.relay.url}/live/${id}.flv`, { transport }));
  const leaveAll = (viewers: FlvClient[]) => Promise.all(viewers.map((viewer) => viewer.leave()));
  const ffmpegs = (scene: string) =>
    ffmpegsOf(stand.relay.pid).filter(({ args }) => args.some((argument) => argument.includes(`/${scene}`)));

  it('is one for three WebSocket and three HTTP viewers that come at once, and it ends after the last has left', async () => {
    const viewers = watchBy('shared', 'ws', 'http', 'ws', 'http', 'ws', 'http');
    await Promise.all(viewers.map((viewer) => viewer.untilPictures(20)));
    expect(stand.demo.sessions('yard')).toMatchObject({ now: 1, total: 1 });
    expect(await stand.relay.camera('shared')).toMatchObject({ state: 'live', viewers: 6, pulls: 1, starts: 1 });
    expect(ffmpegs('yard')).toHaveLength(1);

    await leaveAll(viewers);
    await stand.relay.untilCamera('shared', (camera) => camera.viewers === 0);
    await sleep(IDLE_TIMEOUT_MS / 3);
    expect(stand.demo.sessions('yard').now, 'before idleTimeoutMs is over').toBe(1);
    await eventually(
      () => stand.demo.sessions('yard').now,
      (now) => now === 0,
      { withinMs: IDLE_TIMEOUT_MS + 3_000 },
    );
    await stand.relay.untilCamera('shared', (camera) => camera.state === 'idle' && camera.pulls === 0);
    expect(ffmpegs('yard')).toEqual([]);
  });

  it('is kept for a viewer who comes back before idleTimeoutMs', async () => {
    const first = new FlvClient(`${stand.relay.url}/live/shared.flv`);
    await first.untilPictures(5);
    const { total } = stand.demo.sessions('yard');
    await first.leave();
    await sleep(IDLE_TIMEOUT_MS / 3);
    const second = new FlvClient(`${stand.relay.url}/live/shared.flv`);
    await second.untilPictures(5);
    await sleep(IDLE_TIMEOUT_MS);
    await second.untilMorePictures(5);
    expect(stand.demo.sessions('yard')).toMatchObject({ now: 1, total });
    await second.leave();
  });

  it('is one per viewer with sharing: "viewer", each ending with its viewer', async () => {
    const viewers = watchBy('each', 'ws', 'http', 'ws');
    await Promise.all(viewers.map((viewer) => viewer.untilPictures(10)));
    expect(stand.demo.sessions('street')).toMatchObject({ now: 3, total: 3 });
    expect(await stand.relay.camera('each')).toMatchObject({ state: 'live', viewers: 3, pulls: 3, starts: 3 });
    await viewers[0]!.leave();
    await eventually(
      () => stand.demo.sessions('street').now,
      (now) => now === 2,
    );
    await leaveAll(viewers);
    await eventually(
      () => stand.demo.sessions('street').now,
      (now) => now === 0,
    );
    await eventually(
      () => ffmpegs('street').length,
      (count) => count === 0,
    );
    expect(await stand.relay.camera('each')).toMatchObject({ state: 'idle', viewers: 0, pulls: 0, starts: 3 });
  });

  it('is there without any viewer with keep: "always"', async () => {
    await eventually(
      () => stand.demo.sessions('harbour').now,
      (now) => now === 1,
    );
    const camera = await stand.relay.untilCamera('kept', ({ state }) => state === 'live');
    expect(camera.viewers).toBe(0);
    const viewer = new FlvClient(`${stand.relay.url}/live/kept.flv`);
    await viewer.untilPictures(5);
    await viewer.leave();
    await sleep(IDLE_TIMEOUT_MS + 500);
    expect(stand.demo.sessions('harbour')).toMatchObject({ now: 1, total: 1 });
  });
});
