/** Tests that a relay which starts, stops and serves again and again leaves nothing behind, in whatever numbers. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Belongings } from '../bench/support/bench.ts';
import { type LoadedServer, startLoadClient, startRelay } from '../bench/support/stand.ts';
import { type DemoRtsp, startDemoRtsp } from './demo-rtsp.ts';
import { FlvClient } from './flv-client.ts';
import { descendants, ffmpegsOf, openFiles } from './processes.ts';
import { eventually } from './wait.ts';

export interface EnduranceNumbers {
  /** Times that a camera is started by its first viewer and stopped after its last. */
  readonly cycles: number;
  /** Rounds of so many connections that come and go. */
  readonly rounds: number;
  readonly connectsPerRound: number;
  /** What a round may add to what the relay holds after a collection. */
  readonly growthBytesPerRound: number;
}

/** Cameras that start and stop beside each other; each does its share of the cycles. */
const CAMERAS = 4;
const CONNECTS_AT_ONCE = 250;
const CONNECTS_PER_SECOND = 500;
const MEGABYTE = 1_048_576;

export function testsOfEndurance({ cycles, rounds, connectsPerRound, growthBytesPerRound }: EnduranceNumbers): void {
  const belongings = new Belongings();
  let demo: DemoRtsp;
  let relay: LoadedServer & { readonly url: string };
  beforeAll(async () => {
    demo = await startDemoRtsp();
    const cameras = Object.fromEntries(
      Array.from({ length: CAMERAS }, (_, n) => [`cam${n}`, demo.of('yard', `n=${n}&gop=10`)]),
    );
    // The same picture: a real camera's encoder runs whether or not somebody looks.
    const always = { ...demo.of('yard', 'gop=10'), keep: 'always' as const };
    const ffmpeg = { idleTimeoutMs: 0 };
    relay = await startRelay(belongings, { cameras: { ...cameras, always }, ffmpeg, log: { level: 'silent' } });
  });
  afterAll(async () => {
    await belongings.close();
    await demo?.close();
  });

  const untilIdle = () =>
    eventually(
      () => ffmpegsOf(relay.pid).length,
      (running) => running === 1,
      { withinMs: 20_000 },
    );
  const cycle = async (camera: number) => {
    const viewer = new FlvClient(`${relay.url}/live/cam${camera}.flv`, { transport: camera % 2 === 0 ? 'ws' : 'http' });
    await viewer.untilPictures(1, 60_000);
    await viewer.leave();
    await eventually(
      () => demo.sessions(`demo:yard?n=${camera}&gop=10`).now,
      (sessions) => sessions === 0,
      { withinMs: 30_000 },
    );
  };
  const cyclesOf = async (count: number) => {
    const shares = Array.from({ length: CAMERAS }, async (_, camera) => {
      for (let at = camera; at < count; at += CAMERAS) await cycle(camera);
    });
    await Promise.all(shares);
    await untilIdle();
  };

  it(`${cycles} starts and stops leave no process and no handle behind`, async () => {
    // The first ones fill what is kept for good.
    await cyclesOf(2 * CAMERAS);
    const before = { files: openFiles(relay.pid), processes: descendants(relay.pid).length };
    const { heldBytes } = await relay.usage(true);
    await cyclesOf(cycles);
    expect(descendants(relay.pid).length).toBe(before.processes);
    expect(openFiles(relay.pid)).toBeLessThanOrEqual(before.files + 3);
    const after = await relay.usage(true);
    expect((after.heldBytes - heldBytes) / MEGABYTE).toBeLessThan(growthBytesPerRound / MEGABYTE);
  });

  it(`after ${rounds} rounds of ${connectsPerRound} connections the heap is flat`, async () => {
    const client = startLoadClient(belongings);
    const target = { port: relay.port, path: '/live/always.flv' };
    const round = async () => {
      for (let done = 0; done < connectsPerRound; done += CONNECTS_AT_ONCE) {
        const transport = (done / CONNECTS_AT_ONCE) % 2 === 0 ? ('websocket' as const) : ('http' as const);
        const count = Math.min(CONNECTS_AT_ONCE, connectsPerRound - done);
        await client.call('open', { ...target, transport, count, perSecond: CONNECTS_PER_SECOND });
        await client.call('closeAll', null);
      }
      await eventually(
        async () => ((await (await fetch(`${relay.url}/api/cameras/always`)).json()) as { viewers: number }).viewers,
        (viewers) => viewers === 0,
        { withinMs: 30_000 },
      );
      return { files: openFiles(relay.pid), ...(await relay.usage(true)) };
    };
    const results = [await round()];
    while (results.length < rounds) results.push(await round());
    for (const [index, { heldBytes, files }] of results.slice(1).entries()) {
      const before = results[index]!;
      expect((heldBytes - before.heldBytes) / MEGABYTE).toBeLessThan(growthBytesPerRound / MEGABYTE);
      expect(files).toBeLessThanOrEqual(before.files + 3);
    }
  });
}
