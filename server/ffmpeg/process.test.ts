import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Ffmpeg } from './ffmpeg.ts';
import { Redactor } from './redact.ts';
import type { FfmpegRun } from './run.ts';

const FAKE = fileURLToPath(new URL('./fixtures/fake-ffmpeg.fixture.mjs', import.meta.url));
const LAVFI = ['-f', 'lavfi', '-re'];
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency'];

const opened: Ffmpeg[] = [];
const stray: unknown[] = [];
const onStray = (error: unknown) => stray.push(error);

function create(path: string, options: { maxStartsAtOnce?: number; killTimeoutMs?: number } = {}): Ffmpeg {
  const redactor = new Redactor();
  redactor.add('s3cret-pw');
  const log = pino({ level: 'silent' });
  const ffmpeg = new Ffmpeg({ path, killTimeoutMs: 1500, maxStartsAtOnce: 4, log, redactor, ...options });
  opened.push(ffmpeg);
  return ffmpeg;
}

function fake(ffmpeg: Ffmpeg, mode: string, stdin?: Readable): FfmpegRun {
  const options = { inputOptions: [], outputOptions: ['-c', 'copy'], format: 'flv' };
  return ffmpeg.start({ camera: 'yard', input: mode, ...options, ...(stdin === undefined ? {} : { stdin }) });
}

function real(ffmpeg: Ffmpeg, input = 'testsrc=size=320x180:rate=25'): FfmpegRun {
  return ffmpeg.start({ camera: 'yard', input, inputOptions: LAVFI, outputOptions: H264, format: 'flv' });
}

async function spawned(run: FfmpegRun): Promise<number> {
  while (run.pid === undefined) await sleep(5);
  return run.pid;
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

beforeEach(() => {
  process.on('unhandledRejection', onStray);
  process.on('uncaughtException', onStray);
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((ffmpeg) => ffmpeg.close()));
  await sleep(10);
  process.off('unhandledRejection', onStray);
  process.off('uncaughtException', onStray);
  expect(stray.splice(0)).toEqual([]);
});

describe('a run of the real ffmpeg', () => {
  it('delivers FLV, says what the input carries, and ends when told', async () => {
    const ffmpeg = create('ffmpeg');
    const run = real(ffmpeg);
    const sources = new Promise((resolve) => {
      run.onSources = resolve;
    });
    const first = await new Promise<Buffer>((resolve) => run.output.once('data', resolve));
    run.markStarted();
    expect(first.subarray(0, 3).toString()).toBe('FLV');
    expect(await sources).toEqual({
      video: { codec: 'rawvideo', width: 320, height: 180, fps: 25 },
      audio: null,
    });
    const exit = await run.stop();
    expect(exit).toMatchObject({ end: 'stopped', reason: null });
    expect(isAlive(run.pid ?? 0)).toBe(false);
    expect(ffmpeg.running).toBe(0);
  });

  it('ends within the kill timeout although nobody reads its output', async () => {
    const run = real(create('ffmpeg', { killTimeoutMs: 5000 }), 'testsrc=size=1920x1080:rate=60');
    await spawned(run);
    await sleep(1500);
    const startedAt = performance.now();
    expect(await run.stop()).toMatchObject({ end: 'stopped', signal: null });
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });

  it('ends by itself with code 0 when the input is over, with the whole output delivered', async () => {
    const run = real(create('ffmpeg'), 'testsrc=size=320x180:rate=25:duration=0.4');
    const chunks: Buffer[] = [];
    for await (const chunk of run.output) chunks.push(chunk);
    expect(await run.exited).toMatchObject({ end: 'ended', reason: 'ended', exitCode: 0 });
    expect(Buffer.concat(chunks).length).toBeGreaterThan(1000);
  });

  it('leaves its capabilities known after one probe', async () => {
    const capabilities = await create('ffmpeg').capabilities();
    expect(capabilities.version.major).toBeGreaterThanOrEqual(4);
    expect(capabilities.encoders).toContain('libx264');
  });
});

describe('a run that is fed on its standard input', () => {
  const fed = (ffmpeg: Ffmpeg, stdin: Readable, lane: 'source' | 'picture' = 'source') =>
    ffmpeg.start(
      {
        camera: 'yard',
        input: 'pipe:0',
        inputOptions: ['-f', 'rawvideo', '-video_size', '16x16', '-pixel_format', 'gray'],
        outputOptions: ['-c:v', 'copy'],
        format: 'rawvideo',
        stdin,
      },
      lane,
    );

  it('reads it to its end and gives back what it makes of it', async () => {
    const picture = Buffer.alloc(256, 7);
    const run = fed(create('ffmpeg'), Readable.from([picture, picture]));
    const output = Buffer.concat((await run.output.toArray()) as Buffer[]);
    expect(output).toEqual(Buffer.concat([picture, picture]));
    expect(await run.exited).toMatchObject({ end: 'ended', exitCode: 0 });
  });

  it('ends when told although it waits for input that does not come, and lets go of the input', async () => {
    const stdin = new PassThrough();
    const run = fed(create('ffmpeg'), stdin);
    await spawned(run);
    await sleep(300);
    const exit = await run.stop();
    expect(exit.end).toBe('stopped');
    expect(exit.signal).not.toBe('SIGKILL');
    expect(stdin.destroyed).toBe(true);
  });

  it('may end before its input', async () => {
    const stdin = new PassThrough();
    const run = fake(create(FAKE), 'exit', stdin);
    await run.exited;
    expect(stdin.destroyed).toBe(true);
  });

  it('waits only for others of its lane', async () => {
    const ffmpeg = create(FAKE, { maxStartsAtOnce: 1 });
    const sources = [fake(ffmpeg, 'silent'), fake(ffmpeg, 'silent')];
    const pictures = [1, 2, 3].map(() => fed(ffmpeg, new PassThrough(), 'picture'));
    await spawned(sources[0]!);
    await Promise.all(pictures.map((run) => run.exited));
    expect(sources[1]!.pid).toBeUndefined();
  });
});

describe('stopping', () => {
  it('before the spawn leaves no process', async () => {
    const ffmpeg = create(FAKE);
    const run = fake(ffmpeg, 'silent');
    const exit = await run.stop();
    expect(exit.end).toBe('stopped');
    expect(run.pid === undefined || !isAlive(run.pid)).toBe(true);
    expect(ffmpeg.running).toBe(0);
  });

  it('while waiting for a slot never spawns', async () => {
    const ffmpeg = create(FAKE, { maxStartsAtOnce: 1 });
    const holder = fake(ffmpeg, 'silent');
    const waiting = fake(ffmpeg, 'silent');
    expect(await waiting.stop()).toMatchObject({ end: 'stopped', exitCode: null, signal: null });
    expect(waiting.pid).toBeUndefined();
    await holder.stop();
  });

  it('during the start, twice, gives one and the same exit', async () => {
    const run = fake(create(FAKE), 'silent');
    await spawned(run);
    const [one, two] = await Promise.all([run.stop(), run.stop()]);
    expect(one).toBe(two);
    expect(one).toMatchObject({ end: 'stopped', signal: 'SIGTERM' });
  });

  it('goes on to SIGKILL when SIGTERM is ignored', async () => {
    const run = fake(create(FAKE, { killTimeoutMs: 200 }), 'deaf');
    await new Promise((resolve) => run.output.once('data', resolve));
    expect(await run.stop()).toMatchObject({ end: 'stopped', signal: 'SIGKILL' });
  });

  it('after the exit changes nothing of it', async () => {
    const run = fake(create(FAKE), 'unauthorized');
    const exit = await run.exited;
    expect(await run.stop()).toBe(exit);
    expect(exit.end).toBe('failed');
  });

  it('after close() nothing is spawned any more', async () => {
    const ffmpeg = create(FAKE);
    await ffmpeg.close();
    const run = fake(ffmpeg, 'silent');
    expect(await run.exited).toMatchObject({ end: 'stopped' });
    expect(run.pid).toBeUndefined();
  });
});

describe('an ffmpeg that misbehaves', () => {
  it('is diagnosed, without credentials', async () => {
    const exit = await fake(create(FAKE), 'unauthorized').exited;
    expect(exit).toMatchObject({ end: 'failed', reason: 'unauthorized', exitCode: 1 });
    expect(JSON.stringify(exit)).not.toContain('s3cret-pw');
    expect(exit.stderrTail.at(-1)).toContain('rtsp://***@10.0.0.2/x');
  });

  it('is named when it crashes', async () => {
    expect(await fake(create(FAKE), 'crash').exited).toMatchObject({ reason: 'ffmpeg-crashed', signal: 'SIGSEGV' });
  });

  it('cannot fill the memory with an endless line, nor with unread output', async () => {
    const run = fake(create(FAKE), 'flood');
    await spawned(run);
    await sleep(700);
    expect(run.output.readableLength).toBeLessThan(2_000_000);
    const exit = await run.stop();
    expect(JSON.stringify(exit.stderrTail).length).toBeLessThan(100_000);
  });

  it('may close its output before it exits', async () => {
    const run = fake(create(FAKE), 'closes-stdout');
    run.output.resume();
    await new Promise((resolve) => run.output.once('end', resolve));
    expect(await run.exited).toMatchObject({ exitCode: 0 });
  });

  it('gets every option as it is, spaces and all', async () => {
    const ffmpeg = create(FAKE);
    const run = ffmpeg.start({
      camera: 'yard',
      input: 'says-args',
      inputOptions: ['-headers', 'a b'],
      outputOptions: ['-metadata', 'title=a b'],
      format: 'flv',
    });
    const chunks: Buffer[] = [];
    for await (const chunk of run.output) chunks.push(chunk);
    const args: string[] = JSON.parse(Buffer.concat(chunks).toString());
    expect(args.slice(-6)).toEqual(
      ['-metadata', 'title=a b', '-f', 'flv', 'pipe:1'].slice(-6).toSpliced(0, 0, 'says-args'),
    );
    expect(args).toContain('a b');
  });
});

describe('an ffmpeg that is not there', () => {
  it('is missing for capabilities, warm() and start(), and found again later', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sightline-'));
    try {
      const path = join(folder, 'ffmpeg');
      const ffmpeg = create(path);
      await ffmpeg.warm();
      await expect(ffmpeg.capabilities()).rejects.toMatchObject({ code: 'ffmpeg-missing' });
      const run = fake(ffmpeg, 'x');
      expect(await run.exited).toMatchObject({ end: 'failed', reason: 'ffmpeg-missing' });
      await run.output.resume().toArray();
      copyFileSync(FAKE, path);
      chmodSync(path, 0o755);
      expect(await fake(ffmpeg, 'x').exited).toMatchObject({ exitCode: 0 });
      rmSync(path);
      expect(await fake(ffmpeg, 'x').exited).toMatchObject({ reason: 'ffmpeg-missing' });
      writeFileSync(path, 'no program', { mode: 0o644 });
      expect(await fake(ffmpeg, 'x').exited).toMatchObject({ reason: 'ffmpeg-missing' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

it('starts 64 with a limit of 4, in order, and ends them all', async () => {
  const ffmpeg = create(FAKE, { maxStartsAtOnce: 4 });
  const runs = Array.from({ length: 12 }, () => fake(ffmpeg, 'silent'));
  const rest = Array.from({ length: 52 }, () => fake(ffmpeg, 'exit'));
  await Promise.all(runs.slice(0, 4).map(spawned));
  await sleep(100);
  expect(runs.slice(4).every((run) => run.pid === undefined)).toBe(true);
  runs[0]?.markStarted();
  await spawned(runs[4] as FfmpegRun);
  expect(runs[5]?.pid).toBeUndefined();
  expect(ffmpeg.running).toBe(64);
  await ffmpeg.close();
  const exits = await Promise.all([...runs, ...rest].map((run) => run.exited));
  expect(exits.every((exit) => exit.end === 'stopped')).toBe(true);
  expect(runs.some((run) => run.pid !== undefined && isAlive(run.pid))).toBe(false);
});
