import { rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { HlsClient, nextQuery } from './support/hls-client.ts';
import { dataDirThatKnows } from './support/hls-rhythms.ts';
import { openFiles, residentBytes } from './support/processes.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { eventually } from './support/wait.ts';

const CONSUMERS = 1_000;
/** Longer than an idle connection is kept, and than a segment may take to be taken. */
const FORGOTTEN_WITHIN_MS = 25_000;

describe('1,000 consumers of HLS that vanish without a word', () => {
  let demo: DemoRtsp;
  let relay: RelayProcess;
  let dataDir: string;
  beforeAll(async () => {
    demo = await startDemoRtsp();
    const hls = { segmentMs: 1_000, idleTimeoutMs: 3_000 };
    dataDir = await dataDirThatKnows({ lab: { keyframeIntervalMs: 1_000, frameMs: 40 } });
    relay = await startRelay({ config: { dataDir, hls, cameras: { lab: demo.of('lab', 'gop=25') } } });
  });
  afterAll(async () => {
    await relay?.close();
    await demo?.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('are forgotten, hold nothing up, and do not keep the camera', async () => {
    const client = new HlsClient(`${relay.url}/live/lab/index.m3u8`);
    const now = await client.media();
    const filesBefore = openFiles(relay.pid);
    const bytesBefore = residentBytes(relay.pid);
    const sockets: Socket[] = [];
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    const targets = [`main.m3u8${nextQuery(now)}`, 'main.m3u8', now.segments.at(-1)!.uri, now.hint!];
    await Promise.all(
      Array.from({ length: CONSUMERS }, async (_, index) => {
        sockets.push(await silentRequest(relay.port, `/live/lab/${targets[index % targets.length]}`));
      }),
    );
    // A third is cut off; the others are there, ask for nothing, take nothing and never say goodbye.
    for (const socket of sockets.filter((_, index) => index % 3 === 0)) socket.resetAndDestroy();

    const { complaints, refusals, seen } = await client.follow({ forMs: 3_000 });
    expect([complaints, refusals]).toEqual([[], []]);
    expect(seen.length).toBeGreaterThan(6);
    await eventually(
      () => openFiles(relay.pid),
      (files) => files < filesBefore + 20,
      { withinMs: FORGOTTEN_WITHIN_MS },
    );
    expect(residentBytes(relay.pid) - bytesBefore).toBeLessThan(100e6);
    await eventually(
      () => demo.sessions('lab').now,
      (sessions) => sessions === 0,
      { withinMs: FORGOTTEN_WITHIN_MS },
    );
  });
});

/** A connection that has sent a request and does nothing more, not even read. */
function silentRequest(port: number, target: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.off('error', reject);
      socket.on('error', () => {});
      socket.pause();
      socket.write(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`, () => resolve(socket));
    });
    socket.once('error', reject);
  });
}
