/**
 * The formats beside FLV: how old pictures are by the burned-in clock in hls.js (low-latency and plain) and in the MSE
 * engine, how soon the first one is there while the stream runs, and what the muxer costs beside ffmpeg's own.
 * `node --import tsx e2e/bench/formats.ts [--quick]`
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { parse } from '../../server/flv/flv.fixture.ts';
import { FragmentWriter } from '../../server/mp4/fragment-writer.ts';
import { Muxer } from '../../server/mp4/muxer.ts';
import type { Sample } from '../../server/mp4/sample.ts';
import { runBench, sleepMs } from './support/bench.ts';
import { firstFrameMs, navigationMs, startBrowser, takeFrames, watchFrames } from './support/browser.ts';
import { WEB_DIR } from './support/built.ts';
import { median, percentile } from './support/measure.ts';
import { fixed, progress, say, table, writeResults } from './support/report.ts';
import { FFMPEG, startCameras, startLoadClient, startRelay } from './support/stand.ts';

const CAMERA = 'lab?audio=1&gop=25';
const STREAM_S = 60;
const PART_TICKS = 22_500;
/** What makes a playlist one of low latency. */
const LOW_LATENCY = /^#EXT-X-(?:PART|PART-INF|PRELOAD-HINT|SERVER-CONTROL|RENDITION-REPORT):.*\n/gm;

interface DelayRow {
  readonly way: string;
  readonly frames: number;
  readonly medianMs: number;
  readonly p95Ms: number;
}

interface Way {
  readonly way: string;
  readonly engine: string;
  readonly prepare?: (page: Page) => Promise<void>;
}

const WAYS: readonly Way[] = [
  { way: 'hls.js, low latency', engine: 'hls' },
  {
    way: 'hls.js, plain',
    engine: 'hls',
    prepare: async (page) => {
      await page.route(/\.m3u8/, async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, body: (await response.text()).replace(LOW_LATENCY, '') });
      });
    },
  },
  { way: 'MP4 over WebSocket', engine: 'mse' },
  { way: 'FLV over WebSocket', engine: 'flv' },
];

async function delayOf(
  browser: Browser,
  base: string,
  { way, engine, prepare }: Way,
  seconds: number,
): Promise<DelayRow> {
  const page = await (await browser.newContext()).newPage();
  await prepare?.(page);
  await watchFrames(page, { readCode: true });
  await page.goto(`${base}/embed/lab?engine=${engine}`);
  await firstFrameMs(page);
  // Players settle before anything counts.
  await sleepMs(8_000);
  await takeFrames(page);
  await sleepMs(seconds * 1000);
  const frames = await takeFrames(page);
  await page.context().close();
  const delays = frames.flatMap(({ shownAtMs, code }) => (code === null ? [] : [shownAtMs - code.clockMs]));
  return { way, frames: delays.length, medianMs: median(delays), p95Ms: percentile(delays, 95) };
}

/** Seconds of CPU that ffmpeg says a run took. */
function ffmpegCpuS(args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(FFMPEG, ['-hide_banner', '-benchmark', '-y', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.once('exit', (code) => {
      const [, user, system] = /bench: utime=([\d.]+)s stime=([\d.]+)s/.exec(text) ?? [];
      if (code === 0 && user !== undefined) resolve(Number(user) + Number(system));
      else reject(new Error(text));
    });
  });
}

/** Reads the FLV and writes it as fragments of a quarter of a second; seconds of CPU. */
function muxCpuS(flv: Buffer): number {
  const before = process.cpuUsage();
  const muxer = new Muxer({ tracks: { audio: true, video: true } });
  const writer = new FragmentWriter();
  let open: Sample[] = [];
  let bytes = 0;
  const flush = () => {
    if (open.length > 0) bytes += writer.write(open).bytes.length;
    open = [];
  };
  for (const tag of parse(flv)) {
    for (const sample of muxer.push(tag)) {
      const first = open.find(({ track }) => track === 'video');
      if (sample.track === 'video' && first && sample.decodeTicks - first.decodeTicks >= PART_TICKS) flush();
      open.push(sample);
    }
  }
  flush();
  const { user, system } = process.cpuUsage(before);
  if (bytes < flv.length * 0.9) throw new Error(`Only ${bytes} bytes of ${flv.length} were written.`);
  return (user + system) / 1e6;
}

await runBench(async ({ quick }, belongings) => {
  progress('the muxer …');
  const folder = await mkdtemp(join(tmpdir(), 'sightline-mux-'));
  belongings.add({ close: () => rm(folder, { recursive: true, force: true }) });
  const path = join(folder, 'stream.flv');
  const input = ['-f', 'lavfi', '-i', 'testsrc2=size=1280x720:rate=25', '-f', 'lavfi', '-i', 'sine=sample_rate=48000'];
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-b:v', '4M', '-minrate', '4M', '-maxrate', '4M'];
  await ffmpegCpuS([...input, '-t', `${STREAM_S}`, ...codecs, '-bufsize', '4M', '-g', '50', '-c:a', 'aac', path]);
  const flv = await readFile(path);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < 7; round++) {
    ours.push(muxCpuS(flv));
    const copy = ['-c', 'copy', '-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-frag_duration', '250000'];
    theirs.push(await ffmpegCpuS(['-i', path, ...copy, '-f', 'mp4', '/dev/null']));
  }

  const cameras = await startCameras(belongings);
  const relay = await startRelay(belongings, { cameras: { lab: { url: cameras.urlOf(CAMERA) } } }, WEB_DIR);
  const load = startLoadClient(belongings);
  await load.call('open', { port: relay.port, path: '/live/lab.flv', transport: 'http', count: 1, perSecond: 10 });
  const browser = await startBrowser(belongings);
  const delays: DelayRow[] = [];
  for (const way of WAYS) {
    progress(`delay: ${way.way} …`);
    delays.push(await delayOf(browser, relay.url, way, quick ? 5 : 15));
  }

  const context = await browser.newContext();
  const firstMs: Record<'flv' | 'mse', number[]> = { flv: [], mse: [] };
  const count = quick ? 3 : 12;
  for (let round = -1; round < count; round++) {
    progress(`first picture, ${round + 1} of ${count}`);
    for (const engine of ['flv', 'mse'] as const) {
      await sleepMs(100 + Math.random() * 400);
      const tookMs = await navigationMs(context, `${relay.url}/embed/lab?engine=${engine}`);
      // The first visit of a context fills its cache.
      if (round >= 0) firstMs[engine].push(tookMs);
    }
  }

  say('\nFrom the camera to the screen\n');
  say(
    table<DelayRow>(
      [
        { title: 'way', cell: ({ way }) => way },
        { title: 'median ms', cell: ({ medianMs }) => fixed(medianMs, 0) },
        { title: 'p95 ms', cell: ({ p95Ms }) => fixed(p95Ms, 0) },
        { title: 'pictures', cell: ({ frames }) => String(frames) },
      ],
      delays,
    ),
  );
  say(
    `\nFirst picture of a running stream: FLV ${fixed(median(firstMs.flv), 0)} ms, MP4 ${fixed(median(firstMs.mse), 0)} ms`,
  );
  say(
    `CPU to write ${STREAM_S} s of 4 Mbit/s as fragmented MP4: ${fixed(median(ours) * 1000, 0)} ms, ` +
      `ffmpeg -c copy ${fixed(median(theirs) * 1000, 0)} ms`,
  );
  writeResults('formats', { quick, delays, firstMs, muxCpuS: { ours, theirs } });
});
