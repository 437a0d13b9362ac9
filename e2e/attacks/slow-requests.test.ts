/** Requests that never end, while people watch: nobody notices, and each is cut off. At length: `slow-flood.long.test.ts`. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openFiles, residentBytes } from '../support/processes.ts';
import type { RelayProcess } from '../support/relay-process.ts';
import { floodSlowly, longestSilenceMs, startWatchedYard, type WatchedYard, watchers } from '../support/slow-flood.ts';
import { eventually } from '../support/wait.ts';

const SLOW = 200;
const VIEWERS = 10;

let yard: WatchedYard;
let relay: RelayProcess;

beforeAll(async () => {
  yard = await startWatchedYard();
  relay = yard.relay;
});
afterAll(() => yard?.close());

it('200 half-sent requests are cut off, and ten viewers watch without a gap', async () => {
  const viewers = await watchers(relay, 'yard', VIEWERS);
  const before = { files: openFiles(relay.pid), bytes: residentBytes(relay.pid) };
  const flood = await floodSlowly(relay, SLOW);
  try {
    expect(await longestSilenceMs(viewers, 4_000)).toBeLessThan(1_500);
    expect(residentBytes(relay.pid) - before.bytes).toBeLessThan(64 * 1_048_576);
    // Ten seconds for a request, and five until that is looked at.
    await eventually(
      () => flood.open,
      (open) => open === 0,
      { withinMs: 20_000 },
    );
    for (const viewer of viewers) {
      expect(viewer.end).toBeNull();
      viewer.checkContinuity({ maxGapMs: 1_500 });
    }
    await eventually(
      () => openFiles(relay.pid),
      (open) => open <= before.files + 3,
    );
  } finally {
    flood.close();
    await Promise.all(viewers.map((viewer) => viewer.leave()));
  }
});
