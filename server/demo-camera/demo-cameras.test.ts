import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { cameras, client, eventually, log, reopen, useDemoCameras, watch } from './demo-cameras.fixture.ts';
import { DemoCameras } from './demo-cameras.ts';

/** ffmpegs that are children of a process. */
function encodersOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const [, command, rest] = /^\d+ \((.*)\) \S (.*)$/s.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
        return command === 'ffmpeg' && Number(rest?.split(' ')[0]) === parent;
      } catch {
        return false;
      }
    })
    .map(Number);
}

// Before the cameras in the file, and so after they have been closed.
afterEach(() => {
  expect(encodersOf(process.pid)).toEqual([]);
});
useDemoCameras();

describe('demo cameras', () => {
  it.each(['tcp', 'udp'])('show every frame with its number and clock over %s', async (transport) => {
    const { codes, delaysMs, stderr } = await watch(cameras.resolve('demo:street'), ['-rtsp_transport', transport], 60);
    expect(codes).toHaveLength(60);
    expect(codes.every((code) => code !== null)).toBe(true);
    const numbers = codes.map((code) => code!.frame);
    expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + index));
    // The quickest frame, because the client decodes in this too and the machine may be busy.
    expect(Math.min(...delaysMs)).toBeGreaterThan(-5);
    expect(Math.min(...delaysMs)).toBeLessThan(250);
    const first = codes[0]!;
    const last = codes.at(-1)!;
    expect(Math.abs(last.clockMs - first.clockMs - 40 * (last.frame - first.frame))).toBeLessThan(500);
    expect(stderr).toBe('');
  });

  it('let two sessions share one encoder, and none runs before the first or soon after the last', async () => {
    expect(encodersOf(process.pid)).toEqual([]);
    const first = client('demo:yard');
    const second = client('demo:yard?n=7');
    await Promise.all([first.play(), second.play()]);
    await eventually(() => first.packets.length > 20 && second.packets.length > 20);
    expect(encodersOf(process.pid)).toHaveLength(1);
    expect(cameras.sessions('yard')).toEqual({ now: 2, total: 2 });
    expect(cameras.sessions('demo:yard?n=7')).toEqual({ now: 1, total: 1 });
    expect(cameras.sessions('street')).toEqual({ now: 0, total: 0 });
    expect((await first.request('TEARDOWN')).status).toBe(200);
    second.close();
    await eventually(() => cameras.sessions().now === 0);
    expect(cameras.sessions('yard')).toEqual({ now: 0, total: 2 });
    await eventually(() => encodersOf(process.pid).length === 0);
  });

  it('send picture and sound of the lab, parameter sets before each keyframe', async () => {
    const lab = client('demo:lab');
    const sdp = await lab.play();
    expect(sdp).toMatch(/sprop-parameter-sets=\S+,\S+/);
    expect(sdp).toContain('MPEG4-GENERIC/48000/1');
    await eventually(() => lab.count(0, 0, 0, Number.MAX_VALUE) > 30 && lab.count(2, 0, 0, Number.MAX_VALUE) > 30);
    const types = lab.packets.filter(({ channel }) => channel === 0).map(({ payload }) => payload[12]! & 0x1f);
    expect(types.slice(0, 2)).toEqual([7, 8]);
    // A sender report comes before any media.
    expect(lab.packets[0]).toMatchObject({ channel: 1 });
  });

  it('can be taken away and come back on the same port', async () => {
    const users = { viewer: 'pass"word' };
    const { port } = cameras;
    await reopen({ port, users });
    const before = client('demo:yard');
    await before.play();
    await cameras.close();
    await before.closed;
    await reopen({ port, users, auth: 'basic' });
    await client('demo:yard').play();
    expect(cameras.port).toBe(port);
  });

  it('close while one is starting, twice, and before they started', async () => {
    const starting = client('demo:yard');
    starting.request('DESCRIBE').catch(() => {});
    await eventually(() => encodersOf(process.pid).length === 1);
    await Promise.all([cameras.close(), cameras.close()]);
    expect(encodersOf(process.pid)).toEqual([]);
    await new DemoCameras({ ffmpegPath: 'ffmpeg', log }).close();
  });

  it('answer 503 when there is no ffmpeg', async () => {
    await reopen({ ffmpegPath: '/nowhere/ffmpeg' });
    expect((await client('demo:yard').request('DESCRIBE')).status).toBe(503);
  });

  it('show a picture without text when ffmpeg cannot write any', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sightline-'));
    const ffmpegPath = join(folder, 'ffmpeg');
    await writeFile(ffmpegPath, '#!/bin/sh\ncase "$*" in *drawtext*) exit 1;; esac\nexec ffmpeg "$@"\n', {
      mode: 0o755,
    });
    await reopen({ ffmpegPath });
    const yard = client('demo:yard');
    await yard.play();
    await eventually(() => yard.packets.length > 5);
    yard.close();
    await cameras.close();
    await rm(folder, { recursive: true });
  });

  it('keep to RFC 2326 about what is refused', async () => {
    const yard = client('demo:yard');
    const { url } = yard.camera;
    const tcp = [['Transport', 'RTP/AVP/TCP;unicast;interleaved=0-1']] as const;
    expect((await yard.raw('DESCRIBE', [], url)).status).toBe(401);
    expect((await yard.request('OPTIONS', [], '*')).status).toBe(200);
    expect((await yard.request('PAUSE')).status).toBe(405);
    expect((await yard.request('FLY')).status).toBe(501);
    expect((await yard.request('PLAY')).status).toBe(455);
    expect((await yard.request('OPTIONS', [['Require', 'x']])).status).toBe(551);
    expect((await yard.request('DESCRIBE', [], url.replace('yard', 'garden'))).status).toBe(404);
    expect((await yard.request('SETUP', tcp, `${url}/track9`)).status).toBe(404);
    expect((await yard.request('SETUP', [['Transport', 'RTP/AVP;multicast']], `${url}/track1`)).status).toBe(461);
    expect((await yard.request('SETUP', tcp, url.replace('yard', 'lab'))).status).toBe(459);
    yard.session = 'nonsense';
    expect((await yard.request('PLAY')).status).toBe(454);
    yard.session = null;
    await yard.play();
    expect((await yard.request('SETUP', tcp, `${url}/track1`)).status).toBe(455);
    expect((await yard.request('GET_PARAMETER')).status).toBe(200);
  });

  it('end a UDP session whose client has gone silent', async () => {
    await reopen({ sessionTimeoutMs: 1000 });
    const gone = client('demo:yard');
    await gone.request('DESCRIBE');
    const transport = [['Transport', 'RTP/AVP;unicast;client_port=9-10']] as const;
    const answer = await gone.request('SETUP', transport, `${gone.camera.url}/track1`);
    gone.session = answer.headers.find(([name]) => name === 'Session')![1].split(';')[0]!;
    expect((await gone.request('PLAY')).status).toBe(200);
    expect(cameras.sessions('yard').now).toBe(1);
    await gone.closed;
    await eventually(() => cameras.sessions('yard').now === 0);
  });

  it('leave no ffmpeg behind when their process is killed', async () => {
    const script = `
      const { DemoCameras } = await import('${new URL('./demo-cameras.ts', import.meta.url)}');
      const { default: pino } = await import('pino');
      const { RtspClient } = await import('${new URL('./rtsp-client.fixture.ts', import.meta.url)}');
      const cameras = new DemoCameras({ ffmpegPath: 'ffmpeg', log: pino({ level: 'silent' }) });
      await cameras.start();
      await new RtspClient(cameras.resolve('demo:lab')).play();
      console.log('playing');`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      cwd: new URL('../..', import.meta.url),
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const encoders = encodersOf(child.pid!);
    expect(encoders).toHaveLength(1);
    child.kill('SIGKILL');
    const isAlive = (pid: number) => {
      try {
        return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
      } catch {
        return false;
      }
    };
    await eventually(() => !encoders.some(isAlive));
  });
});
