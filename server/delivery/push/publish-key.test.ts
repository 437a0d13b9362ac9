import { describe, expect, it } from 'vitest';
import { isSameKey, publishKey } from './publish-key.ts';

describe('publishKey', () => {
  it.each([
    ['Bearer abc', '', 'abc'],
    ['bearer   abc ', 'key=other', 'abc'],
    [undefined, 'key=abc', 'abc'],
    ['Basic abc', 'key=abc', 'abc'],
    ['Bearer', '', null],
    [undefined, '', null],
  ])('of %s and ?%s is %s', (authorization, query, expected) => {
    expect(publishKey(authorization, new URLSearchParams(query))).toBe(expected);
  });
});

describe('isSameKey', () => {
  it('takes the key and nothing else', () => {
    const key = 'a key of some length';
    expect(isSameKey(key, key)).toBe(true);
    for (const wrong of [null, '', `${key} `, key.slice(1), key.toUpperCase()])
      expect(isSameKey(wrong, key)).toBe(false);
  });
});
