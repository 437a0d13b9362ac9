import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filesToDelete, type KeptFile, type RetentionSituation } from './retention-policy.ts';

const HOUR = 3_600_000;
const NOW = 1_000 * HOUR;

/** Ends so many hours ago. */
function file(camera: string, hoursAgo: number, bytes = 100, inUse = false): KeptFile {
  const endedAtMs = NOW - hoursAgo * HOUR;
  return { camera, path: `${camera}-${hoursAgo}`, startedAtMs: endedAtMs - HOUR, endedAtMs, bytes, inUse };
}

const calm: Omit<RetentionSituation, 'files'> = {
  nowMs: NOW,
  limitsOf: () => ({ maxAgeMs: 100 * HOUR, maxBytes: null }),
  maxBytes: null,
  growingBytes: 0,
  neededBytes: 0,
};
const gone = (files: KeptFile[], more: Partial<RetentionSituation> = {}) =>
  filesToDelete({ ...calm, ...more, files }).map(({ path }) => path);

describe('recordings that have to go', () => {
  const files = [file('yard', 5), file('lab', 7), file('yard', 1), file('lab', 3)];

  it('are none while there is room', () => expect(gone(files)).toEqual([]));

  it('are those that are too old, by each camera’s own limit', () => {
    expect(gone([...files, file('yard', 101)])).toEqual(['yard-101']);
    const limitsOf = (camera: string) => ({ maxAgeMs: (camera === 'lab' ? 4 : 100) * HOUR, maxBytes: null });
    expect(gone(files, { limitsOf })).toEqual(['lab-7']);
  });

  it('are the oldest of all when all together are too many bytes', () => {
    expect(gone(files, { maxBytes: 400 })).toEqual([]);
    expect(gone(files, { maxBytes: 399 })).toEqual(['lab-7']);
    expect(gone(files, { maxBytes: 200 })).toEqual(['lab-7', 'yard-5']);
  });

  it('are the camera’s own oldest when it has too many bytes', () => {
    const limitsOf = (camera: string) => ({ maxAgeMs: 100 * HOUR, maxBytes: camera === 'yard' ? 150 : null });
    expect(gone(files, { limitsOf })).toEqual(['yard-5']);
  });

  it('make room for what is being written', () => {
    expect(gone(files, { maxBytes: 400, growingBytes: 150 })).toEqual(['lab-7', 'yard-5']);
  });

  it('are as many as a full disk needs', () => {
    expect(gone(files, { neededBytes: 1 })).toEqual(['lab-7']);
    expect(gone(files, { neededBytes: 101 })).toEqual(['lab-7', 'yard-5']);
    expect(gone([...files, file('yard', 101)], { neededBytes: 100 })).toEqual(['yard-101']);
  });

  it('are never the one that is being read', () => {
    const read = [file('lab', 200, 100, true), ...files];
    expect(gone(read)).toEqual([]);
    expect(gone(read, { maxBytes: 0, neededBytes: 1_000 })).toEqual(['lab-7', 'yard-5', 'lab-3', 'yard-1']);
  });

  it('are enough, no more than enough, and the oldest, whatever there is', () => {
    const files = fc.uniqueArray(
      fc.record({ hours: fc.nat({ max: 99 }), bytes: fc.integer({ min: 1, max: 1_000 }), inUse: fc.boolean() }),
      { selector: ({ hours }) => hours },
    );
    fc.assert(
      fc.property(files, fc.nat({ max: 20_000 }), (list, maxBytes) => {
        const all = list.map(({ hours, bytes, inUse }) => file('yard', hours, bytes, inUse));
        const deleted = filesToDelete({ ...calm, files: all, maxBytes });
        const kept = all.filter((each) => !deleted.includes(each));
        const sum = (some: readonly KeptFile[]) => some.reduce((total, { bytes }) => total + bytes, 0);
        expect(deleted.some(({ inUse }) => inUse)).toBe(false);
        const free = kept.filter(({ inUse }) => !inUse);
        if (free.length > 0) expect(sum(kept)).toBeLessThanOrEqual(maxBytes);
        const last = deleted.at(-1);
        if (last === undefined) return;
        expect(sum(kept) + last.bytes).toBeGreaterThan(maxBytes);
        expect(free.every(({ startedAtMs }) => startedAtMs > last.startedAtMs)).toBe(true);
      }),
    );
  });
});
