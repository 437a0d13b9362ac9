/**
 * What a delivered chat message costs: the relay beside a bare `ws` broadcast server, in turn, in the same run.
 * `node --import tsx e2e/bench/chat.ts [--quick] [--viewers N,N]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Crowd } from '../support/chat-crowd.ts';
import type { BareChatCommands } from './support/bare-chat-server.ts';
import { type Belongings, runBench } from './support/bench.ts';
import { buildProduct } from './support/built.ts';
import { median } from './support/measure.ts';
import type { RelayServerCommands } from './support/relay-server.ts';
import { fixed, progress, say, table, writeResults } from './support/report.ts';
import { Worker } from './support/worker.ts';

const PER_SECOND = 20;
const SPEAKERS = 20;
/** As many as the smallest level has: a compiler learns by how often something is done, not for how many. */
const WARM_UP_MEMBERS = 50;
const WARM_UP_PER_SECOND = 200;
/** A usual line of chat. */
const FILL = 'and this is about as long as a line of chat tends to be';

interface Plan {
  readonly levels: readonly number[];
  readonly seconds: number;
  /** Each is a window on the relay and one on the bare server, in turn. */
  readonly rounds: number;
  readonly warmUpSeconds: number;
}

const FULL: Plan = { levels: [50, 200, 500, 1000], seconds: 10, rounds: 3, warmUpSeconds: 15 };
const QUICK: Plan = { levels: [50, 200], seconds: 5, rounds: 3, warmUpSeconds: 8 };

interface Side {
  readonly crowd: Crowd;
  readonly cpuS: () => Promise<number>;
}

interface Window {
  readonly cpuPerMessageUs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

interface Row {
  readonly members: number;
  readonly relay: Window;
  readonly bare: Window;
  readonly ratio: number;
}

async function measure({ crowd, cpuS }: Side, seconds: number): Promise<Window> {
  await crowd.speak(PER_SECOND, PER_SECOND, SPEAKERS, FILL);
  await crowd.untilAllHeard();
  crowd.delaysMs.length = 0;
  const before = await cpuS();
  await crowd.speak(PER_SECOND * seconds, PER_SECOND, SPEAKERS, FILL);
  await crowd.untilAllHeard();
  const delivered = PER_SECOND * seconds * crowd.members.length;
  const cpuPerMessageUs = (((await cpuS()) - before) / delivered) * 1e6;
  return { cpuPerMessageUs, p50Ms: crowd.percentileMs(50), p99Ms: crowd.percentileMs(99) };
}

async function level(members: number, plan: Plan, belongings: Belongings): Promise<Row> {
  const dataDir = mkdtempSync(join(tmpdir(), 'sightline-bench-chat-'));
  await buildProduct();
  const relay = belongings.add(new Worker<RelayServerCommands>('./relay-server.ts'));
  const bare = belongings.add(new Worker<BareChatCommands>('./bare-chat-server.ts'));
  const chat = { rooms: ['bench'], messages: 1000, perMs: 1_000 };
  const relayUrl = await relay.call('start', { config: { dataDir, chat } });
  const bareUrl = await bare.call('start', undefined);
  const usage = { collect: false };
  const sides: Record<'relay' | 'bare', Side> = {
    relay: { crowd: new Crowd(), cpuS: async () => (await relay.call('usage', usage)).cpuS },
    bare: { crowd: new Crowd(), cpuS: async () => (await bare.call('usage', usage)).cpuS },
  };
  const urls = { relay: `${relayUrl.replace('http', 'ws')}/chat/bench`, bare: bareUrl };
  // What is measured is the steady state, not the compiler at work.
  for (const name of ['relay', 'bare'] as const) {
    const first = new Crowd();
    await first.join(urls[name], WARM_UP_MEMBERS);
    await first.speak(WARM_UP_PER_SECOND * plan.warmUpSeconds, WARM_UP_PER_SECOND, SPEAKERS, FILL);
    await first.untilAllHeard();
    first.close();
    await sides[name].crowd.join(urls[name], members);
  }
  const windows: Record<'relay' | 'bare', Window[]> = { relay: [], bare: [] };
  for (let round = 0; round < plan.rounds; round++) {
    for (const name of ['relay', 'bare'] as const) {
      progress(`${members} members, round ${round + 1}: ${name}`);
      windows[name].push(await measure(sides[name], plan.seconds));
    }
  }
  for (const { crowd } of Object.values(sides)) crowd.close();
  await belongings.release(relay);
  await belongings.release(bare);
  rmSync(dataDir, { recursive: true, force: true });
  const middle = (name: 'relay' | 'bare'): Window => ({
    cpuPerMessageUs: median(windows[name].map((each) => each.cpuPerMessageUs)),
    p50Ms: median(windows[name].map((each) => each.p50Ms)),
    p99Ms: median(windows[name].map((each) => each.p99Ms)),
  });
  const row = { members, relay: middle('relay'), bare: middle('bare') };
  return { ...row, ratio: row.relay.cpuPerMessageUs / row.bare.cpuPerMessageUs };
}

await runBench(async ({ quick, viewers: levels }, belongings) => {
  const chosen = quick ? QUICK : FULL;
  const plan = levels === null ? chosen : { ...chosen, levels };
  const rows: Row[] = [];
  for (const members of plan.levels) rows.push(await level(members, plan, belongings));
  say(`Chat, ${PER_SECOND} messages a second in one room. CPU of the server per delivered message.\n`);
  say(
    table<Row>(
      [
        { title: 'members', cell: ({ members }) => String(members) },
        { title: 'relay µs', cell: ({ relay }) => fixed(relay.cpuPerMessageUs, 2) },
        { title: 'bare ws µs', cell: ({ bare }) => fixed(bare.cpuPerMessageUs, 2) },
        { title: 'ratio', cell: ({ ratio }) => fixed(ratio, 2) },
        { title: 'relay p50 / p99 ms', cell: ({ relay }) => `${fixed(relay.p50Ms, 1)} / ${fixed(relay.p99Ms, 1)}` },
        { title: 'bare p50 / p99 ms', cell: ({ bare }) => `${fixed(bare.p50Ms, 1)} / ${fixed(bare.p99Ms, 1)}` },
      ],
      rows,
    ),
  );
  writeResults('chat', { plan, rows });
});
