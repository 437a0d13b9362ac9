import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { Rhythm } from '../../hub/rhythm.ts';
import { RhythmMemory } from './rhythm-memory.ts';

const RHYTHM: Rhythm = { keyframeIntervalMs: 2_000, frameMs: 40 };

describe('RhythmMemory', () => {
  it('remembers over a restart of the relay, and takes a damaged file for an empty one', async () => {
    const dataDir = await mkdtemp('/tmp/sightline-rhythm-');
    const options = { dataDir, log: pino({ level: 'silent' }) };
    try {
      const before = new RhythmMemory(options);
      await before.load();
      before.remember('yard', RHYTHM);
      before.remember('yard', { ...RHYTHM, peakBitrate: 1_000_000 });
      before.remember('yard', { ...RHYTHM, peakBitrate: 1_100_000 });
      await before.close();
      const after = new RhythmMemory(options);
      await after.load();
      expect(after.recall('yard'), 'what is nearly the same is not written again').toEqual({
        ...RHYTHM,
        peakBitrate: 1_000_000,
      });
      await writeFile(`${dataDir}/hls/rhythms.json`, '{"yard": {"frameMs": "x"}, "door": 3');
      const damaged = new RhythmMemory(options);
      await damaged.load();
      expect(damaged.recall('yard')).toBeNull();
    } finally {
      await rm(dataDir, { recursive: true });
    }
  });
});
