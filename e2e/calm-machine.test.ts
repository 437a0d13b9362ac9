import { describe, expect, it } from 'vitest';
import { parseCpuTicks, stolenShare } from './support/calm-machine.ts';

describe('the time that a machine has', () => {
  it('is read from the first line of /proc/stat', () => {
    const text = 'cpu  100 20 30 5000 7 0 3 47 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\n';
    expect(parseCpuTicks(text)).toEqual({ wanted: 200, stolen: 47 });
  });

  it('is short by what others had of the time wanted', () => {
    const before = { wanted: 1_000, stolen: 10 };
    expect(stolenShare(before, { wanted: 1_400, stolen: 110 })).toBe(0.25);
    expect(stolenShare(before, { wanted: 1_400, stolen: 10 })).toBe(0);
    expect(stolenShare(before, before)).toBe(0);
  });
});
