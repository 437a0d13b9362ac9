import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeFile } from './support/decode.ts';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { type Followed, HlsClient } from './support/hls-client.ts';
import { dataDirThatKnows } from './support/hls-rhythms.ts';
import { ffmpegsOf } from './support/processes.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { sleep } from './support/wait.ts';

const FOR_MS = 20_000;
const KILL_AFTER_MS = 4_000;
const AWAY_MS = 1_500;

describe('playlists that are followed while ffmpeg is killed, and the camera goes away and comes back', () => {
  let demo: DemoRtsp;
  let dataDir: string;
  let relay: RelayProcess;
  let blocking: Followed;
  let polling: Followed;
  let client: HlsClient;
  beforeAll(async () => {
    // The same password before and after.
    demo = await startDemoRtsp({ users: { viewer: 'right' } });
    dataDir = await dataDirThatKnows({ lab: { keyframeIntervalMs: 1_000, frameMs: 40 } });
    relay = await startRelay({
      config: {
        dataDir,
        ffmpeg: { retryMinMs: 100, retryMaxMs: 500 },
        hls: { segmentMs: 1_000, window: 6 },
        cameras: { lab: demo.of('lab', 'gop=25') },
      },
    });
    client = new HlsClient(`${relay.url}/live/lab/index.m3u8`);
    await client.media();
    const outage = async () => {
      await sleep(KILL_AFTER_MS);
      for (const { pid } of ffmpegsOf(relay.pid)) process.kill(pid, 'SIGKILL');
      await sleep(KILL_AFTER_MS);
      await demo.kill();
      await sleep(AWAY_MS);
      await demo.revive();
    };
    [blocking, polling] = await Promise.all([
      client.follow({ forMs: FOR_MS }),
      client.follow({ forMs: FOR_MS, pollMs: 1_000 }),
      outage(),
    ]);
  }, FOR_MS + 60_000);
  afterAll(async () => {
    await relay?.close();
    await demo?.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('keep every rule, for a low-latency player and for a plain one', () => {
    expect(blocking.complaints).toEqual([]);
    expect(polling.complaints).toEqual([]);
    expect(blocking.seen.length).toBeGreaterThan(40);
    expect(polling.seen.length).toBeGreaterThan(13);
  });

  it('tell of the killed ffmpeg and of the restart by one discontinuity each, and then count them', () => {
    const told = new Map(
      blocking.seen.flatMap(({ playlist }) => playlist.segments.map((segment) => [segment.sequence, segment] as const)),
    );
    expect([...told.values()].filter(({ discontinuity }) => discontinuity)).toHaveLength(2);
    const numbers = [...told.keys()].sort((a, b) => a - b);
    expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + index));
  });

  it('come within a part of the part’s making', () => {
    // The date of a segment and its parts' durations say when the newest part's last picture reached the relay.
    const lateMs = blocking.seen.slice(5).flatMap(({ playlist, atMs }) => {
      const last = playlist.segments.at(-1)!;
      const openS = playlist.openParts.reduce((sum, { durationS }) => sum + durationS, 0);
      const madeAtMs = last.pdtMs! + (last.durationS + openS) * 1000;
      return playlist.openDiscontinuity ? [] : [atMs - madeAtMs];
    });
    const sorted = lateMs.sort((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(252);
  });

  it('give segments of both sides of the restart that decode without an error', async () => {
    const { segments } = blocking.seen.at(-1)!.playlist;
    for (const segment of segments) expect((await decodeFile(await client.playable(segment))).complaints).toBe('');
  });
});
