/**
 * What HLS costs: CPU per GB of segments for 200 consumers beside `send` serving the same files from disk, memory of a
 * full window beside its bytes, and how long a camera at rest takes to the first playlist.
 * `node --import tsx e2e/bench/hls.ts [--quick]`
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FlvClient } from '../support/flv-client.ts';
import { HlsClient } from '../support/hls-client.ts';
import { runBench, sleepMs } from './support/bench.ts';
import type { FileServerCommands } from './support/file-server.ts';
import { median, type SelfUsage } from './support/measure.ts';
import { fixed, progress, say, writeResults } from './support/report.ts';
import { startCameras, startRelay } from './support/stand.ts';
import { Worker } from './support/worker.ts';

const CAMERA = 'lab?width=1280&height=720&bitrateKbps=4000&audio=1';
const CONSUMERS = 200;
const GB = 1e9;
/** HLS of a camera that was never shown before goes on for three target durations of six seconds; then the pull ends. */
const SLEEPS_AFTER_MS = 25_000;

interface Load {
  readonly bytes: number;
  readonly cpuS: number;
}

/** Each consumer fetches one file after the other on a connection of its own, until all have fetched `totalBytes`. */
async function consume(base: string, names: readonly string[], totalBytes: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONSUMERS });
  let bytes = 0;
  const fetchOne = (name: string) =>
    new Promise<void>((resolve, reject) => {
      get(`${base}${name}`, { agent }, (response) => {
        if (response.statusCode !== 200) reject(new Error(`${name} is ${response.statusCode}`));
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
        response.on('end', resolve);
      }).on('error', reject);
    });
  await Promise.all(
    Array.from({ length: CONSUMERS }, async (_, consumer) => {
      for (let turn = consumer; bytes < totalBytes; turn++) await fetchOne(names[turn % names.length]!);
    }),
  );
  agent.destroy();
  return bytes;
}

async function measured(
  usage: () => Promise<SelfUsage>,
  idleCpuPerS: number,
  run: () => Promise<number>,
): Promise<Load> {
  const [before, sinceMs] = [await usage(), performance.now()];
  const bytes = await run();
  const seconds = (performance.now() - sinceMs) / 1000;
  return { bytes, cpuS: (await usage()).cpuS - before.cpuS - idleCpuPerS * seconds };
}

interface Cold {
  readonly coldMs: readonly number[];
  /** The playlist after the first keyframe. */
  readonly behindKeyframeMs: readonly number[];
}

/** Opens each camera's playlist beside a viewer that tells when the first keyframe came. */
async function coldPlaylists(url: string, ids: readonly string[]): Promise<Cold> {
  const coldMs: number[] = [];
  const behindKeyframeMs: number[] = [];
  for (const id of ids) {
    const sinceMs = performance.now();
    const flv = new FlvClient(`${url}/live/${id}.flv`);
    const keyframe = flv.untilKeyframe().then(() => performance.now());
    await new HlsClient(`${url}/live/${id}/index.m3u8`).media();
    const answeredAtMs = performance.now();
    coldMs.push(answeredAtMs - sinceMs);
    behindKeyframeMs.push(answeredAtMs - (await keyframe));
    await flv.leave();
  }
  return { coldMs, behindKeyframeMs };
}

await runBench(async ({ quick }, belongings) => {
  const totalBytes = (quick ? 0.5 : 4) * GB;
  const cameras = await startCameras(belongings);
  const resting = Array.from({ length: quick ? 3 : 7 }, (_, index) => `rest-${index}`);
  const relay = await startRelay(belongings, {
    cameras: {
      lab: { url: cameras.urlOf(CAMERA) },
      ...Object.fromEntries(resting.map((id) => [id, { url: cameras.urlOf('lab?audio=1&gop=25') }])),
    },
    dataDir: await mkdtemp(join(tmpdir(), 'sightline-bench-')),
    ffmpeg: { idleTimeoutMs: 500 },
    hls: { idleTimeoutMs: 3_000 },
  });
  const usage = () => relay.usage(false);
  const held = async () => (await relay.usage(true)).heldBytes;

  progress('a window of 30 s of 4 Mbit/s …');
  const client = new HlsClient(`${relay.url}/live/lab/index.m3u8`);
  await client.media();
  await sleepMs(1_000);
  const emptyBytes = await held();
  const { seen } = await client.follow({ forMs: quick ? 12_000 : 64_000, pollMs: 1_000 });
  const windowBytes = Number(
    /^sightline_hls_window_bytes (\d+)/m.exec((await (await fetch(`${relay.url}/metrics`)).text()) ?? '')?.[1],
  );
  const grownBytes = (await held()) - emptyBytes;

  progress('200 consumers …');
  const names = seen
    .at(-1)!
    .playlist.segments.slice(-4)
    .map(({ uri }) => uri);
  const folder = await mkdtemp(join(tmpdir(), 'sightline-files-'));
  belongings.add({ close: () => rm(folder, { recursive: true, force: true }) });
  for (const name of names) await writeFile(join(folder, name), (await client.get(name)).body);
  const files = belongings.add(new Worker<FileServerCommands>('./file-server.ts'));
  const port = await files.call('start', { folder });
  const idle = await measured(usage, 0, async () => {
    await client.follow({ forMs: 4_000, pollMs: 1_000 });
    return 0;
  });
  const ours: Load[] = [];
  const theirs: Load[] = [];
  for (let round = 0; round < 3; round++) {
    const share = totalBytes / 3;
    const uris = (await client.media()).segments.slice(-4).map(({ uri }) => uri);
    ours.push(await measured(usage, idle.cpuS / 4, () => consume(`${relay.url}/live/lab/`, uris, share)));
    theirs.push(
      await measured(
        () => files.call('usage', { collect: false }),
        0,
        () => consume(`http://127.0.0.1:${port}/`, names, share),
      ),
    );
  }
  const perGb = (loads: readonly Load[]) => median(loads.map(({ bytes, cpuS }) => (cpuS * GB) / bytes));

  progress('cameras at rest, never shown before …');
  const firstTime = await coldPlaylists(relay.url, resting);
  await sleepMs(SLEEPS_AFTER_MS);
  progress('the same again …');
  const nextTime = await coldPlaylists(relay.url, resting);

  const ratio = perGb(ours) / perGb(theirs);
  say(
    `CPU per GB of segments: ${fixed(perGb(ours), 2)} s, send ${fixed(perGb(theirs), 2)} s: ${fixed(ratio, 2)} times`,
  );
  say(`memory: ${fixed(grownBytes / 1e6, 1)} MB more for a window of ${fixed(windowBytes / 1e6, 1)} MB`);
  for (const [which, { coldMs, behindKeyframeMs }] of [
    ['never shown before', firstTime],
    ['shown before', nextTime],
  ] as const) {
    say(
      `first playlist of a camera at rest, ${which}: ${fixed(median(coldMs), 0)} ms, ` +
        `${fixed(median(behindKeyframeMs), 0)} ms behind its first keyframe (at most ${fixed(Math.max(...behindKeyframeMs), 0)})`,
    );
  }
  writeResults('hls', { ratio, ours, theirs, grownBytes, windowBytes, firstTime, nextTime });
});
