/**
 * What the reverse proxy costs: CPU per GB of a large file and requests per second of a small one, beside nginx as a
 * proxy and beside a bare `pipeline` proxy, all before the same nginx, in turns.
 * `node --import tsx e2e/bench/proxy.ts [--quick]`
 */
import { mkdir, mkdtemp, truncate, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNginxMachine } from '../support/nginx.ts';
import type { BareProxyCommands } from './support/bare-proxy.ts';
import { runBench } from './support/bench.ts';
import { descendantsOf, median, usageOfAll } from './support/measure.ts';
import { fixed, progress, say, table, writeResults } from './support/report.ts';
import { startRelay } from './support/stand.ts';
import { Worker } from './support/worker.ts';

const GB = 1e9;
const SMALL_BYTES = 1_000;
const CONNECTIONS = 32;
/** Files that are fetched at one time. */
const DOWNLOADS = 2;

interface Candidate {
  readonly name: string;
  readonly port: number;
  /** Before the file's name. */
  readonly path: string;
  readonly cpuS: () => Promise<number> | number;
}

interface Round {
  readonly cpuSPerGb: number;
  readonly mbPerS: number;
  readonly requestsPerS: number;
  readonly cpuMsPerRequest: number;
}

/** Fetches a file on a connection of its own and counts the bytes behind its headers. */
function download({ port, path }: Candidate, file: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    let head = '';
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(`GET ${path}${file} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`);
    });
    socket.on('data', (chunk) => {
      bytes += chunk.length;
      if (head.includes('\r\n\r\n')) return;
      head += chunk.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end >= 0) bytes = head.length - end - 4;
    });
    socket.on('error', reject);
    socket.on('close', () => {
      if (head.startsWith('HTTP/1.1 200')) resolve(bytes);
      else reject(new Error(`${path}${file}: ${head.split('\r\n', 1)[0]}`));
    });
  });
}

/** Asks for the small file again and again on one connection, until the time is over. */
function askOften({ port, path }: Candidate, file: string, untilMs: number): Promise<number> {
  const request = `GET ${path}${file} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
  return new Promise((resolve, reject) => {
    let count = 0;
    let came = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.on('close', () => resolve(count));
    socket.on('data', (chunk) => {
      came += chunk.toString('latin1');
      const end = came.indexOf('\r\n\r\n');
      if (end < 0 || came.length < end + 4 + SMALL_BYTES) return;
      if (!came.startsWith('HTTP/1.1 200')) reject(new Error(came.slice(0, end)));
      came = '';
      count += 1;
      if (performance.now() < untilMs) socket.write(request);
      else socket.destroy();
    });
  });
}

async function measure(candidate: Candidate, totalBytes: number, seconds: number): Promise<Round> {
  let [before, sinceMs] = [await candidate.cpuS(), performance.now()];
  let bytes = 0;
  const fetchOn = async () => {
    while (bytes < totalBytes) bytes += await download(candidate, 'large.mp4');
  };
  await Promise.all(Array.from({ length: DOWNLOADS }, fetchOn));
  const cpuSPerGb = (((await candidate.cpuS()) - before) * GB) / bytes;
  const mbPerS = bytes / 1e3 / (performance.now() - sinceMs);

  [before, sinceMs] = [await candidate.cpuS(), performance.now()];
  const untilMs = sinceMs + seconds * 1000;
  const counts = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => askOften(candidate, 'small.bin', untilMs)),
  );
  const requests = counts.reduce((sum, count) => sum + count, 0);
  const tookS = (performance.now() - sinceMs) / 1000;
  const cpuMsPerRequest = (((await candidate.cpuS()) - before) * 1000) / requests;
  return { cpuSPerGb, mbPerS, requestsPerS: requests / tookS, cpuMsPerRequest };
}

await runBench(async ({ quick }, belongings) => {
  const fileBytes = quick ? GB / 10 : GB;
  const rounds = quick ? 2 : 3;
  const machine = belongings.add(
    await startNginxMachine((folder) => `root ${folder}/files; keepalive_requests 1000000; sendfile on;`),
  );
  await mkdir(join(machine.folder, 'files'));
  await writeFile(join(machine.folder, 'files/large.mp4'), '');
  await truncate(join(machine.folder, 'files/large.mp4'), fileBytes);
  await writeFile(join(machine.folder, 'files/small.bin'), Buffer.alloc(SMALL_BYTES));

  const nginx = belongings.add(
    await startNginxMachine(
      () => `keepalive_requests 1000000;
      location / { proxy_pass http://machine; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_max_temp_file_size 0; }`,
      `upstream machine { server 127.0.0.1:${machine.port}; keepalive 100; }`,
    ),
  );
  const bare = belongings.add(new Worker<BareProxyCommands>('./bare-proxy.ts'));
  const barePort = await bare.call('start', { upstreamPort: machine.port });
  const relay = await startRelay(belongings, {
    dataDir: await mkdtemp(join(tmpdir(), 'sightline-bench-')),
    resources: { files: { target: `http://127.0.0.1:${machine.port}/` } },
  });
  const candidates: Candidate[] = [
    {
      name: 'Sightline',
      port: relay.port,
      path: '/proxy/files/',
      cpuS: async () => (await relay.usage(false)).cpuS,
    },
    {
      name: 'bare pipeline',
      port: barePort,
      path: '/',
      cpuS: async () => (await bare.call('usage', { collect: false })).cpuS,
    },
    {
      name: 'nginx',
      port: nginx.port,
      path: '/',
      cpuS: () => usageOfAll([nginx.pid, ...descendantsOf(nginx.pid)]).cpuS,
    },
  ];

  const measured = new Map<string, Round[]>(candidates.map(({ name }) => [name, []]));
  for (const candidate of candidates) await measure(candidate, fileBytes / 10, 0.5);
  for (let round = 1; round <= rounds; round++) {
    progress(`round ${round} of ${rounds} …`);
    for (const candidate of candidates) {
      measured.get(candidate.name)!.push(await measure(candidate, fileBytes * 2, quick ? 1 : 4));
    }
  }
  const rows = candidates.map(({ name }) => {
    const all = measured.get(name)!;
    const of = (key: keyof Round) => median(all.map((round) => round[key]));
    return {
      name,
      cpuSPerGb: of('cpuSPerGb'),
      mbPerS: of('mbPerS'),
      requestsPerS: of('requestsPerS'),
      cpuMsPerRequest: of('cpuMsPerRequest'),
    };
  });
  say(
    table(
      [
        { title: 'proxy', cell: ({ name }) => name },
        { title: 'CPU s per GB', cell: (row) => fixed(row.cpuSPerGb, 2) },
        { title: 'MB/s', cell: (row) => fixed(row.mbPerS, 0) },
        { title: `requests/s of ${SMALL_BYTES} bytes`, cell: (row) => fixed(row.requestsPerS, 0) },
        { title: 'CPU ms per request', cell: (row) => fixed(row.cpuMsPerRequest, 3) },
      ],
      rows,
    ),
  );
  const [ours, pipeline] = rows;
  const ratio = ours!.cpuSPerGb / pipeline!.cpuSPerGb;
  say(`CPU per GB: ${fixed(ratio, 2)} times the bare pipeline’s`);
  writeResults('proxy', { fileBytes, rounds, rows, ratio, measured: Object.fromEntries(measured) });
});
