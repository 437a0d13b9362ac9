import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DemoCameras, type DemoCamerasOptions } from './demo-cameras.ts';
import { decodePictureCode, type PictureCode } from './picture-code.ts';
import { type Camera, RtspClient } from './rtsp-client.fixture.ts';

const WIDTH = 640;
const HEIGHT = 360;
const log = pino({ level: 'silent' });
const clients: RtspClient[] = [];
let cameras: DemoCameras;

async function open(options: Partial<DemoCamerasOptions> = {}): Promise<DemoCameras> {
  const opened = new DemoCameras({ ffmpegPath: 'ffmpeg', log, ...options });
  await opened.start();
  return opened;
}

function client(demoUrl: string): RtspClient {
  const made = new RtspClient(cameras.resolve(demoUrl));
  clients.push(made);
  return made;
}

async function eventually(check: () => boolean, withinMs = 5000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!check() && Date.now() < end) await sleep(20);
  expect(check()).toBe(true);
}

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

function withLogin({ url, username, password }: Camera): string {
  return url.replace('rtsp://', `rtsp://${encodeURIComponent(username)}:${encodeURIComponent(password)}@`);
}

/** What an ffmpeg pulling the camera shows: the codes of its pictures, when each came, and its warnings. */
async function watch(
  camera: Camera,
  input: string[],
  frames: number,
): Promise<{ codes: (PictureCode | null)[]; delaysMs: number[]; stderr: string }> {
  const lowDelay = ['-fflags', 'nobuffer', '-flags', 'low_delay', '-threads', '1'];
  const output = ['-map', '0:v', '-vf', `scale=${WIDTH}:${HEIGHT}`, '-pix_fmt', 'gray', '-frames:v', `${frames}`];
  const child = spawn(
    'ffmpeg',
    ['-hide_banner', '-loglevel', 'warning', '-nostdin', ...lowDelay, ...input, '-i', withLogin(camera)].concat(
      output,
      ['-fps_mode', 'passthrough', '-threads', '1', '-f', 'rawvideo', 'pipe:1'],
    ),
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const codes: (PictureCode | null)[] = [];
  const delaysMs: number[] = [];
  let stderr = '';
  let bytes = Buffer.alloc(0);
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdout.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    for (; bytes.length >= WIDTH * HEIGHT; bytes = bytes.subarray(WIDTH * HEIGHT)) {
      const picture = bytes;
      const code = decodePictureCode((x, y) => picture[Math.floor(y * HEIGHT) * WIDTH + Math.floor(x * WIDTH)]!);
      codes.push(code);
      if (code) delaysMs.push(Date.now() - code.clockMs);
    }
  });
  await new Promise((resolve) => child.once('close', resolve));
  return { codes, delaysMs, stderr };
}

beforeEach(async () => {
  cameras = await open();
});

afterEach(async () => {
  for (const made of clients.splice(0)) made.close();
  await cameras.close();
  expect(encodersOf(process.pid)).toEqual([]);
});

describe('demo cameras', () => {
  it.each(['tcp', 'udp'])('show every frame with its number and clock over %s', async (transport) => {
    const { codes, delaysMs, stderr } = await watch(
      cameras.resolve('demo:street'),
      ['-rtsp_transport', transport],
      100,
    );
    expect(codes).toHaveLength(100);
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
    await cameras.close();
    cameras = await open({ port, users });
    const before = client('demo:yard');
    await before.play();
    await cameras.close();
    await before.closed;
    cameras = await open({ port, users, auth: 'basic' });
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
    await cameras.close();
    cameras = await open({ ffmpegPath: '/nowhere/ffmpeg' });
    expect((await client('demo:yard').request('DESCRIBE')).status).toBe(503);
  });

  it('show a picture without text when ffmpeg cannot write any', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sightline-'));
    const ffmpegPath = join(folder, 'ffmpeg');
    await writeFile(ffmpegPath, '#!/bin/sh\ncase "$*" in *drawtext*) exit 1;; esac\nexec ffmpeg "$@"\n', {
      mode: 0o755,
    });
    await cameras.close();
    cameras = await open({ ffmpegPath });
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
    await cameras.close();
    cameras = await open({ sessionTimeoutMs: 1000 });
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

describe('faults of demo cameras', () => {
  it('silent: never answers', async () => {
    const answer = client('demo:yard?fault=silent')
      .request('OPTIONS')
      .catch(() => 'closed');
    expect(await Promise.race([answer, sleep(500, 'nothing')])).toBe('nothing');
  });

  it('wrong-password: refuses the right one', async () => {
    expect((await client('demo:yard?fault=wrong-password').request('DESCRIBE')).status).toBe(401);
  });

  it('slow-start: answers DESCRIBE late', async () => {
    const beganMs = Date.now();
    expect((await client('demo:yard?fault=slow-start&after=700').request('DESCRIBE')).status).toBe(200);
    expect(Date.now() - beganMs).toBeGreaterThanOrEqual(690);
  });

  it('reset: breaks the connection in the middle', async () => {
    const yard = client('demo:yard?fault=reset&after=600');
    await yard.play();
    const error = await yard.closed;
    // Node sends the end of its writing before the reset; a client that reads in between sees only that.
    if (error !== null) expect(error).toMatchObject({ code: 'ECONNRESET' });
    expect(yard.packets.length).toBeGreaterThan(5);
  });

  it('stall: sends nothing for a while, answers all the same, and goes on with a keyframe', async () => {
    const yard = client('demo:yard?fault=stall&after=800&for=600&gop=10');
    await yard.play();
    const playedMs = Date.now();
    await sleep(1100);
    expect((await yard.request('GET_PARAMETER')).status).toBe(200);
    await eventually(() => yard.count(0, playedMs, 1500, 1e6) > 3);
    expect(yard.count(0, playedMs, 0, 780)).toBeGreaterThan(5);
    expect(yard.count(0, playedMs, 880, 1380)).toBe(0);
    const after = yard.packets.find(({ channel, atMs }) => channel === 0 && atMs >= playedMs + 1390);
    expect(after!.payload[12]! & 0x1f).toBe(7);
  });

  it.each([
    ['audio-dies', 2, 0],
    ['video-dies', 0, 2],
  ])('%s: the other goes on', async (fault, dead, alive) => {
    const yard = client(`demo:yard?fault=${fault}&after=800`);
    await yard.play();
    const playedMs = Date.now();
    await eventually(() => yard.count(alive, playedMs, 1500, 1e6) > 5);
    expect(yard.count(dead, playedMs, 0, 780)).toBeGreaterThan(3);
    expect(yard.count(dead, playedMs, 880, 1e6)).toBe(0);
  });

  it('no-audio: announces it and never sends any', async () => {
    const yard = client('demo:yard?fault=no-audio');
    expect(await yard.play()).toContain('m=audio');
    await eventually(() => yard.count(0, 0, 0, Number.MAX_VALUE) > 20);
    expect(yard.count(2, 0, 0, Number.MAX_VALUE)).toBe(0);
  });

  it('resolution: changes the size in the middle of a session', async () => {
    const yard = client('demo:yard?fault=resolution&after=700&gop=10');
    await yard.play();
    const sets = () =>
      yard.packets
        .filter(({ channel, payload }) => channel === 0 && (payload[12]! & 0x1f) === 7)
        .map(({ payload }) => payload.toString('hex', 12));
    await eventually(() => new Set(sets()).size === 2);
    const { codes } = await watch(
      cameras.resolve('demo:yard?fault=resolution&after=1000&gop=10'),
      ['-rtsp_transport', 'tcp'],
      90,
    );
    expect(codes.filter((code) => code === null)).toEqual([]);
  });
});
