import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoRtsp, startDemoRtsp } from '../support/demo-rtsp.ts';
import { FlvClient } from '../support/flv-client.ts';
import { type GstreamerCamera, startGstreamerCamera } from '../support/gstreamer-camera.ts';
import { type RelayProcess, startRelay } from '../support/relay-process.ts';
import { startTcpRelay, type TcpRelay } from '../support/tcp-relay.ts';
import { eventually, sleep } from '../support/wait.ts';

describe('a camera that refuses the password', () => {
  let demo: DemoRtsp;
  let gstreamer: GstreamerCamera;
  const counters: Record<string, TcpRelay> = {};
  let relay: RelayProcess;
  beforeAll(async () => {
    const user = 'viewer';
    demo = await startDemoRtsp({ users: { [user]: 'right' } });
    gstreamer = await startGstreamerCamera({ mounts: { '/cam': {} }, auth: 'digest', user, password: 'right' });
    counters.demo = await startTcpRelay({ targetPort: demo.port });
    counters.gstreamer = await startTcpRelay({ targetPort: gstreamer.port });
    counters.kept = await startTcpRelay({ targetPort: demo.port });
    const login = { username: user, password: 'wrong' };
    relay = await startRelay({
      config: {
        ffmpeg: { retryMinMs: 50, retryMaxMs: 100 },
        cameras: {
          demo: { url: `rtsp://127.0.0.1:${counters.demo.port}/yard`, ...login },
          gstreamer: { url: `rtsp://127.0.0.1:${counters.gstreamer.port}/cam`, ...login },
          kept: { url: `rtsp://127.0.0.1:${counters.kept.port}/yard`, ...login, keep: 'always' },
        },
      },
    });
  });
  afterAll(async () => {
    await relay?.close();
    await Promise.all([...Object.values(counters), demo, gstreamer].map((each) => each?.close()));
  });

  it.each(['demo', 'gstreamer'])('is asked once however many viewers come after (%s)', async (id) => {
    const first = new FlvClient(`${relay.url}/live/${id}.flv`);
    expect(await first.untilEnded()).toMatchObject({ code: 503, reason: { code: 'unauthorized' } });
    const { accepted } = counters[id]!;
    expect(accepted).toBeGreaterThan(0);
    for (const transport of ['ws', 'http', 'ws', 'http'] as const) {
      const startedAtMs = performance.now();
      const next = new FlvClient(`${relay.url}/live/${id}.flv`, { transport });
      const end = await next.untilEnded();
      expect(end.reason).toMatchObject({ code: 'unauthorized' });
      expect(performance.now() - startedAtMs).toBeLessThan(1_000);
    }
    expect(counters[id]!.accepted).toBe(accepted);
    expect(await relay.camera(id)).toMatchObject({ starts: 0, lastError: { code: 'unauthorized' } });
  });

  it.each(['demo', 'gstreamer'])('is asked once more when a person asks for it (%s)', async (id) => {
    const { accepted } = counters[id]!;
    const { status } = await fetch(`${relay.url}/api/cameras/${id}/retry`, { method: 'POST' });
    expect(status).toBe(200);
    const viewer = new FlvClient(`${relay.url}/live/${id}.flv`);
    expect(await viewer.untilEnded()).toMatchObject({ code: 503, reason: { code: 'unauthorized' } });
    expect(counters[id]!.accepted).toBeGreaterThan(accepted);
    const tried = counters[id]!.accepted;
    expect((await new FlvClient(`${relay.url}/live/${id}.flv`).untilEnded()).reason?.code).toBe('unauthorized');
    expect(counters[id]!.accepted).toBe(tried);
    const { status: unknown } = await fetch(`${relay.url}/api/cameras/nowhere/retry`, { method: 'POST' });
    expect(unknown).toBe(404);
  });

  it('is left alone too when it is kept up without viewers', async () => {
    const camera = await relay.untilCamera('kept', ({ state }) => state === 'waiting');
    expect(camera.reason).toBe('unauthorized');
    expect(Date.parse(camera.nextTryAt!) - Date.now()).toBeGreaterThan(60_000);
    const { accepted } = counters.kept!;
    const viewer = new FlvClient(`${relay.wsUrl}/live/kept.flv`);
    expect(await viewer.untilEnded()).toMatchObject({ code: 4503, reason: { code: 'unauthorized' } });
    await sleep(1_000);
    expect(counters.kept!.accepted).toBe(accepted);
    await fetch(`${relay.url}/api/cameras/kept/retry`, { method: 'POST' });
    await eventually(
      () => counters.kept!.accepted,
      (now) => now > accepted,
    );
    await relay.untilCamera('kept', ({ state, reason }) => state === 'waiting' && reason === 'unauthorized');
  });
});
