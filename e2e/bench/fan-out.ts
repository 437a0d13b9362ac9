/**
 * What one stream costs as more people watch it: CPU per gigabyte, memory per viewer, gaps, time to join; the relay
 * beside a bare Node server that fans the same tags out with the same merging. `npm run bench:fan-out -- [--quick] [--viewers N,N]`
 */
import { type Belongings, runBench, sleepMs } from './support/bench.ts';
import type { Target } from './support/load-client.ts';
import { median, percentile } from './support/measure.ts';
import { fixed, progress, say, table, writeResults } from './support/report.ts';
import {
  type LoadClient,
  type LoadedServer,
  measureWindow,
  STREAM_2MBIT,
  startBareServer,
  startCameras,
  startLoadClient,
  startRelay,
} from './support/stand.ts';
import type { Transport } from './support/transport-reader.ts';

const MERGE_MAX_MS = 100;
const JOINS_PER_SECOND = 200;
const SETTLE_MS = 2_000;
const WARM_UP_VIEWERS = 200;

interface Plan {
  readonly levels: readonly number[];
  readonly windowS: number;
  /** Each is a window on the relay and one on the bare server, in turn. */
  readonly rounds: number;
  readonly probes: number;
  readonly warmUpMs: number;
}

const FULL: Plan = { levels: [1, 50, 200, 500, 1000], windowS: 5, rounds: 5, probes: 40, warmUpMs: 60_000 };
const QUICK: Plan = { levels: [1, 50, 200], windowS: 3, rounds: 1, probes: 10, warmUpMs: 5_000 };

interface Sample {
  readonly cpuPerGb: number;
  readonly clientCpuPercent: number;
  readonly delaysMs: readonly number[];
}

interface Side {
  readonly name: 'relay' | 'bare';
  readonly server: LoadedServer;
  readonly load: LoadClient;
  readonly target: Target;
}

interface SideResult {
  cpuPerGb: number;
  samples: Sample[];
  gaps: number;
  failures: number;
  reasons: readonly string[];
  joinP50Ms: number;
  joinP95Ms: number;
  rssBytes: number;
  heldBytes: number;
}

interface Row {
  readonly transport: Transport;
  readonly viewers: number;
  readonly relay: SideResult;
  readonly bare: SideResult;
  /** Of the rounds' ratios the median: both sides of a round see the same noise. */
  readonly ratio: number;
}

async function measureLevel(transport: Transport, viewers: number, sides: readonly Side[], plan: Plan): Promise<Row> {
  const results = new Map<Side, SideResult>();
  const samples = new Map<Side, Sample[]>(sides.map((side) => [side, []]));
  const broken = new Map<Side, { gaps: number; failures: number; reasons: readonly string[] }>();
  for (let round = 0; round < plan.rounds; round++) {
    for (const side of sides) {
      const { load, server, target } = side;
      await load.call('open', { ...target, count: viewers, perSecond: JOINS_PER_SECOND });
      await sleepMs(SETTLE_MS);
      const window = await measureWindow(load, server, plan.windowS);
      samples.get(side)!.push({
        cpuPerGb: window.serverCpuS / (window.bytes / 1e9),
        clientCpuPercent: (window.clientCpuS / window.seconds) * 100,
        delaysMs: window.delaysMs,
      });
      const past = broken.get(side);
      broken.set(side, {
        gaps: (past?.gaps ?? 0) + window.end.gaps,
        failures: (past?.failures ?? 0) + window.end.failures + (viewers - window.end.playing - window.end.failures),
        reasons: [...(past?.reasons ?? []), ...window.end.reasons],
      });
      if (round === plan.rounds - 1) {
        const usage = await server.usage(true);
        const joins = await load.call('probe', { ...target, count: plan.probes });
        results.set(side, {
          cpuPerGb: median(samples.get(side)!.map(({ cpuPerGb }) => cpuPerGb)),
          samples: samples.get(side)!,
          ...broken.get(side)!,
          joinP50Ms: percentile(joins, 50),
          joinP95Ms: percentile(joins, 95),
          rssBytes: usage.rssBytes,
          heldBytes: usage.heldBytes,
        });
      }
      await load.call('closeAll', null);
      await sleepMs(500);
    }
  }
  const [relay, bare] = sides.map((side) => results.get(side)!);
  const ratios = relay!.samples.map(({ cpuPerGb }, round) => cpuPerGb / bare!.samples[round]!.cpuPerGb);
  return { transport, viewers, relay: relay!, bare: bare!, ratio: median(ratios) };
}

async function measureTransport(transport: Transport, url: string, plan: Plan, belongings: Belongings): Promise<Row[]> {
  const relay = await startRelay(belongings, {
    cameras: { lab: { url, keep: 'always' } },
    delivery: { mergeMaxMs: MERGE_MAX_MS },
  });
  const bare = await startBareServer(belongings, url, MERGE_MAX_MS);
  const sides: Side[] = [
    { name: 'relay' as const, server: relay },
    { name: 'bare' as const, server: bare },
  ].map(({ name, server }) => ({
    name,
    server,
    // One client for each side, because their timestamps differ.
    load: startLoadClient(belongings),
    target: { port: server.port, path: '/live/lab.flv', transport },
  }));
  await sleepMs(4_000);
  // What is measured is the steady state, not the compiler at work.
  for (const { load, target } of sides) {
    await load.call('open', { ...target, count: WARM_UP_VIEWERS, perSecond: JOINS_PER_SECOND });
  }
  await sleepMs(plan.warmUpMs);
  for (const { load } of sides) await load.call('closeAll', null);
  const rows: Row[] = [];
  for (const viewers of plan.levels) {
    progress(`${transport}, ${viewers} viewers`);
    rows.push(await measureLevel(transport, viewers, sides, plan));
  }
  for (const side of sides) {
    await side.server.close();
    await belongings.release(side.load);
  }
  return rows;
}

/** Kilobytes for each viewer more, from the lower level to the higher. */
function slopeKb(rows: readonly Row[], of: (side: SideResult) => number): { relay: number; bare: number } | null {
  const [low, high] = [rows.find(({ viewers }) => viewers === 200), rows.find(({ viewers }) => viewers === 1000)];
  if (low === undefined || high === undefined) return null;
  const slope = (name: 'relay' | 'bare') => (of(high[name]) - of(low[name])) / (high.viewers - low.viewers) / 1024;
  return { relay: slope('relay'), bare: slope('bare') };
}

await runBench(async ({ quick, viewers: levels }, belongings) => {
  const usual = quick ? QUICK : FULL;
  const plan = levels === null ? usual : { ...usual, levels };
  const cameras = await startCameras(belongings);
  const rows: Row[] = [];
  for (const transport of ['websocket', 'http'] as const) {
    rows.push(...(await measureTransport(transport, cameras.urlOf(STREAM_2MBIT), plan, belongings)));
  }
  say('Fan-out of one 2 Mbit/s stream (H.264 and AAC): server CPU, ffmpeg not counted\n');
  say(
    table<Row>(
      [
        { title: 'transport', cell: ({ transport }) => transport },
        { title: 'viewers', cell: ({ viewers }) => String(viewers) },
        { title: 'CPU s/GB', cell: ({ relay }) => fixed(relay.cpuPerGb, 2) },
        { title: 'bare Node', cell: ({ bare }) => fixed(bare.cpuPerGb, 2) },
        { title: 'ratio', cell: ({ ratio }) => fixed(ratio, 2) },
        { title: 'gaps', cell: ({ relay }) => String(relay.gaps) },
        { title: 'failures', cell: ({ relay }) => String(relay.failures) },
        { title: 'join p50 ms', cell: ({ relay }) => fixed(relay.joinP50Ms, 1) },
        { title: 'p95', cell: ({ relay }) => fixed(relay.joinP95Ms, 1) },
        { title: 'bare p50', cell: ({ bare }) => fixed(bare.joinP50Ms, 1) },
        { title: 'p95', cell: ({ bare }) => fixed(bare.joinP95Ms, 1) },
        { title: 'RSS MB', cell: ({ relay }) => fixed(relay.rssBytes / 1e6, 0) },
      ],
      rows,
    ),
  );
  const memory = (['websocket', 'http'] as const).map((transport) => {
    const mine = rows.filter((row) => row.transport === transport);
    return {
      transport,
      resident: slopeKb(mine, ({ rssBytes }) => rssBytes),
      held: slopeKb(mine, ({ heldBytes }) => heldBytes),
    };
  });
  if (!quick) {
    say('\nMemory per viewer, KB: the slope from 200 to 1,000 viewers after garbage collection\n');
    say(
      table(
        [
          { title: 'transport', cell: (row: (typeof memory)[number]) => row.transport },
          { title: 'resident', cell: ({ resident }) => fixed(resident?.relay ?? Number.NaN, 1) },
          { title: 'bare', cell: ({ resident }) => fixed(resident?.bare ?? Number.NaN, 1) },
          { title: 'heap and buffers', cell: ({ held }) => fixed(held?.relay ?? Number.NaN, 1) },
          { title: 'bare', cell: ({ held }) => fixed(held?.bare ?? Number.NaN, 1) },
        ],
        memory,
      ),
    );
  }
  for (const { transport, viewers, relay } of rows) {
    if (relay.reasons.length > 0) say(`${transport} ${viewers}: ${relay.reasons.join('; ')}`);
  }
  const compact = rows.map(({ relay, bare, ...row }) => ({
    ...row,
    relay: withoutDelays(relay),
    bare: withoutDelays(bare),
  }));
  writeResults('fan-out', { quick, mergeMaxMs: MERGE_MAX_MS, rows: compact, memory });
});

function withoutDelays(side: SideResult): object {
  return { ...side, samples: side.samples.map(({ cpuPerGb, clientCpuPercent }) => ({ cpuPerGb, clientCpuPercent })) };
}
