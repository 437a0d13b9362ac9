import { describe, expect, it } from 'vitest';
import { FileNames, readFileName } from './file-names.ts';
import { firstNumbers } from './hls-outputs.ts';

const rendition = { stream: 'main', profile: 'auto', hevc: false, audio: true, container: 'fmp4' } as const;

describe('the numbers with which an output begins', () => {
  it('run ahead of every playlist that an earlier relay can have made', () => {
    const startMs = Date.UTC(2026, 4, 3, 12);
    const before = firstNumbers(startMs);
    const after = firstNumbers(startMs + 86_400_000);
    expect(after.sequence - before.sequence).toBe(86_400);
    expect(after.discontinuitySequence - before.discontinuitySequence).toBe(24);
  });

  it('are whole numbers that files can be called by, on a machine that does not know the time yet', () => {
    const { sequence, discontinuitySequence } = firstNumbers(Date.UTC(1970, 0, 1, 0, 1));
    expect(discontinuitySequence).toBeGreaterThanOrEqual(0);
    const name = new FileNames(rendition, 'abcd1234').segment(sequence);
    expect(readFileName(name)).toMatchObject({ kind: 'segment', sequence });
  });
});
