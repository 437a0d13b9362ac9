import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Ffmpeg } from './ffmpeg.ts';
import { create, FAKE, fake, isAlive, real, spawned, useFfmpegs } from './fixtures/ffmpeg-runs.fixture.ts';
import type { FfmpegRun } from './run.ts';

useFfmpegs();

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
