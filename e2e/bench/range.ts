/**
 * What serving a file of 1 GB in ranges costs: requests and CPU per GB beside nginx with sendfile and beside a bare
 * `pipeline(createReadStream)` server, in one run and in turns.
 * `node --import tsx e2e/bench/range.ts [--quick]`
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BareFileServerCommands } from './support/bare-file-server.ts';
import { runBench } from './support/bench.ts';
import { median } from './support/measure.ts';
import { startNginxFiles } from './support/nginx-files.ts';
import { fixed, progress, say, table, writeResults } from './support/report.ts';
import { startRelay } from './support/stand.ts';
import { Worker } from './support/worker.ts';

const GB = 1e9;
const FILE_BYTES = 1_000_000_000;
const NAME = 'bench.mp4';
const CONNECTIONS = 8;

interface Contender {
  readonly name: string;
  readonly url: string;
  cpuS(): Promise<number>;
}

interface Round {
  readonly bytes: number;
  readonly requests: number;
  readonly cpuS: number;
  readonly seconds: number;
}

/** How a client asks: `null` for the whole file on each connection, else ranges of so many bytes. */
interface Way {
  readonly name: string;
  readonly rangeBytes: number | null;
}

const WAYS: readonly Way[] = [
  { name: 'whole file', rangeBytes: null },
  { name: 'ranges of 4 MiB', rangeBytes: 4_194_304 },
  { name: 'ranges of 64 KiB', rangeBytes: 65_536 },
];

function fetchRange(agent: Agent, url: string, range: string | null): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: range === null ? {} : { Range: range } }, (response) => {
      if (response.statusCode !== (range === null ? 200 : 206)) reject(new Error(`${url} is ${response.statusCode}`));
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on('end', () => resolve(bytes));
    }).on('error', reject);
  });
}

async function measure(contender: Contender, { rangeBytes }: Way, totalBytes: number): Promise<Round> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  let [bytes, requests, next] = [0, 0, 0];
  const [cpuBefore, sinceMs] = [await contender.cpuS(), performance.now()];
  await Promise.all(
    Array.from({ length: rangeBytes === null ? 1 : CONNECTIONS }, async () => {
      while (next < totalBytes) {
        const first = next % FILE_BYTES;
        const length = rangeBytes ?? FILE_BYTES;
        next += length;
        const last = Math.min(first + length, FILE_BYTES) - 1;
        const got = await fetchRange(agent, contender.url, rangeBytes === null ? null : `bytes=${first}-${last}`);
        bytes += got;
        requests += 1;
      }
    }),
  );
  agent.destroy();
  const seconds = (performance.now() - sinceMs) / 1000;
  return { bytes, requests, seconds, cpuS: (await contender.cpuS()) - cpuBefore };
}

await runBench(async ({ quick }, belongings) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'sightline-bench-'));
  belongings.add({ close: () => rm(dataDir, { recursive: true, force: true }) });
  const folder = join(dataDir, 'videos');
  await mkdir(folder);
  const path = join(folder, NAME);
  progress('a file of 1 GB …');
  const piece = Buffer.alloc(50_000_000, 'sightline');
  await writeFile(path, '');
  for (let at = 0; at < FILE_BYTES; at += piece.length) await writeFile(path, piece, { flag: 'a' });

  const relay = await startRelay(belongings, { dataDir });
  const bare = belongings.add(new Worker<BareFileServerCommands>('./bare-file-server.ts'));
  const barePort = await bare.call('start', { path });
  const nginx = await startNginxFiles(belongings, folder);
  const contenders: readonly Contender[] = [
    {
      name: 'Sightline',
      url: `${relay.url}/api/video/${NAME}`,
      cpuS: async () => (await relay.usage(false)).cpuS,
    },
    {
      name: 'bare pipeline',
      url: `http://127.0.0.1:${barePort}/`,
      cpuS: async () => (await bare.call('usage', { collect: false })).cpuS,
    },
    { name: 'nginx', url: `http://127.0.0.1:${nginx.port}/${NAME}`, cpuS: async () => nginx.cpuS() },
  ];

  const rounds = quick ? 2 : 7;
  const results = [];
  for (const way of WAYS) {
    // Small ranges are many requests: a tenth of the bytes says enough.
    const totalBytes = way.rangeBytes === 65_536 ? FILE_BYTES / 10 : FILE_BYTES;
    const taken = new Map<string, Round[]>(contenders.map(({ name }) => [name, []]));
    progress(`${way.name} …`);
    for (const contender of contenders) await measure(contender, way, totalBytes / 10);
    for (let round = 0; round < rounds; round++) {
      for (const contender of contenders) taken.get(contender.name)?.push(await measure(contender, way, totalBytes));
    }
    const cpuOf = (name: string) => median((taken.get(name) ?? []).map(({ cpuS, bytes }) => (cpuS * GB) / bytes));
    for (const { name } of contenders) {
      const all = taken.get(name) ?? [];
      results.push({
        way: way.name,
        name,
        cpuPerGb: cpuOf(name),
        beside: cpuOf(name) / cpuOf('bare pipeline'),
        requestsPerS: median(all.map(({ requests, seconds }) => requests / seconds)),
        mbPerS: median(all.map(({ bytes, seconds }) => bytes / seconds / 1e6)),
      });
    }
  }
  say(
    table(
      [
        { title: 'asked for', cell: ({ way }) => way },
        { title: 'server', cell: ({ name }) => name },
        { title: 'CPU s per GB', cell: ({ cpuPerGb }) => fixed(cpuPerGb, 2) },
        { title: 'beside bare', cell: ({ beside }) => fixed(beside, 2) },
        { title: 'requests/s', cell: ({ requestsPerS }) => fixed(requestsPerS, 1) },
        { title: 'MB/s', cell: ({ mbPerS }) => fixed(mbPerS, 0) },
      ],
      results,
    ),
  );
  writeResults('range', { results });
});
