import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Picture, pictureOf } from './picture.ts';
import { PictureCache } from './picture-cache.ts';

const picture = (takenAtMs: number, bytes = 10): Picture =>
  pictureOf(Buffer.alloc(bytes, takenAtMs % 251), { keyframe: String(takenAtMs), takenAtMs });

describe('the picture cache', () => {
  it('keeps the newest picture of a key, in whatever order they come', () => {
    const cache = new PictureCache(1_000);
    cache.put('yard 640', picture(2));
    cache.put('yard 640', picture(3));
    cache.put('yard 640', picture(1));
    expect(cache.get('yard 640')?.takenAtMs).toBe(3);
    expect(cache.get('yard 320')).toBeNull();
    expect(cache.bytes).toBe(10);
  });

  it('lets go first of what was asked for longest ago', () => {
    const cache = new PictureCache(30);
    for (const key of ['a', 'b', 'c']) cache.put(key, picture(1));
    cache.get('a');
    cache.put('d', picture(1));
    expect(['a', 'b', 'c', 'd'].filter((key) => cache.get(key) !== null)).toEqual(['a', 'c', 'd']);
  });

  it('never holds more bytes than it may, and counts them right', () => {
    const puts = fc.array(fc.tuple(fc.nat(5), fc.nat(20), fc.nat(60)));
    fc.assert(
      fc.property(puts, (each) => {
        const cache = new PictureCache(100);
        for (const [key, takenAtMs, bytes] of each) {
          cache.put(String(key), picture(takenAtMs, bytes));
          const held = [0, 1, 2, 3, 4, 5].map((name) => cache.get(String(name))?.jpeg.length ?? 0);
          expect(held.reduce((sum, length) => sum + length, 0)).toBe(cache.bytes);
          expect(cache.bytes).toBeLessThanOrEqual(100);
        }
      }),
    );
  });
});
