/**
 * How long until the first frame is on the screen: navigation to first frame in Chromium, while the stream runs
 * (warm) and while nobody watches (cold), the latter beside ffprobe's first keyframe from the same camera.
 * `npm run bench:first-picture -- [--quick]`
 */
import { spawn } from 'node:child_process';
import type { Browser } from 'playwright';
import { type Belongings, runBench, sleepMs } from './support/bench.ts';
import { navigationMs, startBrowser } from './support/browser.ts';
import { WEB_DIR } from './support/built.ts';
import { median, percentile } from './support/measure.ts';
import { fixed, progress, say, table, writeResults } from './support/report.ts';
import { FFMPEG, plainPull, startCameras, startLoadClient, startRelay } from './support/stand.ts';

const FFPROBE = 'ffprobe';
/** A camera that runs whether or not it is watched, with a keyframe every 400 ms: less luck in when one comes. */
const CAMERA = 'lab?audio=1&gop=10';

interface Row {
  readonly what: string;
  readonly timesMs: number[];
}

/** Milliseconds until ffprobe has printed the first keyframe's packet. */
async function probeMs(url: string, options: readonly string[]): Promise<number> {
  const startedMs = performance.now();
  const args = ['-v', 'error', '-rtsp_transport', 'tcp', ...options, '-select_streams', 'v', '-read_intervals', '%+#1'];
  const child = spawn(FFPROBE, [...args, '-show_packets', '-show_entries', 'packet=flags', '-of', 'csv', url], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const seen = await new Promise<boolean>((resolve) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (/packet,K/.test(text)) resolve(true);
    });
    child.once('exit', () => resolve(false));
  });
  const tookMs = performance.now() - startedMs;
  await exited;
  return seen ? tookMs : Number.NaN;
}

async function visits(browser: Browser, address: string, fresh: boolean, count: number, betweenMs: () => number) {
  const timesMs: number[] = [];
  let context = await browser.newContext();
  // The first visit of a context fills its cache.
  if (!fresh) await navigationMs(context, address);
  for (let visit = 0; visit < count; visit++) {
    if (fresh) {
      await context.close();
      context = await browser.newContext();
    }
    await sleepMs(betweenMs());
    timesMs.push(await navigationMs(context, address));
  }
  await context.close();
  return timesMs;
}

/** Keeps the camera's encoder running, as a real camera's is. */
function holdCamera(belongings: Belongings, url: string): void {
  const child = spawn(FFMPEG, plainPull(url), { stdio: ['ignore', 'ignore', 'ignore'] });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  belongings.add({
    close: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  });
}

await runBench(async ({ quick }, belongings) => {
  const count = quick ? 4 : 20;
  const cameras = await startCameras(belongings);
  const url = cameras.urlOf(CAMERA);
  holdCamera(belongings, url);
  const browser = await startBrowser(belongings);
  const anyTime = () => 100 + Math.random() * 400;

  const warmRelay = await startRelay(belongings, { cameras: { lab: { url } } }, WEB_DIR);
  const load = startLoadClient(belongings);
  await load.call('open', { port: warmRelay.port, path: '/live/lab.flv', transport: 'http', count: 1, perSecond: 10 });
  progress('warm');
  const address = `${warmRelay.url}/embed/lab`;
  const rows: Row[] = [
    { what: 'warm, empty browser cache', timesMs: await visits(browser, address, true, count, anyTime) },
    { what: 'warm, page in the cache', timesMs: await visits(browser, address, false, count, anyTime) },
  ];
  await belongings.release(load);
  await warmRelay.close();

  // The camera is let go as soon as its viewer leaves, so each visit finds it idle.
  const coldRelay = await startRelay(belongings, { cameras: { lab: { url } }, ffmpeg: { idleTimeoutMs: 0 } }, WEB_DIR);
  const cold: Row = { what: 'cold, page in the cache', timesMs: [] };
  const stream: Row = { what: 'cold, first keyframe at a bare viewer', timesMs: [] };
  const probe: Row = { what: 'ffprobe, first keyframe', timesMs: [] };
  const hastyProbe: Row = { what: 'ffprobe in a hurry, first keyframe', timesMs: [] };
  const hasty = ['-fpsprobesize', '0', '-max_ts_probe', '0'];
  const context = await browser.newContext();
  const coldAddress = `${coldRelay.url}/embed/lab`;
  const viewer = startLoadClient(belongings);
  await navigationMs(context, coldAddress);
  for (let round = 0; round < count; round++) {
    progress(`cold, ${round + 1} of ${count}`);
    // In turn, so that noise meets all alike.
    await sleepMs(600 + anyTime());
    cold.timesMs.push(await navigationMs(context, coldAddress));
    await sleepMs(600 + anyTime());
    const target = { port: coldRelay.port, path: '/live/lab.flv', transport: 'websocket' } as const;
    stream.timesMs.push(...(await viewer.call('probe', { ...target, count: 1 })));
    await sleepMs(anyTime());
    probe.timesMs.push(await probeMs(url, []));
    await sleepMs(anyTime());
    hastyProbe.timesMs.push(await probeMs(url, hasty));
  }
  await context.close();
  rows.push(cold, stream, probe, hastyProbe);

  say('\nMilliseconds to the first picture\n');
  say(
    table<Row>(
      [
        { title: 'from navigation, or from start', cell: ({ what }) => what },
        { title: 'median', cell: ({ timesMs }) => fixed(median(timesMs), 0) },
        { title: 'p95', cell: ({ timesMs }) => fixed(percentile(timesMs, 95), 0) },
        { title: 'least', cell: ({ timesMs }) => fixed(percentile(timesMs, 0), 0) },
        { title: 'times', cell: ({ timesMs }) => String(timesMs.filter((time) => !Number.isNaN(time)).length) },
      ],
      rows,
    ),
  );
  const overProbeMs = median(cold.timesMs) - median(probe.timesMs);
  say(`\nCold over ffprobe at the median: ${fixed(overProbeMs, 0)} ms`);
  writeResults('first-picture', { quick, camera: CAMERA, rows, overProbeMs });
});
