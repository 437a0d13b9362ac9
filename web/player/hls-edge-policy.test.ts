import { describe, expect, it } from 'vitest';
import { isLastPicture } from './hls-edge-policy.ts';

describe('the last picture of a live playlist', () => {
  it.each([
    ['before its end', 9.9, 10, false],
    ['at its end', 10, 10, false],
    ['a frame past it', 10.04, 10, true],
    ['almost a second past it', 10.9, 10, true],
    ['far past it, as after a start of another stream', 3_600, 10, false],
    ['before there is a playlist', 10, null, false],
  ])('%s: %s s of %s s: %s', (_where, shownS, edgeS, is) => {
    expect(isLastPicture(shownS, edgeS)).toBe(is);
  });
});
