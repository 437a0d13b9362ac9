import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { ConfigInput } from '../server/config/schema.ts';
import type { ProbeReport } from '../server/protocol.ts';
import { runDoctor } from './support/doctor-run.ts';
import { FlvClient } from './support/flv-client.ts';
import { type GstreamerCamera, startGstreamerCamera } from './support/gstreamer-camera.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';

const login = { username: 'admin', password: 'p@ss:w/rd#1' };

describe('the doctor', () => {
  let camera: GstreamerCamera;
  let guarded: GstreamerCamera;
  let relay: RelayProcess;
  let cameras: NonNullable<ConfigInput['cameras']>;
  const probe = async (id: string) => {
    const answer = await fetch(`${relay.url}/api/cameras/${id}/probe`, { method: 'POST' });
    expect(answer.status).toBe(200);
    return (await answer.json()) as ProbeReport;
  };
  const codes = ({ advice }: ProbeReport) => advice.map(({ code }) => code);

  beforeAll(async () => {
    camera = await startGstreamerCamera({
      mounts: {
        '/slow-keys': { keyint: 250, audio: 'alaw' },
        '/lossy': { transport: 'udp', loss: 0.02, bitrateKbps: 2000, pattern: 'snow' },
      },
    });
    guarded = await startGstreamerCamera({
      mounts: { '/cam': {} },
      auth: 'digest',
      user: login.username,
      password: login.password,
    });
    cameras = {
      keys: { url: camera.url('/slow-keys') },
      lossy: { url: camera.url('/lossy') },
      door: { url: guarded.url('/cam'), ...login },
      locked: { url: guarded.url('/cam'), ...login, password: 'not this one' },
      glued: { url: `${guarded.url('/cam/realmonitor')}?channel=1subtype=0`, ...login },
      gone: { url: 'rtsp://127.0.0.1:1/x' },
    };
    relay = await startRelay({ config: { cameras, ffmpeg: { connectTimeoutMs: 10_000 } } });
  });
  afterAll(async () => {
    await relay?.close();
    await camera?.close();
    await guarded?.close();
  });

  it.concurrent('examines a live camera through its running stream', async () => {
    const viewer = new FlvClient(`${relay.url}/live/door.flv`);
    await viewer.untilKeyframe();
    const report = await probe('door');
    expect(report).toMatchObject({
      reason: null,
      address: { host: '127.0.0.1', connectMs: expect.any(Number) },
      rtsp: { status: 200, logins: ['digest'], tracks: [{ kind: 'video', codec: 'h264' }] },
      stream: { wasLive: true, video: { codec: 'h264', width: 320, height: 240 }, lostPackets: 0 },
      plan: { video: 'H.264 is copied', audio: 'there is none' },
    });
    expect(report.stream?.keyframeIntervalMs).toBeGreaterThan(500);
    expect(report.stream?.keyframeIntervalMs).toBeLessThan(2_000);
    expect(report.stream?.fps).toBeGreaterThan(15);
    expect(guarded.mostSessions()).toBe(1);
    expect(await relay.camera('door')).toMatchObject({ pulls: 1, viewers: 1 });
    expect(JSON.stringify(report)).not.toMatch(/p@ss|admin|\/cam/);
    await viewer.leave();
  });

  it.concurrent('tells a long keyframe interval, lost packets, a wrong password and a missing `&`, and what to change', async () => {
    const examined = ['keys', 'lossy', 'locked', 'gone', 'glued'].map(probe);
    const [keys, lossy, locked, gone, glued] = await Promise.all(examined);
    expect(codes(keys!)).toContain(keys!.stream?.keyframeIntervalMs == null ? 'no-keyframe' : 'keyframe-interval');
    expect(keys!.advice.map(({ text }) => text).join()).toContain('set it to 2 s and switch the smart codec off');
    expect(keys!.plan).toEqual({ video: 'H.264 is copied', audio: 'G.711 A-law becomes AAC' });
    expect(lossy!.stream?.lostPackets).toBeGreaterThan(0);
    expect(codes(lossy!)).toContain('packet-loss');
    expect(locked).toMatchObject({ reason: 'unauthorized', stream: null });
    expect(gone).toMatchObject({ reason: 'refused', address: { connectMs: null }, rtsp: null });
    const chinese = await fetch(`${relay.url}/api/cameras/gone/probe`, {
      method: 'POST',
      headers: { 'Accept-Language': 'zh-CN' },
    });
    expect(chinese.headers.get('content-language')).toBe('zh');
    expect(((await chinese.json()) as ProbeReport).advice[0]?.text).toContain('请检查端口');
    expect(codes(glued!).slice(0, 2)).toEqual(['missing-ampersand', 'failure']);
  });

  it('is a command that asks the running relay, or examines by itself', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sightline-doctor-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const run = (config: string, ...args: string[]) => runDoctor(join(folder, config), ...args);
    const write = (name: string, port: number) =>
      writeFile(join(folder, name), JSON.stringify({ cameras, dataDir: join(folder, 'data'), server: { port } }));
    await Promise.all([write('asks.json', relay.port), write('alone.json', 1)]);
    const before = (await relay.camera('door')).starts;
    const [asked, alone, unknown, mistyped, chinese] = await Promise.all([
      run('asks.json', 'door'),
      run('alone.json', 'door', 'gone', '--json'),
      run('alone.json', 'nobody'),
      run('alone.json', 'dor'),
      run('alone.json', 'gone', '--lang', 'zh'),
    ]);
    expect(asked).toMatchObject({ code: 0, stderr: expect.stringContaining('Asking the relay') });
    expect(asked.stdout).toMatch(/^door\n {2}port {5}\d+ accepts connections/);
    expect((await relay.camera('door')).starts).toBe(before + 1);

    expect(alone).toMatchObject({ code: 1, stderr: '' });
    const reports = alone.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ProbeReport);
    expect(Object.fromEntries(reports.map(({ camera: id, reason }) => [id, reason]))).toEqual({
      door: null,
      gone: 'refused',
    });
    const listed = 'keys, lossy, door, locked, glued, gone';
    expect(unknown).toMatchObject({ code: 2, stderr: `No camera "nobody" is configured; there are ${listed}.\n` });
    expect(mistyped.stderr).toBe('No camera "dor" is configured; did you mean "door"?\n');
    expect(chinese.stdout).toMatch(/端口 {5}\d+ 不接受连接[\s\S]*请检查端口/);
  });
});
