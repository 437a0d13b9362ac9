/** For tests of the demo cameras: some that listen, clients that are closed with them, and an ffmpeg that reads their pictures. */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { afterEach, beforeEach, expect } from 'vitest';
import { DemoCameras, type DemoCamerasOptions } from './demo-cameras.ts';
import { decodePictureCode, type PictureCode } from './picture-code.ts';
import { type Camera, RtspClient } from './rtsp-client.fixture.ts';

const WIDTH = 640;
const HEIGHT = 360;
const clients: RtspClient[] = [];

export const log = pino({ level: 'silent' });

/** The demo cameras of the test that runs. */
export let cameras: DemoCameras;

/** Takes the cameras away and starts others in their place. */
export async function reopen(options: Partial<DemoCamerasOptions> = {}): Promise<void> {
  await cameras?.close();
  cameras = new DemoCameras({ ffmpegPath: 'ffmpeg', log, ...options });
  await cameras.start();
}

/** Starts demo cameras before each test and closes them after it. */
export function useDemoCameras(): void {
  beforeEach(() => reopen());
  afterEach(async () => {
    for (const made of clients.splice(0)) made.close();
    await cameras.close();
  });
}

/** Closed after the test. */
export function client(demoUrl: string): RtspClient {
  const made = new RtspClient(cameras.resolve(demoUrl));
  clients.push(made);
  return made;
}

export async function eventually(check: () => boolean, withinMs = 5000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!check() && Date.now() < end) await sleep(20);
  expect(check()).toBe(true);
}

function withLogin({ url, username, password }: Camera): string {
  return url.replace('rtsp://', `rtsp://${encodeURIComponent(username)}:${encodeURIComponent(password)}@`);
}

/** What an ffmpeg pulling the camera shows: the codes of its pictures, when each came, and its warnings. */
export async function watch(
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
