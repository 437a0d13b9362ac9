/**
 * How long after a camera's return its picture is back at those who stayed: ten outages of 1 to 120 s, once with the
 * camera's port closed (it restarts) and once with the line silent (a cable is pulled).
 * `node --import tsx e2e/bench/recovery.ts [--quick]`; quick: three short outages of each kind.
 */
import { FlvClient } from '../support/flv-client.ts';
import { startTcpRelay, type TcpRelay } from '../support/tcp-relay.ts';
import { runBench, sleepMs } from './support/bench.ts';
import { median, percentile } from './support/measure.ts';
import { fixed, progress, say, table, writeResults } from './support/report.ts';
import { startCameras, startRelay } from './support/stand.ts';

const OUTAGES_S = [1, 2, 3, 5, 8, 15, 30, 45, 60, 120];
const QUICK_OUTAGES_S = [1, 3, 8];
/** With a keyframe every 400 ms: a camera that is pulled anew begins with one. */
const CAMERA = 'lab?audio=1&gop=10';
const PLAYING_MS = 3_000;

interface Kind {
  readonly name: string;
  readonly begin: (line: TcpRelay) => Promise<void>;
  readonly end: (line: TcpRelay) => Promise<void>;
}

const KINDS: readonly Kind[] = [
  { name: 'port closed', begin: (line) => line.down(), end: (line) => line.up() },
  { name: 'line silent', begin: async (line) => line.pause(), end: async (line) => line.resume() },
];

interface Row {
  readonly outageS: number;
  /** By kind, in ms. */
  readonly backAfterMs: Record<string, number>;
}

await runBench(async ({ quick }, belongings) => {
  const cameras = await startCameras(belongings);
  const url = cameras.urlOf(CAMERA);
  const line = belongings.add(await startTcpRelay({ targetPort: Number(new URL(url.replace('rtsp', 'http')).port) }));
  const overLine = url.replace(/:\d+\//, `:${line.port}/`);
  // As shipped: no key of the configuration is touched.
  const relay = await startRelay(belongings, { cameras: { lab: { url: overLine }, direct: { url } } });
  // A real camera's encoder runs whether or not somebody looks.
  const holder = new FlvClient(`${relay.url}/live/direct.flv`);
  const viewer = new FlvClient(`${relay.url}/live/lab.flv`);
  belongings.add({ close: () => holder.leave() });
  belongings.add({ close: () => viewer.leave() });
  await Promise.all([holder.untilPictures(10), viewer.untilPictures(10)]);

  const rows: Row[] = [];
  for (const outageS of quick ? QUICK_OUTAGES_S : OUTAGES_S) {
    const backAfterMs: Record<string, number> = {};
    for (const { name, begin, end } of KINDS) {
      progress(`${name}, ${outageS} s`);
      await sleepMs(PLAYING_MS);
      await begin(line);
      await sleepMs(outageS * 1_000);
      const before = viewer.pictures.length;
      const returnedMs = performance.now();
      await end(line);
      await viewer.untilPictures(before + 1, 60_000);
      backAfterMs[name] = performance.now() - returnedMs;
    }
    rows.push({ outageS, backAfterMs });
  }
  viewer.checkContinuity();

  say('\nMilliseconds from the camera’s return to the first picture at a viewer who stayed\n');
  const kindColumns = KINDS.map(({ name }) => ({
    title: name,
    cell: ({ backAfterMs }: Row) => fixed(backAfterMs[name] ?? Number.NaN, 0),
  }));
  say(table<Row>([{ title: 'outage, s', cell: ({ outageS }) => String(outageS) }, ...kindColumns], rows));
  const summary = KINDS.map(({ name }) => {
    const times = rows.map(({ backAfterMs }) => backAfterMs[name] ?? Number.NaN);
    return { name, medianMs: median(times), worstMs: percentile(times, 100) };
  });
  for (const { name, medianMs, worstMs } of summary) {
    say(`\n${name}: median ${fixed(medianMs, 0)} ms, worst ${fixed(worstMs, 0)} ms`);
  }
  writeResults('recovery', { quick, camera: CAMERA, rows, summary });
});
