import { describe, expect, it } from 'vitest';
import { readByteRange } from './byte-range.ts';

describe('readByteRange', () => {
  it.each([
    ['bytes=0-99', { first: 0, last: 99 }],
    ['bytes=900-', { first: 900, last: 999 }],
    ['bytes=900-5000', { first: 900, last: 999 }],
    ['bytes=-100', { first: 900, last: 999 }],
    ['bytes=-5000', { first: 0, last: 999 }],
    ['BYTES=0-0', { first: 0, last: 0 }],
  ])('reads %s', (header, range) => expect(readByteRange(header, 1_000)).toEqual(range));

  it.each(['bytes=1000-', 'bytes=5000-6000', 'bytes=-0'])('finds nothing for %s', (header) =>
    expect(readByteRange(header, 1_000)).toBe('unsatisfiable'),
  );

  it.each([undefined, '', 'bytes=', 'bytes=-', 'bytes=5-2', 'bytes=a-b', 'items=0-1', 'bytes=0-1,5-6'])(
    'gives the whole for %s',
    (header) => expect(readByteRange(header, 1_000)).toBe('whole'),
  );
});
