/** Every operation that the API describes, with values at random: no 500, no hang, no look inside. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fuzzApi } from '../support/api-fuzz.ts';
import { startFuzzedRelay } from '../support/fuzzed-relay.ts';

it('the API as it is described, fuzzed route by route', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-fuzz-'));
  const { relay, ask, failures, close } = await startFuzzedRelay(folder);
  try {
    const seed = Date.now() % 0x7fff_ffff;
    const { requests, faults } = await fuzzApi({ ...ask, url: relay.url, seed, perOperation: 10 });
    expect({ seed, faults }).toEqual({ seed, faults: [] });
    expect(requests).toBeGreaterThan(400);
    expect(failures()).toEqual([]);
    expect((await fetch(`${relay.url}/healthz`)).status).toBe(200);
  } finally {
    await close();
    await rm(folder, { recursive: true, force: true });
  }
});
