import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '../server/protocol.ts';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { FlvClient } from './support/flv-client.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';

const CODE = 'ffmpeg-missing';

describe('without ffmpeg', () => {
  let folder: string;
  let demo: DemoRtsp;
  let relay: RelayProcess;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sightline-ffmpeg-'));
    demo = await startDemoRtsp();
    relay = await startRelay({
      config: {
        ffmpeg: { path: join(folder, 'ffmpeg'), retryMaxMs: 500 },
        cameras: { yard: demo.of('yard'), kept: demo.of('street', undefined, { keep: 'always' }) },
      },
    });
  });
  afterAll(async () => {
    await relay?.close();
    await demo?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('the relay lives, is not ready, and says why', async () => {
    expect((await fetch(`${relay.url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${relay.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ ready: false, code: CODE, message: expect.stringContaining('ffmpeg') });
    expect((await fetch(`${relay.url}/metrics`)).status).toBe(200);
  });

  it('every way to watch names the reason', async () => {
    const overHttp = new FlvClient(`${relay.url}/live/yard.flv`, { transport: 'http' });
    const overWs = new FlvClient(`${relay.url}/live/yard.flv`, { transport: 'ws' });
    const http = await overHttp.untilEnded();
    expect(http.code).toBe(503);
    expect(http.reason as unknown as Problem).toMatchObject({ code: CODE, status: 503, camera: 'yard' });
    const ws = await overWs.untilEnded();
    expect(ws).toMatchObject({ code: 4503, reason: { code: CODE } });
    expect((await relay.camera('yard')).lastError).toMatchObject({ code: CODE });
    const kept = await relay.untilCamera('kept', ({ state }) => state === 'waiting');
    expect(kept).toMatchObject({ reason: CODE, message: expect.stringContaining('ffmpeg') });
    expect(kept.nextTryAt).not.toBeNull();
    expect(relay.logLines().some(({ camera, reason }) => camera === 'yard' && reason === CODE)).toBe(true);
  });

  it('it is found as soon as it is there, without a restart', async () => {
    await symlink('/usr/bin/ffmpeg', join(folder, 'ffmpeg'));
    expect((await fetch(`${relay.url}/readyz`)).status).toBe(200);
    await relay.untilCamera('kept', ({ state, reason }) => state === 'live' && reason === null);
    const viewer = new FlvClient(`${relay.url}/live/yard.flv`);
    await viewer.untilPictures(5);
    await viewer.leave();
  });

  it('its vanishing again is told too, and nothing crashes', async () => {
    await rm(join(folder, 'ffmpeg'));
    await relay.untilCamera('yard', ({ state }) => state === 'idle');
    const viewer = new FlvClient(`${relay.wsUrl}/live/yard.flv`);
    expect(await viewer.untilEnded()).toMatchObject({ code: 4503, reason: { code: CODE } });
    expect((await fetch(`${relay.url}/healthz`)).status).toBe(200);
  });
});
