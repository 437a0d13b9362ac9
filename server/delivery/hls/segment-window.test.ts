import { describe, expect, it } from 'vitest';
import { MIN_LISTED, SegmentWindow } from './segment-window.ts';

const FIRST = { sequence: 10, discontinuitySequence: 3 };
const LIMITS = { listed: 4, expired: 2, maxBytes: 1e9 };

const start = (discontinuity = false) => ({ init: 1, discontinuity, startedAtMs: 0, independent: true });
const part = (sizeBytes = 10) => ({ durationMs: 2_000, independent: true, bytes: Buffer.alloc(sizeBytes) });

/** So many complete segments; those whose index is named begin with a discontinuity. */
function fill(window: SegmentWindow, count: number, discontinuities: readonly number[] = [], sizeBytes = 10): void {
  for (let index = 0; index < count; index++) {
    window.begin(start(discontinuities.includes(index)));
    window.add(part(sizeBytes));
  }
  window.complete();
}

const listed = (window: SegmentWindow) => window.listed.map(({ sequence }) => sequence);

describe('SegmentWindow', () => {
  it('lists the newest segments, keeps some that are not listed any more, and forgets the rest', () => {
    const window = new SegmentWindow(LIMITS, FIRST);
    fill(window, 9);
    expect(listed(window)).toEqual([15, 16, 17, 18]);
    expect(window.mediaSequence).toBe(15);
    expect([12, 13, 14, 18, 19].map((sequence) => window.find(sequence)?.sequence)).toEqual([
      undefined,
      13,
      14,
      18,
      undefined,
    ]);
  });

  it('lists no less than three target durations, whatever the limit', () => {
    const window = new SegmentWindow(LIMITS, FIRST);
    window.promise(6);
    fill(window, 12);
    expect(listed(window)).toEqual([13, 14, 15, 16, 17, 18, 19, 20, 21]);
    expect([window.find(11), window.find(10)].map((segment) => segment !== undefined)).toEqual([true, false]);
    window.begin(start());
    window.add(part());
    expect(window.durationMs).toBe(24_000);
    fill(window, 1);
    expect([window.find(13), window.find(12)].map((segment) => segment !== undefined)).toEqual([true, false]);
  });

  it('counts discontinuities that have left the list', () => {
    const window = new SegmentWindow(LIMITS, FIRST);
    fill(window, 4, [2]);
    expect(window.discontinuitySequence).toBe(3);
    fill(window, 2);
    expect(window.listed[0]).toMatchObject({ sequence: 12, discontinuity: true });
    expect(window.discontinuitySequence, 'while its tag is still listed').toBe(3);
    fill(window, 1);
    expect(window.discontinuitySequence).toBe(4);
  });

  it('goes on with its numbers after it was cleared, with a discontinuity', () => {
    const window = new SegmentWindow(LIMITS, FIRST);
    fill(window, 3, [1]);
    window.begin(start());
    window.add(part());
    window.clear();
    expect(window).toMatchObject({ bytes: 0, mediaSequence: 14, discontinuitySequence: 4 });
    expect(window.find(13)).toBeUndefined();
    fill(window, 1);
    expect(window.listed).toMatchObject([{ sequence: 14, discontinuity: true, discontinuitySequence: 5 }]);
    expect(window.discontinuitySequence).toBe(4);
  });

  it('leaves no number out for a segment that came to nothing, and keeps its discontinuity for the next', () => {
    const window = new SegmentWindow(LIMITS, FIRST);
    fill(window, 1);
    window.begin(start(true));
    window.begin(start());
    window.add(part());
    window.complete();
    expect(window.listed).toMatchObject([
      { sequence: 10, discontinuity: false },
      { sequence: 11, discontinuity: true, discontinuitySequence: 4 },
    ]);
  });

  it('holds to its bytes by giving up old segments, but never so many that nothing can be played', () => {
    const window = new SegmentWindow({ ...LIMITS, maxBytes: 50 }, FIRST);
    fill(window, 20, [], 10);
    expect(window.bytes).toBeLessThanOrEqual(50);
    fill(window, 20, [], 40);
    expect(listed(window)).toHaveLength(MIN_LISTED);
    expect(window.bytes).toBe(MIN_LISTED * 40);
  });

  it('counts every byte it holds and no other', () => {
    const window = new SegmentWindow(LIMITS, FIRST);
    for (let index = 0; index < 30; index++) {
      fill(window, 1, [], index + 1);
      const held = Array.from({ length: 100 }, (_, sequence) => window.find(sequence)?.sizeBytes ?? 0);
      expect(window.bytes).toBe(held.reduce((sum, bytes) => sum + bytes, 0));
    }
  });

  describe('with segments moved out of memory', () => {
    const movedOut = (limits: Partial<typeof LIMITS & { maxDiskBytes: number }> = {}) => {
      const gone: string[] = [];
      const window = new SegmentWindow({ ...LIMITS, ...limits }, FIRST, (path) => gone.push(path));
      fill(window, 3, [], 30);
      return { window, gone };
    };

    it('counts their bytes elsewhere, and knows each part as a piece of the file', () => {
      const { window } = movedOut();
      window.begin(start());
      window.add(part(10));
      window.add(part(20));
      window.complete();
      expect(window.moveOut(13, '/disk/1')).toBe(true);
      expect(window).toMatchObject({ bytes: 90, diskBytes: 30 });
      expect(window.find(13)!.parts.map(({ bytes }) => bytes)).toEqual([
        { path: '/disk/1', offset: 0, length: 10 },
        { path: '/disk/1', offset: 10, length: 20 },
      ]);
      expect(window.moveOut(13, '/disk/2'), 'a second time').toBe(false);
      expect(window.moveOut(99, '/disk/3'), 'one that is no more').toBe(false);
    });

    it('tells of the files of those that expire, and of all when it is cleared', () => {
      const { window, gone } = movedOut();
      for (const sequence of [10, 11, 12]) window.moveOut(sequence, `${sequence}`);
      fill(window, 4);
      expect(gone).toEqual(['10']);
      window.clear();
      expect(gone).toEqual(['10', '11', '12']);
      expect(window).toMatchObject({ bytes: 0, diskBytes: 0 });
    });

    it('holds to the bytes for the disk as to those for memory', () => {
      const { window, gone } = movedOut({ listed: 9, maxDiskBytes: 100 });
      fill(window, 3, [], 30);
      for (const sequence of [10, 11, 12, 13]) window.moveOut(sequence, `${sequence}`);
      expect(gone).toEqual(['10']);
      expect(window.diskBytes).toBe(90);
    });
  });
});
