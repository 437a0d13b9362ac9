import { describe, expect, it, onTestFinished } from 'vitest';
import type { CamerasAnswer } from '../server/protocol.ts';
import { useDemoRelay } from './support/demo-relay.ts';
import { FlvClient } from './support/flv-client.ts';
import { startRelay } from './support/relay-process.ts';
import { eventually } from './support/wait.ts';

const MAX_VIEWERS = 3;

describe('a relay with all its places taken', () => {
  const stand = useDemoRelay((demo) => ({ cameras: { yard: demo.of('yard') }, delivery: { maxViewers: MAX_VIEWERS } }));

  const watch = (transport: 'ws' | 'http') => new FlvClient(`${stand.relay.url}/live/yard.flv`, { transport });

  it('turns the next viewer away with the reason, and lets one in when one has left', async () => {
    const viewers = (['ws', 'http', 'ws'] as const).map(watch);
    await Promise.all(viewers.map((viewer) => viewer.untilPictures(5)));
    expect(await watch('http').untilEnded()).toMatchObject({ code: 503, reason: { code: 'overloaded' } });
    expect(await watch('ws').untilEnded()).toMatchObject({ code: 1013, reason: { code: 'overloaded' } });
    expect((await stand.relay.camera('yard')).viewers).toBe(MAX_VIEWERS);
    await viewers[0]!.leave();
    await stand.relay.untilCamera('yard', (camera) => camera.viewers === MAX_VIEWERS - 1);
    const next = watch('ws');
    await next.untilPictures(5);
    await Promise.all([next, ...viewers.slice(1)].map((viewer) => viewer.leave()));
  });
});

describe('a relay that may pull only so many streams', () => {
  const stand = useDemoRelay((demo) => {
    // The recorder and the others are told apart by how their host is written.
    const channel = (n: number) => {
      const camera = demo.of('yard', `n=${n}`);
      return { ...camera, url: camera.url.replace('127.0.0.1', 'localhost') };
    };
    return {
      ffmpeg: { idleTimeoutMs: 60_000 },
      limits: { maxStreams: 3 },
      cameras: {
        'nvr-1': { ...channel(1), maxSessions: 2 },
        'nvr-2': channel(2),
        'nvr-3': channel(3),
        door: demo.of('yard', 'n=4'),
        gate: demo.of('yard', 'n=5'),
      },
    };
  });

  const watch = (id: string, transport: 'ws' | 'http' = 'ws') =>
    new FlvClient(`${stand.relay.url}/live/${id}.flv`, { transport });
  const budget = async () => ((await (await fetch(`${stand.relay.url}/api/cameras`)).json()) as CamerasAnswer).budget;
  const sessions = () => stand.demo.sessions().now;

  it('ends what has been idle longest first, and turns away who comes when everything is watched', async () => {
    const one = watch('nvr-1');
    const two = watch('nvr-2');
    await Promise.all([one.untilPictures(5), two.untilPictures(5)]);
    expect(await budget()).toEqual({
      streams: { used: 2, max: 3 },
      viewers: { used: 2, max: 10_000 },
      hosts: [{ cameras: ['nvr-1', 'nvr-2'], used: 2, max: 2 }],
    });

    // The recorder is full, the relay is not.
    const refused = await fetch(`${stand.relay.url}/live/nvr-3.flv`);
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: 'overloaded', detail: expect.stringContaining('2 sessions') });
    expect(await watch('nvr-3').untilEnded()).toMatchObject({ code: 1013, reason: { code: 'overloaded' } });

    // A channel that nobody watches any more makes room, before the new one is opened.
    await one.leave();
    await stand.relay.untilCamera('nvr-1', ({ viewers, state }) => viewers === 0 && state === 'live');
    const three = watch('nvr-3');
    await three.untilPictures(5);
    expect(sessions()).toBe(2);
    expect((await stand.relay.camera('nvr-1')).state).toBe('idle');

    // Now the relay fills up with watched ones.
    const four = watch('door');
    await four.untilPictures(5);
    expect(await watch('gate').untilEnded()).toMatchObject({ code: 1013, reason: { code: 'overloaded' } });
    expect((await fetch(`${stand.relay.url}/live/gate.jpg`)).status).toBe(503);

    await two.leave();
    await stand.relay.untilCamera('nvr-2', ({ viewers }) => viewers === 0);
    await three.leave();
    await stand.relay.untilCamera('nvr-3', ({ viewers }) => viewers === 0);
    const five = watch('gate', 'http');
    await five.untilPictures(5);
    expect((await stand.relay.camera('nvr-2')).state).toBe('idle');
    expect((await stand.relay.camera('nvr-3')).state).toBe('live');
    expect((await budget()).streams).toEqual({ used: 3, max: 3 });
    await eventually(sessions, (now) => now === 3);
    await Promise.all([four, five].map((viewer) => viewer.leave()));
  });

  it('says of a camera that is to be kept up and finds no place why it is not, and tries again', async () => {
    const kept = (n: number) => ({ ...stand.demo.of('yard', `n=${n}`), keep: 'always' as const });
    const small = await startRelay({ config: { limits: { maxStreams: 1 }, cameras: { one: kept(6), two: kept(7) } } });
    onTestFinished(async () => void (await small.close()));
    await small.untilCamera('one', ({ state }) => state === 'live');
    const two = await small.camera('two');
    expect(two).toMatchObject({ state: 'waiting', reason: 'too-many-sessions', starts: 0 });
    expect(Date.parse(two.nextTryAt!)).toBeGreaterThan(Date.now() - 10_000);
  });
});
