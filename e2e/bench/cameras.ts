/**
 * What many cameras cost with one viewer each: CPU and memory of the relay and of its ffmpegs, time until all play;
 * beside as many plain ffmpegs that pull the same cameras for nobody. `npm run bench:cameras -- [--quick]`
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { type Belongings, runBench, sleepMs } from './support/bench.ts';
import { FlvWalker, TagOrder } from './support/flv-walker.ts';
import { descendantsOf, type ProcessUsage, usageOf, usageOfAll } from './support/measure.ts';
import { fixed, progress, say, table, writeResults } from './support/report.ts';
import { FFMPEG, plainPull, startCameras, startLoadClient, startRelay } from './support/stand.ts';

/** Cameras of their own that share one encoder, so that the machine carries relays and not x264. */
const cameraName = (number: number) => `yard?n=${number}`;

interface Row {
  readonly cameras: number;
  readonly way: string;
  readonly playing: number;
  readonly gaps: number;
  readonly allPlayMs: number;
  readonly relayCpuPercent: number;
  readonly ffmpegCpuPercent: number;
  readonly relayMb: number;
  readonly ffmpegMb: number;
  readonly ffmpegs: number;
}

async function measureRelay(urls: readonly string[], seconds: number, belongings: Belongings): Promise<Row> {
  const cameras = Object.fromEntries(urls.map((url, index) => [`cam${index}`, { url }]));
  const relay = await startRelay(belongings, { cameras });
  const load = startLoadClient(belongings);
  // Both are up and idle before the clock starts.
  await Promise.all([relay.usage(false), load.call('stats', null), sleepMs(1_500)]);
  const startedMs = performance.now();
  await Promise.all(
    Object.keys(cameras).map((id) =>
      load.call('open', {
        port: relay.port,
        path: `/live/${id}.flv`,
        transport: 'websocket',
        count: 1,
        perSecond: 1e6,
      }),
    ),
  );
  const allPlayMs = performance.now() - startedMs;
  await sleepMs(3_000);
  const before = usages(relay.pid);
  const windowStartedMs = performance.now();
  await sleepMs(seconds * 1000);
  const after = usages(relay.pid);
  const passedS = (performance.now() - windowStartedMs) / 1000;
  const stats = await load.call('stats', null);
  await load.call('closeAll', null);
  await belongings.release(load);
  await relay.close();
  return {
    cameras: urls.length,
    way: 'Sightline',
    playing: stats.playing,
    gaps: stats.gaps,
    allPlayMs,
    relayCpuPercent: ((after.relay.cpuS - before.relay.cpuS) / passedS) * 100,
    ffmpegCpuPercent: ((after.ffmpeg.cpuS - before.ffmpeg.cpuS) / passedS) * 100,
    relayMb: after.relay.pssBytes / 1e6,
    ffmpegMb: after.ffmpeg.pssBytes / 1e6,
    ffmpegs: after.ffmpegs,
  };
}

function usages(relayPid: number): { relay: ProcessUsage; ffmpeg: ProcessUsage; ffmpegs: number } {
  const children = descendantsOf(relayPid);
  return { relay: usageOf(relayPid), ffmpeg: usageOfAll(children), ffmpegs: children.length };
}

/** A plain ffmpeg; resolves its `playing` at the first keyframe and throws the rest away. */
class PlainPull {
  readonly playing: Promise<void>;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  constructor(url: string) {
    const child = spawn(FFMPEG, plainPull(url), { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#child = child;
    this.#exited = new Promise((resolve) => child.once('exit', resolve));
    const walker = new FlvWalker(new TagOrder());
    this.playing = new Promise((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        if (walker.hasKeyframe) return;
        walker.feed(chunk, 0, chunk.length);
        if (walker.hasKeyframe) resolve();
      });
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  async close(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}

async function measurePlain(urls: readonly string[], seconds: number, belongings: Belongings): Promise<Row> {
  const startedMs = performance.now();
  const pulls = urls.map((url) => belongings.add(new PlainPull(url)));
  await Promise.all(pulls.map(({ playing }) => playing));
  const allPlayMs = performance.now() - startedMs;
  await sleepMs(3_000);
  const pids = pulls.map(({ pid }) => pid);
  const before = usageOfAll(pids);
  const windowStartedMs = performance.now();
  await sleepMs(seconds * 1000);
  const after = usageOfAll(pids);
  const passedS = (performance.now() - windowStartedMs) / 1000;
  for (const pull of pulls) await belongings.release(pull);
  return {
    cameras: urls.length,
    way: 'plain ffmpegs',
    playing: pulls.length,
    gaps: 0,
    allPlayMs,
    relayCpuPercent: Number.NaN,
    ffmpegCpuPercent: ((after.cpuS - before.cpuS) / passedS) * 100,
    relayMb: Number.NaN,
    ffmpegMb: after.pssBytes / 1e6,
    ffmpegs: pids.length,
  };
}

await runBench(async ({ quick }, belongings) => {
  const stand = await startCameras(belongings);
  // One session keeps the shared encoder up from the start, so that nobody pays for its start.
  const keeper = belongings.add(new PlainPull(stand.urlOf('yard?n=0')));
  await keeper.playing;
  const rows: Row[] = [];
  for (const count of quick ? [4, 16] : [16, 64]) {
    const urls = Array.from({ length: count }, (_, index) => stand.urlOf(cameraName(index + 1)));
    progress(`${count} cameras, plain ffmpegs`);
    rows.push(await measurePlain(urls, quick ? 4 : 15, belongings));
    await sleepMs(2_000);
    progress(`${count} cameras, relay`);
    rows.push(await measureRelay(urls, quick ? 4 : 15, belongings));
    await sleepMs(2_000);
  }
  say('\nCameras with one viewer each (0.7 Mbit/s, 640x360); CPU in per cent of one core, memory as PSS\n');
  say(
    table<Row>(
      [
        { title: 'cameras', cell: ({ cameras }) => String(cameras) },
        { title: 'way', cell: ({ way }) => way },
        { title: 'all play after s', cell: ({ allPlayMs }) => fixed(allPlayMs / 1000, 1) },
        { title: 'relay CPU %', cell: ({ relayCpuPercent }) => fixed(relayCpuPercent, 1) },
        { title: 'a camera', cell: ({ relayCpuPercent, cameras }) => fixed(relayCpuPercent / cameras, 2) },
        { title: 'ffmpegs CPU %', cell: ({ ffmpegCpuPercent }) => fixed(ffmpegCpuPercent, 1) },
        { title: 'a camera', cell: ({ ffmpegCpuPercent, cameras }) => fixed(ffmpegCpuPercent / cameras, 2) },
        { title: 'relay MB', cell: ({ relayMb }) => fixed(relayMb, 0) },
        { title: 'ffmpegs MB', cell: ({ ffmpegMb }) => fixed(ffmpegMb, 0) },
        { title: 'a camera', cell: ({ ffmpegMb, cameras }) => fixed(ffmpegMb / cameras, 1) },
        { title: 'playing', cell: ({ playing }) => String(playing) },
        { title: 'gaps', cell: ({ gaps }) => String(gaps) },
      ],
      rows,
    ),
  );
  writeResults('cameras', { quick, rows });
});
