/** The API as it is described, fuzzed for minutes rather than seconds: `attacks/api-fuzz.test.ts` at length. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fuzzApi } from './support/api-fuzz.ts';
import { startFuzzedRelay } from './support/fuzzed-relay.ts';

const FOR_MS = 180_000;

it('no 500, no hang and no look inside, whatever is asked for three minutes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-fuzz-'));
  const { relay, ask, failures, close } = await startFuzzedRelay(folder);
  try {
    const endMs = performance.now() + FOR_MS;
    for (let seed = Date.now() % 0x7fff_ffff; performance.now() < endMs; seed++) {
      const { faults } = await fuzzApi({ ...ask, url: relay.url, seed, perOperation: 40 });
      expect({ seed, faults, failures: failures() }).toEqual({ seed, faults: [], failures: [] });
    }
  } finally {
    await close();
    await rm(folder, { recursive: true, force: true });
  }
});
