import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { create, FAKE, fake, isAlive, spawned, useFfmpegs } from './fixtures/ffmpeg-runs.fixture.ts';

useFfmpegs();

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
