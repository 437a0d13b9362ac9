import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { useDemoRelay } from './support/demo-relay.ts';
import { HlsClient, nextQuery } from './support/hls-client.ts';
import { openFiles, residentBytes } from './support/processes.ts';
import { eventually } from './support/wait.ts';

const CONSUMERS = 1_000;
/** Longer than an idle connection is kept, and than a segment may take to be taken. */
const FORGOTTEN_WITHIN_MS = 25_000;

describe('1,000 consumers of HLS that vanish without a word', () => {
  const stand = useDemoRelay(
    (demo) => {
      const hls = { segmentMs: 1_000, idleTimeoutMs: 3_000 };
      return { hls, cameras: { lab: demo.of('lab', 'gop=25') } };
    },
    { knows: { lab: { keyframeIntervalMs: 1_000, frameMs: 40 } } },
  );

  it('are forgotten, hold nothing up, and do not keep the camera', async () => {
    const client = new HlsClient(`${stand.relay.url}/live/lab/index.m3u8`);
    const now = await client.media();
    const filesBefore = openFiles(stand.relay.pid);
    const bytesBefore = residentBytes(stand.relay.pid);
    const sockets: Socket[] = [];
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    const targets = [`main.m3u8${nextQuery(now)}`, 'main.m3u8', now.segments.at(-1)!.uri, now.hint!];
    await Promise.all(
      Array.from({ length: CONSUMERS }, async (_, index) => {
        sockets.push(await silentRequest(stand.relay.port, `/live/lab/${targets[index % targets.length]}`));
      }),
    );
    // A third is cut off; the others are there, ask for nothing, take nothing and never say goodbye.
    for (const socket of sockets.filter((_, index) => index % 3 === 0)) socket.resetAndDestroy();

    const { complaints, refusals, seen } = await client.follow({ forMs: 3_000 });
    expect([complaints, refusals]).toEqual([[], []]);
    expect(seen.length).toBeGreaterThan(6);
    await eventually(
      () => openFiles(stand.relay.pid),
      (files) => files < filesBefore + 20,
      { withinMs: FORGOTTEN_WITHIN_MS },
    );
    expect(residentBytes(stand.relay.pid) - bytesBefore).toBeLessThan(100e6);
    await eventually(
      () => stand.demo.sessions('lab').now,
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
