/** Requests that never end, while people watch: nobody notices, and each is cut off. At length: `slow-flood.long.test.ts`. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DemoRtsp, startDemoRtsp } from '../support/demo-rtsp.ts';
import { openFiles, residentBytes } from '../support/processes.ts';
import { type RelayProcess, startRelay } from '../support/relay-process.ts';
import { floodSlowly, longestSilenceMs, watchers } from '../support/slow-flood.ts';
import { eventually } from '../support/wait.ts';

const SLOW = 200;
const VIEWERS = 10;

let demo: DemoRtsp;
let relay: RelayProcess;

beforeAll(async () => {
  demo = await startDemoRtsp();
  relay = await startRelay({ config: { cameras: { yard: demo.of('yard', 'width=320&height=180&fps=10') } } });
});

afterAll(async () => {
  await relay?.close();
  await demo?.close();
});

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
