import { describe, expect, it } from 'vitest';
import { cappedForPlayer, isMediaElement, readOneRange, readRanges } from './range.ts';

// What a whole server makes of more than 80 headers is in `e2e/range.test.ts`.
describe('one range', () => {
  it.each([
    ['bytes=0-99', { first: 0, last: 99 }],
    ['bytes=900-', { first: 900, last: 999 }],
    ['bytes=900-5000', { first: 900, last: 999 }],
    ['bytes=-100', { first: 900, last: 999 }],
    ['bytes=-5000', { first: 0, last: 999 }],
    ['BYTES=0-0', { first: 0, last: 0 }],
    ['bytes=0-9,10-19', { first: 0, last: 19 }],
  ])('is read from %s', (header, range) => expect(readOneRange(header, 1_000)).toEqual(range));

  it.each(['bytes=1000-', 'bytes=5000-6000', 'bytes=-0'])('is not there for %s', (header) =>
    expect(readOneRange(header, 1_000)).toBe('unsatisfiable'),
  );

  it.each([undefined, '', 'bytes=', 'bytes=-', 'bytes=5-2', 'bytes=a-b', 'items=0-1', 'bytes=0-1,500-600'])(
    'is the whole for %s',
    (header) => expect(readOneRange(header, 1_000)).toBe('whole'),
  );
});

describe('a player', () => {
  const capped = (header: string, fetchDest: string | undefined, chunkBytes = 100) => {
    const ranges = readRanges(header, 1_000);
    return cappedForPlayer(header, ranges as never, { fetchDest, chunkBytes });
  };

  it.each([
    ['bytes=0-', 'video', 0, 99],
    ['bytes=200-', 'audio', 200, 299],
    ['bytes=950-', 'video', 950, 999],
    ['bytes=0-999', 'video', 0, 999],
    ['bytes=-500', 'video', 500, 999],
    ['bytes=0-', 'document', 0, 999],
    ['bytes=0-', undefined, 0, 999],
  ])('that asks for %s as %s gets %d to %d', (header, dest, first, last) => {
    expect(capped(header, dest)).toEqual([{ first, last }]);
  });

  it('gets everything where chunks are switched off, and several ranges as they are', () => {
    expect(capped('bytes=0-', 'video', 0)).toEqual([{ first: 0, last: 999 }]);
    expect(capped('bytes=0-9,500-', 'video')).toHaveLength(2);
  });

  it('is told by what the browser says of a request', () => {
    expect(['video', 'audio', 'track', 'empty', undefined].map(isMediaElement)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
