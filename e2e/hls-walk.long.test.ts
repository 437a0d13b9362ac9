import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { HlsClient } from './support/hls-client.ts';
import { residentBytes } from './support/processes.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { sleep } from './support/wait.ts';

const FOR_MS = 600_000;
const OUTAGES = 4;
const AWAY_MS = 3_000;
const PAUSE_MS = 30_000;

describe('ten minutes of playlists with a camera that goes away four times', () => {
  let demo: DemoRtsp;
  let relay: RelayProcess;
  beforeAll(async () => {
    demo = await startDemoRtsp({ users: { viewer: 'right' } });
    relay = await startRelay({
      config: {
        ffmpeg: { retryMinMs: 100, retryMaxMs: 500 },
        cameras: { lab: demo.of('lab'), rare: demo.of('yard', 'gop=200') },
      },
    });
  });
  afterAll(async () => {
    await relay?.close();
    await demo?.close();
  });

  it.concurrent('keep the rules for a camera never shown before whose keyframes come later than was promised', async () => {
    const { seen, complaints } = await new HlsClient(`${relay.url}/live/rare/index.m3u8`).follow({ forMs: 30_000 });
    expect(complaints).toEqual([]);
    const { segments, targetDurationS, independentSegments } = seen.at(-1)!.playlist;
    expect([targetDurationS, independentSegments]).toEqual([6, false]);
    expect(segments.some(({ durationS }) => durationS > 6)).toBe(true);
  });

  it.concurrent('keep every rule and tell of four discontinuities, in a memory that does not grow, and segments for one who pauses', async () => {
    const client = new HlsClient(`${relay.url}/live/lab/index.m3u8`);
    await client.media();
    let earlyBytes = 0;
    const outages = async () => {
      for (let count = 0; count < OUTAGES; count++) {
        await sleep(FOR_MS / (OUTAGES + 1));
        earlyBytes ||= residentBytes(relay.pid);
        await demo.kill();
        await sleep(AWAY_MS);
        await demo.revive();
      }
    };
    /** Reads a playlist, does nothing for 30 s, and only then fetches what it lists. */
    const pauses = async () => {
      const statuses: number[] = [];
      for (const endMs = performance.now() + FOR_MS - PAUSE_MS; performance.now() < endMs; ) {
        const { segments } = await client.media();
        await sleep(PAUSE_MS);
        for (const { uri } of segments) statuses.push((await client.get(uri)).status);
      }
      return statuses;
    };
    const [blocking, polling, paused] = await Promise.all([
      client.follow({ forMs: FOR_MS }),
      client.follow({ forMs: FOR_MS, pollMs: 2_000 }),
      pauses(),
      outages(),
    ]);
    expect(new Set(paused), 'what a playlist lists is there 30 s later').toEqual(new Set([200]));
    expect(paused.length).toBeGreaterThan(100);
    expect(blocking.complaints).toEqual([]);
    expect(polling.complaints).toEqual([]);
    const told = new Map(
      blocking.seen.flatMap(({ playlist }) => playlist.segments.map((segment) => [segment.sequence, segment] as const)),
    );
    expect([...told.values()].filter(({ discontinuity }) => discontinuity)).toHaveLength(OUTAGES);
    const numbers = [...told.keys()].sort((a, b) => a - b);
    expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + index));
    expect(residentBytes(relay.pid)).toBeLessThan(earlyBytes + 60_000_000);
  });
});
