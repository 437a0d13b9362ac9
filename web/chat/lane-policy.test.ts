import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseRow, isLaneFree, type LaneUse, rowsOf } from './lane-policy.ts';

describe('rows', () => {
  it.each([
    [400, 20, 0.5, 2, 10, 2],
    [400, 20, 1, 2, 16, 2],
    [400, 20, 0.25, 2, 5, 2],
    [100, 20, 0.5, 1, 3, 1],
    [50, 20, 0.5, 0, 1, 0],
    [5, 20, 0.5, 0, 1, 0],
  ])(
    '%d px of %d px at density %d: %d standing, %d flying, %d standing',
    (height, row, density, top, flying, bottom) => {
      const rows = rowsOf(height, row, density);
      expect([rows.top.length, rows.scroll.length, rows.bottom.length]).toEqual([top, flying, bottom]);
    },
  );

  it('are never in two lists and never outside the picture', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 10, max: 80 }),
        fc.double({ min: 0.25, max: 1, noNaN: true }),
        (height, rowPx, density) => {
          const { top, scroll, bottom } = rowsOf(height, rowPx, density);
          const all = [...top, ...scroll, ...bottom];
          expect(new Set(all).size).toBe(all.length);
          expect(Math.max(...all)).toBeLessThan(Math.max(1, Math.floor(height / rowPx)));
        },
      ),
    );
  });
});

describe('flying', () => {
  /** Left and right end at a time. */
  const span = (use: LaneUse, stagePx: number, atMs: number) => {
    const left = stagePx - (atMs - use.startMs) * use.pxPerMs;
    return [left, left + use.widthPx] as const;
  };

  it('never covers another, whatever comes when, how long and how fast', () => {
    const comment = fc.record({
      afterMs: fc.integer({ min: 0, max: 2_000 }),
      widthPx: fc.integer({ min: 5, max: 1_500 }),
      pxPerMs: fc.double({ min: 0.05, max: 0.4, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(comment, { maxLength: 60 }), fc.integer({ min: 200, max: 2_000 }), (comments, stagePx) => {
        const uses = new Map<number, LaneUse>();
        const flown: { row: number; use: LaneUse }[] = [];
        let nowMs = 0;
        for (const { afterMs, widthPx, pxPerMs } of comments) {
          nowMs += afterMs;
          const row = chooseRow([0, 1, 2], uses, stagePx, pxPerMs, nowMs);
          if (row === undefined) continue;
          const use = { startMs: nowMs, widthPx, pxPerMs };
          for (const other of flown.filter((each) => each.row === row)) {
            const endMs = Math.min(
              use.startMs + (stagePx + widthPx) / pxPerMs,
              other.use.startMs + (stagePx + other.use.widthPx) / other.use.pxPerMs,
            );
            for (const atMs of [nowMs, (nowMs + endMs) / 2, endMs - 0.001].filter(
              (each) => each >= nowMs && each < endMs,
            )) {
              // What is to the left of the picture is seen by nobody.
              const [left] = span(use, stagePx, atMs);
              const [, otherRight] = span(other.use, stagePx, atMs);
              if (otherRight > 0.01) expect(left).toBeGreaterThanOrEqual(otherRight - 0.01);
            }
          }
          uses.set(row, use);
          flown.push({ row, use });
        }
      }),
    );
  });

  it('waits until the tail of the one before has come in', () => {
    const use = { startMs: 0, widthPx: 100, pxPerMs: 0.1 };
    expect(isLaneFree(use, 800, 0.1, 1_000)).toBe(false);
    expect(isLaneFree(use, 800, 0.1, 1_300)).toBe(true);
    expect(isLaneFree(use, 800, 0.4, 1_300)).toBe(false);
    expect(isLaneFree({ ...use, widthPx: Number.POSITIVE_INFINITY }, 800, 0.1, 1e9)).toBe(false);
    expect(isLaneFree(undefined, 800, 0.1, 0)).toBe(true);
  });
});
