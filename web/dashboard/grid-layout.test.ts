import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridLayout, tileByArrow, wallLayout } from './grid-layout.ts';

const desktop = { widthPx: 1416, heightPx: 838, gapPx: 8, captionPx: 0, columns: 'auto' } as const;

describe('the grid', () => {
  it.each([
    [1, 1, 1],
    [2, 2, 1],
    [4, 2, 2],
    [6, 3, 2],
    [9, 3, 3],
    [16, 4, 4],
    [25, 5, 5],
  ])('shows %i cameras on a desktop as %i by %i without scrolling', (count, columns, rows) => {
    expect(gridLayout({ ...desktop, count })).toMatchObject({ columns, rows, scrolls: false });
  });

  it('shows 64 cameras on a large screen without scrolling', () => {
    expect(
      gridLayout({ count: 64, widthPx: 2540, heightPx: 1370, gapPx: 4, captionPx: 0, columns: 'auto' }),
    ).toMatchObject({
      columns: 8,
      rows: 8,
      scrolls: false,
    });
  });

  it('leaves room for a line under each picture', () => {
    const grid = gridLayout({ ...desktop, count: 4, captionPx: 30 });
    expect(grid).toMatchObject({ columns: 2, rows: 2, scrolls: false });
    expect(grid.tileHeightPx).toBeCloseTo((grid.tileWidthPx * 9) / 16 + 30);
  });

  it('scrolls rather than showing stamps', () => {
    const { scrolls, tileWidthPx } = gridLayout({ ...desktop, count: 64, widthPx: 900, heightPx: 600 });
    expect(scrolls).toBe(true);
    expect(tileWidthPx).toBeGreaterThanOrEqual(290);
  });

  it('has one column on a phone held upright and more when it lies', () => {
    expect(
      gridLayout({ count: 4, widthPx: 374, heightPx: 780, gapPx: 8, captionPx: 0, columns: 'auto' }),
    ).toMatchObject({
      columns: 1,
      tileWidthPx: 374,
    });
    expect(
      gridLayout({ count: 4, widthPx: 830, heightPx: 330, gapPx: 8, captionPx: 0, columns: 'auto' }).columns,
    ).toBeGreaterThan(1);
  });

  it('keeps a chosen number of columns as far as there is room', () => {
    expect(gridLayout({ ...desktop, count: 20, columns: 3 })).toMatchObject({ columns: 3, rows: 7, scrolls: true });
    expect(gridLayout({ ...desktop, count: 20, columns: 8, widthPx: 300 }).columns).toBeLessThan(4);
  });

  it('never overflows the width, and the height only when it says so', () => {
    const size = fc.integer({ min: 280, max: 4000 });
    const columns = fc.oneof(fc.constant('auto' as const), fc.integer({ min: 1, max: 8 }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), size, size, columns, (count, widthPx, heightPx, chosen) => {
        const grid = gridLayout({ count, widthPx, heightPx, gapPx: 8, captionPx: 0, columns: chosen });
        expect(grid.columns * grid.tileWidthPx + 8 * (grid.columns - 1)).toBeLessThanOrEqual(widthPx);
        expect(grid.columns * grid.rows).toBeGreaterThanOrEqual(count);
        const usedPx = grid.rows * grid.tileHeightPx + 8 * (grid.rows - 1);
        if (!grid.scrolls) expect(usedPx).toBeLessThanOrEqual(heightPx + 0.01);
      }),
    );
  });

  it('scrolls or does not, whether there is a scroll bar yet or not, and makes room for one', () => {
    const size = fc.integer({ min: 280, max: 2000 });
    const columns = fc.oneof(fc.constant('auto' as const), fc.integer({ min: 1, max: 8 }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), size, size, columns, (count, widthPx, heightPx, chosen) => {
        const room = { count, widthPx, heightPx, gapPx: 8, captionPx: 30, columns: chosen };
        const grid = gridLayout({ ...room, scrollBarPx: 15 });
        expect(grid.scrolls).toBe(gridLayout(room).scrolls);
        if (grid.scrolls) expect(grid.columns * (grid.tileWidthPx + 8) - 8).toBeLessThanOrEqual(widthPx - 15);
      }),
    );
  });
});

describe('captions', () => {
  const laptop = { widthPx: 1260, heightPx: 698, captionPx: 30, columns: 'auto' } as const;

  it.each([
    ['below the pictures where there is room', { ...laptop, count: 16 }, false, false],
    ['on the pictures where that spares the scrolling', { ...laptop, count: 25 }, true, false],
    ['below them where it scrolls anyway', { ...laptop, count: 25, columns: 2 } as const, false, true],
    ['on them where there are many', { ...laptop, count: 26, columns: 2 } as const, true, true],
    ['below them on a phone', { ...laptop, count: 26, widthPx: 360 }, false, true],
  ])('lie %s', (_where, wall, dense, scrolls) => {
    expect(wallLayout(wall)).toMatchObject({ dense, scrolls });
  });
});

describe('arrow keys', () => {
  it('move by one and by a row, and stop at the edges', () => {
    expect(tileByArrow('ArrowRight', 0, 7, 3)).toBe(1);
    expect(tileByArrow('ArrowDown', 1, 7, 3)).toBe(4);
    expect(tileByArrow('ArrowUp', 4, 7, 3)).toBe(1);
    expect(tileByArrow('ArrowLeft', 0, 7, 3)).toBe(0);
    expect(tileByArrow('ArrowRight', 6, 7, 3)).toBe(6);
    expect(tileByArrow('ArrowDown', 6, 7, 3)).toBe(6);
  });

  it('go down into a shorter last row', () => {
    expect(tileByArrow('ArrowDown', 5, 7, 3)).toBe(6);
  });
});
