/**
 * How old pictures are: from a keyframe's arrival in the relay to its arrival at viewers, and from the camera to the
 * screen by the clock in the picture, beside a bare flv.js page on a plain ffmpeg and beside ffmpeg decoding the
 * camera directly. `npm run bench:delay -- [--quick] [--minutes 10]`
 */
import { startBarePage } from './support/bare-page.ts';
import { type Belongings, runBench, sleepMs } from './support/bench.ts';
import { firstFrameMs, type ShownFrame, startBrowser, takeFrames, watchFrames } from './support/browser.ts';
import { WEB_DIR } from './support/built.ts';
import { startDirectDecoder } from './support/direct-decoder.ts';
import { median, percentile } from './support/measure.ts';
import { fixed, progress, say, table, writeResults } from './support/report.ts';
import {
  FFMPEG,
  measureWindow,
  plainPull,
  STREAM_2MBIT,
  startCameras,
  startLoadClient,
  startRelay,
} from './support/stand.ts';

interface RelayRow {
  readonly transport: string;
  readonly viewers: number;
  readonly samples: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
}

/** Keyframes carry the marks that this is measured by, so there are many of them. */
const MANY_KEYFRAMES = `${STREAM_2MBIT}&gop=7`;

async function relayDelays(url: string, quick: boolean, belongings: Belongings): Promise<RelayRow[]> {
  const rows: RelayRow[] = [];
  const relay = await startRelay(belongings, { cameras: { lab: { url, keep: 'always' } } });
  const load = startLoadClient(belongings);
  await sleepMs(3_000);
  for (const transport of ['websocket', 'http'] as const) {
    for (const viewers of quick ? [1, 50] : [1, 8, 50, 200, 500]) {
      progress(`in the relay: ${transport}, ${viewers} viewers`);
      const target = { port: relay.port, path: '/live/lab.flv', transport };
      await load.call('open', { ...target, count: viewers, perSecond: 200 });
      await sleepMs(1_000);
      const { delaysMs } = await measureWindow(load, relay, quick ? 4 : 8);
      rows.push({
        transport,
        viewers,
        samples: delaysMs.length,
        p50Ms: median(delaysMs),
        p95Ms: percentile(delaysMs, 95),
        maxMs: percentile(delaysMs, 100),
      });
      await load.call('closeAll', null);
    }
  }
  await relay.close();
  await belongings.release(load);
  return rows;
}

interface ScreenRow {
  readonly way: string;
  readonly frames: number;
  readonly unread: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  /** Median of each minute, for the long mode. */
  readonly minutesMs: readonly number[];
}

async function screenDelays(url: string, seconds: number, belongings: Belongings): Promise<ScreenRow[]> {
  const relay = await startRelay(belongings, { cameras: { lab: { url } } }, WEB_DIR);
  const barePage = await startBarePage(belongings, FFMPEG, plainPull(url));
  const direct = startDirectDecoder(belongings, FFMPEG, url);
  const browser = await startBrowser(belongings);
  const open = async (address: string) => {
    const page = await (await browser.newContext()).newPage();
    await watchFrames(page, { readCode: true });
    await page.goto(address);
    await firstFrameMs(page);
    return page;
  };
  const relayPage = await open(`${relay.url}/embed/lab`);
  const bare = await open(barePage);
  // Players settle before anything counts.
  await sleepMs(5_000);
  const takers: Record<string, () => Promise<ShownFrame[]> | ShownFrame[]> = {
    'Sightline, page': () => takeFrames(relayPage),
    'bare flv.js page': () => takeFrames(bare),
    'ffmpeg, direct': () => direct.takeFrames(),
  };
  for (const take of Object.values(takers)) await take();
  const all = new Map<string, ShownFrame[]>(Object.keys(takers).map((way) => [way, []]));
  const startedMs = Date.now();
  while (Date.now() - startedMs < seconds * 1000) {
    await sleepMs(Math.min(10_000, startedMs + seconds * 1000 - Date.now()));
    for (const [way, take] of Object.entries(takers)) all.get(way)!.push(...(await take()));
    progress(`on the screen: ${Math.round((Date.now() - startedMs) / 1000)} of ${seconds} s`);
  }
  return [...all].map(([way, frames]) => summary(way, frames, startedMs));
}

function summary(way: string, frames: readonly ShownFrame[], startedMs: number): ScreenRow {
  const read = frames.flatMap(({ shownAtMs, code }) =>
    code === null ? [] : [{ shownAtMs, delayMs: shownAtMs - code.clockMs }],
  );
  const minutes: number[][] = [];
  for (const { shownAtMs, delayMs } of read) {
    const minute = Math.max(0, Math.floor((shownAtMs - startedMs) / 60_000));
    minutes[minute] ??= [];
    minutes[minute].push(delayMs);
  }
  const delays = read.map(({ delayMs }) => delayMs);
  return {
    way,
    frames: frames.length,
    unread: frames.length - read.length,
    medianMs: median(delays),
    p95Ms: percentile(delays, 95),
    minutesMs: Array.from(minutes, (minute) => median(minute ?? [])),
  };
}

await runBench(async ({ quick, minutes }, belongings) => {
  const cameras = await startCameras(belongings);
  const relayRows = await relayDelays(cameras.urlOf(MANY_KEYFRAMES), quick, belongings);
  say('\nFrom arrival in the relay to arrival at the viewer (keyframes)\n');
  say(
    table<RelayRow>(
      [
        { title: 'transport', cell: ({ transport }) => transport },
        { title: 'viewers', cell: ({ viewers }) => String(viewers) },
        { title: 'p50 ms', cell: ({ p50Ms }) => fixed(p50Ms, 0) },
        { title: 'p95 ms', cell: ({ p95Ms }) => fixed(p95Ms, 0) },
        { title: 'most ms', cell: ({ maxMs }) => fixed(maxMs, 0) },
        { title: 'samples', cell: ({ samples }) => String(samples) },
      ],
      relayRows,
    ),
  );
  const seconds = minutes === null ? (quick ? 10 : 60) : minutes * 60;
  const screenRows = await screenDelays(cameras.urlOf('lab?audio=1'), seconds, belongings);
  say(`\nFrom the camera to the screen, all three at once for ${seconds} s\n`);
  say(
    table<ScreenRow>(
      [
        { title: 'way', cell: ({ way }) => way },
        { title: 'median ms', cell: ({ medianMs }) => fixed(medianMs, 0) },
        { title: 'p95 ms', cell: ({ p95Ms }) => fixed(p95Ms, 0) },
        { title: 'frames', cell: ({ frames }) => String(frames) },
        { title: 'unread', cell: ({ unread }) => String(unread) },
        ...(seconds < 120
          ? []
          : [
              { title: 'first minute', cell: ({ minutesMs }: ScreenRow) => fixed(minutesMs[0]!, 0) },
              { title: 'last minute', cell: ({ minutesMs }: ScreenRow) => fixed(minutesMs.at(-1)!, 0) },
            ]),
      ],
      screenRows,
    ),
  );
  writeResults('delay', { quick, relay: relayRows, screen: screenRows, seconds });
});
