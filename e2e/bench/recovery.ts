/**
 * How long after a camera's return its picture is back at those who stayed: ten outages of 1 to 120 s, with the camera's
 * port closed (it restarts), with its connections silent (it hangs), and with every packet swallowed (a cable is pulled).
 * `node --import tsx e2e/bench/recovery.ts [--quick]`; quick: three short outages of each kind.
 */
import { FlvClient } from '../support/flv-client.ts';
import { type SwallowingLine, startSwallowingLine } from '../support/swallowing-line.ts';
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

interface Lines {
  readonly line: TcpRelay;
  readonly cable: SwallowingLine;
}

interface Kind {
  readonly name: string;
  /** The camera that goes away. */
  readonly id: string;
  readonly begin: (lines: Lines, outageMs: number) => Promise<void>;
  readonly end: (lines: Lines) => Promise<void>;
}

const KINDS: readonly Kind[] = [
  { name: 'port closed', id: 'lab', begin: ({ line }) => line.down(), end: ({ line }) => line.up() },
  { name: 'line silent', id: 'lab', begin: async ({ line }) => line.pause(), end: async ({ line }) => line.resume() },
  // It comes back by itself.
  { name: 'packets swallowed', id: 'cable', begin: ({ cable }, outageMs) => cable.hold(outageMs), end: async () => {} },
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
  const cable = belongings.add(
    await startSwallowingLine({ targetPort: Number(new URL(url.replace('rtsp', 'http')).port) }),
  );
  const over = (port: number) => ({ url: url.replace(/:\d+\//, `:${port}/`) });
  const lines = { line, cable };
  // As shipped: no key of the configuration is touched.
  const relay = await startRelay(belongings, {
    cameras: { lab: over(line.port), cable: over(cable.port), direct: { url } },
  });
  // A real camera's encoder runs whether or not somebody looks.
  const holder = new FlvClient(`${relay.url}/live/direct.flv`);
  const viewers = new Map(['lab', 'cable'].map((id) => [id, new FlvClient(`${relay.url}/live/${id}.flv`)]));
  belongings.add({ close: () => holder.leave() });
  for (const viewer of viewers.values()) belongings.add({ close: () => viewer.leave() });
  await Promise.all([holder, ...viewers.values()].map((viewer) => viewer.untilPictures(10)));

  const rows: Row[] = [];
  for (const outageS of quick ? QUICK_OUTAGES_S : OUTAGES_S) {
    const backAfterMs: Record<string, number> = {};
    for (const { name, id, begin, end } of KINDS) {
      const viewer = viewers.get(id)!;
      progress(`${name}, ${outageS} s`);
      await sleepMs(PLAYING_MS);
      await begin(lines, outageS * 1_000);
      await sleepMs(outageS * 1_000);
      const before = viewer.pictures.length;
      const returnedMs = performance.now();
      await end(lines);
      await viewer.untilPictures(before + 1, 60_000);
      backAfterMs[name] = performance.now() - returnedMs;
    }
    rows.push({ outageS, backAfterMs });
  }
  for (const viewer of viewers.values()) viewer.checkContinuity();

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
