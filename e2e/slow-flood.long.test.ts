/** A thousand requests that never end, and a hundred WebSockets stuck in a frame, while fifty people watch. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openFiles, residentBytes } from './support/processes.ts';
import type { RelayProcess } from './support/relay-process.ts';
import {
  floodSlowly,
  longestSilenceMs,
  openHalfFrames,
  startWatchedYard,
  type WatchedYard,
  watchers,
} from './support/slow-flood.ts';
import { eventually } from './support/wait.ts';

const SLOW = 1_000;
const STUCK = 100;
const VIEWERS = 50;
const WAVES = 3;

let yard: WatchedYard;
let relay: RelayProcess;

beforeAll(async () => {
  yard = await startWatchedYard();
  relay = yard.relay;
});
afterAll(() => yard?.close());

it('1,000 half-sent requests, three times over, cost 50 viewers no gap', async () => {
  const viewers = await watchers(relay, 'yard', VIEWERS);
  const before = { files: openFiles(relay.pid), bytes: residentBytes(relay.pid) };
  const stuck = await openHalfFrames(relay, STUCK);
  for (let wave = 0; wave < WAVES; wave++) {
    const flood = await floodSlowly(relay, SLOW);
    try {
      expect(await longestSilenceMs(viewers, 8_000)).toBeLessThan(2_000);
      await eventually(
        () => flood.open,
        (open) => open === 0,
        { withinMs: 30_000 },
      );
    } finally {
      flood.close();
    }
    expect(residentBytes(relay.pid) - before.bytes).toBeLessThan(128 * 1_048_576);
  }
  // They answer no ping: the second one finds that out.
  await eventually(
    () => stuck.filter(({ destroyed, readableEnded }) => !destroyed && !readableEnded).length,
    (open) => open === 0,
    {
      withinMs: 60_000,
    },
  );
  await eventually(
    () => openFiles(relay.pid),
    (open) => open <= before.files + 3,
  );
  for (const viewer of viewers) {
    expect(viewer.end).toBeNull();
    viewer.checkContinuity({ maxGapMs: 2_000 });
    await viewer.leave();
  }
});
