import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { ServerEvent } from '../server/protocol.ts';
import { useDemoRelay } from './support/demo-relay.ts';
import { FlvClient } from './support/flv-client.ts';
import { readMetrics } from './support/metrics-text.ts';
import { startRelay } from './support/relay-process.ts';
import { eventually } from './support/wait.ts';

describe('the service around the pictures', () => {
  const stand = useDemoRelay((demo) => ({
    ffmpeg: { idleTimeoutMs: 0 },
    cameras: { lab: demo.of('lab', undefined, { title: 'Lab "2"\nnorth\\' }), yard: demo.of('yard') },
  }));

  const metrics = async () => readMetrics(await (await fetch(`${stand.relay.url}/metrics`)).text());

  it('/healthz says that the process answers', async () => {
    const answer = await fetch(`${stand.relay.url}/healthz`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      status: 'ok',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      uptimeSeconds: expect.any(Number),
    });
  });

  it('/readyz says that it can serve', async () => {
    const answer = await fetch(`${stand.relay.url}/readyz`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ ready: true, code: null, message: null });
  });

  it('/metrics is in the Prometheus text format and counts what happens', async () => {
    const idle = await metrics();
    expect(idle.contentErrors).toEqual([]);
    expect(idle.value('sightline_camera_state', { camera: 'lab', state: 'idle' })).toBe(1);
    expect(idle.value('sightline_camera_viewers', { camera: 'lab' })).toBe(0);

    const viewer = new FlvClient(`${stand.relay.url}/live/lab.flv`);
    await viewer.untilPictures(60);
    const live = await metrics();
    expect(live.contentErrors).toEqual([]);
    expect(live.value('sightline_camera_state', { camera: 'lab', state: 'live' })).toBe(1);
    expect(live.value('sightline_camera_state', { camera: 'lab', state: 'idle' })).toBe(0);
    expect(live.value('sightline_camera_viewers', { camera: 'lab' })).toBe(1);
    expect(live.value('sightline_camera_pulls', { camera: 'lab' })).toBe(1);
    expect(live.value('sightline_ffmpeg_processes')).toBe(1);
    expect(live.value('sightline_ffmpeg_starts_total')).toBe(1);
    expect(live.value('sightline_camera_bits_per_second', { camera: 'lab' })).toBeGreaterThan(10_000);
    expect(live.value('sightline_camera_frames_per_second', { camera: 'lab' })).toBeGreaterThan(5);
    const received = viewer.chunkBytes.reduce((sum, bytes) => sum + bytes, 0);
    expect(live.value('sightline_sent_bytes_total')).toBeGreaterThanOrEqual(received / 2);
    expect(live.types.get('sightline_sent_bytes_total')).toBe('counter');
    expect(live.types.get('process_resident_memory_bytes')).toBe('gauge');

    await viewer.leave();
    await stand.relay.untilCamera('lab', ({ state }) => state === 'idle');
    const after = await metrics();
    expect(after.value('sightline_ffmpeg_processes')).toBe(0);
    // Totals never go back when a viewer leaves.
    expect(after.value('sightline_sent_bytes_total')).toBeGreaterThanOrEqual(live.value('sightline_sent_bytes_total')!);
  });

  it('/api/events tells hello, the cameras, then each change, and returns the page’s clock', async () => {
    const socket = new WebSocket(`${stand.relay.wsUrl}/api/events`);
    const events: ServerEvent[] = [];
    socket.on('message', (data) => events.push(JSON.parse(String(data)) as ServerEvent));
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'ping', sentAtMs: 123.5 }));
    await eventually(
      () => events.length,
      (count) => count >= 3,
    );
    expect(events[0]).toMatchObject({ type: 'hello', serverTimeMs: expect.any(Number) });
    expect(events[1]).toMatchObject({ type: 'cameras', cameras: [{ id: 'lab' }, { id: 'yard' }] });
    expect(events.find(({ type }) => type === 'pong')).toMatchObject({ sentAtMs: 123.5 });

    const viewer = new FlvClient(`${stand.relay.url}/live/yard.flv`);
    await viewer.untilPictures(5);
    const states = () => events.flatMap((event) => (event.type === 'camera' ? [event.camera.state] : []));
    await eventually(states, (seen) => seen.includes('live'));
    await viewer.leave();
    await eventually(states, (seen) => seen.at(-1) === 'idle');
    socket.close();
  });

  it('every log line of a viewer carries its id and its camera’s, from joining to leaving', async () => {
    const viewer = new FlvClient(`${stand.relay.url}/live/yard.flv`);
    await viewer.untilPictures(5);
    await viewer.leave();
    const times = (what: string) => stand.relay.logLines().filter(({ msg }) => msg === what).length;
    await eventually(
      () => times('viewer joined') - times('viewer left'),
      (open) => open === 0,
    );
    const lines = stand.relay.logLines();
    const ofViewers = lines.filter(({ msg }) => msg.includes('viewer '));
    expect(ofViewers.length).toBeGreaterThan(3);
    for (const line of ofViewers) {
      expect(line.viewer).toMatch(/^[\w-]{8}$/);
      expect(['lab', 'yard']).toContain(line.camera);
    }
    const joined = lines.filter(({ msg }) => msg === 'viewer joined');
    for (const { viewer: id } of joined) {
      expect(lines.filter((line) => line.viewer === id && line.msg === 'viewer left')).toHaveLength(1);
    }
    expect(
      lines.filter(({ msg, camera }) => /ffmpeg (runs|ended|failed)|camera is/.test(msg) && camera === undefined),
    ).toEqual([]);
    for (const { time, level } of lines) {
      expect(new Date(time).toISOString()).toBe(time);
      expect(level).toMatch(/^(trace|debug|info|warn|error|fatal)$/);
    }
  });

  it('works under a path of a reverse proxy, and still at its own', async () => {
    const under = await startRelay({
      config: { server: { basePath: '/cams/' }, cameras: { yard: stand.demo.of('yard') } },
    });
    onTestFinished(async () => void (await under.close()));
    for (const path of ['/cams/api/cameras', '/api/cameras', '/cams/healthz', '/cams/']) {
      expect((await fetch(under.url + path)).status, path).toBe(200);
    }
    expect(await (await fetch(`${under.url}/cams/`)).text()).toContain('<base href="/cams/"');
    const viewers = [`${under.url}/cams/live/yard.flv`, `${under.wsUrl}/cams/live/yard.flv`].map(
      (u) => new FlvClient(u),
    );
    await Promise.all(viewers.map((viewer) => viewer.untilPictures(5)));
    await Promise.all(viewers.map((viewer) => viewer.leave()));
  });

  it('an answer of /api/cameras holds no address', async () => {
    const text = await (await fetch(`${stand.relay.url}/api/cameras`)).text();
    expect(text).not.toContain('rtsp');
    expect(text).not.toContain(String(stand.demo.port));
  });
});
