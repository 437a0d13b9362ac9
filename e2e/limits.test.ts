import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { FlvClient } from './support/flv-client.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';

const MAX_VIEWERS = 3;

describe('a relay with all its places taken', () => {
  let demo: DemoRtsp;
  let relay: RelayProcess;
  beforeAll(async () => {
    demo = await startDemoRtsp();
    relay = await startRelay({
      config: { cameras: { yard: demo.of('yard') }, delivery: { maxViewers: MAX_VIEWERS } },
    });
  });
  afterAll(async () => {
    await relay?.close();
    await demo?.close();
  });
  const watch = (transport: 'ws' | 'http') => new FlvClient(`${relay.url}/live/yard.flv`, { transport });

  it('turns the next viewer away with the reason, and lets one in when one has left', async () => {
    const viewers = (['ws', 'http', 'ws'] as const).map(watch);
    await Promise.all(viewers.map((viewer) => viewer.untilPictures(5)));
    expect(await watch('http').untilEnded()).toMatchObject({ code: 503, reason: { code: 'overloaded' } });
    expect(await watch('ws').untilEnded()).toMatchObject({ code: 1013, reason: { code: 'overloaded' } });
    expect((await relay.camera('yard')).viewers).toBe(MAX_VIEWERS);
    await viewers[0]!.leave();
    await relay.untilCamera('yard', (camera) => camera.viewers === MAX_VIEWERS - 1);
    const next = watch('ws');
    await next.untilPictures(5);
    await Promise.all([next, ...viewers.slice(1)].map((viewer) => viewer.leave()));
  });
});
