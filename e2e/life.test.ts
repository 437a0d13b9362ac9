import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { FlvClient } from './support/flv-client.ts';
import { descendants, ffmpegsOf, isAlive } from './support/processes.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { serverProgram } from './support/server-program.ts';
import { eventually, sleep, within } from './support/wait.ts';

describe('the end of a relay', () => {
  let demo: DemoRtsp;
  let relay: RelayProcess;
  beforeAll(async () => {
    demo = await startDemoRtsp();
  });
  afterEach(() => relay?.close());
  afterAll(() => demo?.close());

  const start = () =>
    startRelay({
      config: {
        cameras: {
          yard: demo.of('yard'),
          each: demo.of('street', undefined, { sharing: 'viewer' }),
          silent: demo.of('yard', 'fault=silent'),
          stuck: demo.of('yard', 'fault=stall&after=0'),
          own: { url: 'demo:lab', keep: 'always' },
        },
      },
    });
  const expectNoneAlive = (pids: readonly number[]) =>
    eventually(
      () => pids.filter(isAlive),
      (alive) => alive.length === 0,
      { withinMs: 8_000 },
    );

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s tells every viewer 1001, leaves no process behind and exits with 0',
    async (signal) => {
      relay = await start();
      const viewers = ['/live/yard.flv', '/live/each.flv', '/live/own.flv'].map(
        (path) => new FlvClient(relay.wsUrl + path),
      );
      const overHttp = new FlvClient(`${relay.url}/live/yard.flv`, { transport: 'http' });
      const waiting = new FlvClient(`${relay.wsUrl}/live/silent.flv`);
      const events = new WebSocket(`${relay.wsUrl}/api/events`);
      const eventsClosed = once(events, 'close') as Promise<[number, Buffer]>;
      await Promise.all([...viewers, overHttp].map((viewer) => viewer.untilPictures(5)));
      const pids = descendants(relay.pid).map(({ pid }) => pid);
      expect(ffmpegsOf(relay.pid).length).toBeGreaterThanOrEqual(4);

      const startedAtMs = performance.now();
      relay.kill(signal);
      for (const viewer of [...viewers, waiting]) {
        expect(await viewer.untilEnded()).toMatchObject({ code: 1001, reason: { code: 'going-away' } });
      }
      const [code, reason] = await within(eventsClosed, 5_000, 'the event socket stays open');
      expect(code).toBe(1001);
      expect(JSON.parse(reason.toString())).toMatchObject({ code: 'going-away' });
      expect((await overHttp.untilEnded()).code).toBe(0);
      expect(await within(relay.exited, 10_000, 'still running')).toEqual({ code: 0, signal: null });
      expect(performance.now() - startedAtMs).toBeLessThan(9_000);
      await expectNoneAlive(pids);
      await eventually(
        () => demo.sessions().now,
        (now) => now === 0,
      );
      expect(relay.logLines().filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
      expect(relay.stdout()).toHaveLength(1);
    },
  );

  it('by a signal while it starts is as orderly', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sightline-life-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const config = { dataDir: join(folder, 'data'), cameras: { yard: { url: 'rtsp://127.0.0.1:1/', password: 'x' } } };
    await writeFile(join(folder, 'config.json'), JSON.stringify(config), { mode: 0o644 });
    const child = spawn(
      process.execPath,
      [...serverProgram('main'), '--config', join(folder, 'config.json'), '--port', '0'],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    const exited = once(child, 'exit');
    // The first that is heard of it: others may read a file with a password.
    await once(child.stderr, 'data');
    child.kill('SIGTERM');
    expect(await within(exited, 90_000, 'still running')).toEqual([0, null]);
  });

  it('by two signals at once is still orderly', async () => {
    relay = await start();
    const viewer = new FlvClient(`${relay.wsUrl}/live/yard.flv`);
    await viewer.untilPictures(5);
    relay.kill('SIGINT');
    relay.kill('SIGTERM');
    expect((await viewer.untilEnded()).code).toBe(1001);
    expect(await within(relay.exited, 10_000, 'still running')).toEqual({ code: 0, signal: null });
  });

  it('does not wait for viewers that no longer read, nor for cameras that start', async () => {
    relay = await start();
    const stuck = new FlvClient(`${relay.wsUrl}/live/yard.flv`);
    await stuck.untilPictures(5);
    stuck.pause();
    const starting = new FlvClient(`${relay.wsUrl}/live/silent.flv`);
    await relay.untilCamera('silent', ({ state }) => state === 'starting');
    relay.kill('SIGTERM');
    expect(await within(relay.exited, 8_000, 'still running')).toEqual({ code: 0, signal: null });
    expect((await starting.untilEnded()).code).toBe(1001);
    stuck.resume();
  });

  it('by SIGKILL leaves no ffmpeg behind, be its camera playing, stuck or a demo of the relay’s own', async () => {
    relay = await start();
    const playing = ['/live/yard.flv', '/live/each.flv', '/live/own.flv'].map(
      (path) => new FlvClient(relay.wsUrl + path),
    );
    const stuck = new FlvClient(`${relay.wsUrl}/live/stuck.flv`);
    await Promise.all(playing.map((viewer) => viewer.untilPictures(5)));
    await eventually(
      () => ffmpegsOf(relay.pid).filter(({ args }) => args.some((argument) => argument.includes('fault=stall'))).length,
      (count) => count === 1,
    );
    const pids = descendants(relay.pid).map(({ pid }) => pid);
    relay.kill('SIGKILL');
    expect((await relay.exited).signal).toBe('SIGKILL');
    await expectNoneAlive(pids);
    await eventually(
      () => demo.sessions().now,
      (now) => now === 0,
    );
    await Promise.all([...playing, stuck].map((viewer) => viewer.untilEnded()));
  });

  it('by SIGKILL in the moment of a start leaves none either', async () => {
    relay = await start();
    const viewers = ['/live/yard.flv', '/live/each.flv'].map((path) => new FlvClient(relay.wsUrl + path));
    await eventually(
      () => ffmpegsOf(relay.pid).length,
      (count) => count > 0,
    );
    const pids = descendants(relay.pid).map(({ pid }) => pid);
    relay.kill('SIGKILL');
    await expectNoneAlive(pids);
    await sleep(200);
    await eventually(
      () => demo.sessions().now,
      (now) => now === 0,
    );
    await Promise.all(viewers.map((viewer) => viewer.untilEnded()));
  });
});
