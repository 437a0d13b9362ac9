import { describe, expect, it } from 'vitest';
import { cacheControl, pictureOf } from './picture.ts';

const picture = (text: string) => pictureOf(Buffer.from(text), { keyframe: text, takenAtMs: 1 });

describe('what HTTP says of a picture', () => {
  it('is the same tag for the same bytes, and another one for others', () => {
    expect(picture('x').etag).toMatch(/^"[\w-]{22}"$/);
    expect(pictureOf(Buffer.from('x'), { keyframe: 'a', takenAtMs: 1 }).etag).toBe(
      pictureOf(Buffer.from('x'), { keyframe: 'b', takenAtMs: 2 }).etag,
    );
    expect(picture('x').etag).not.toBe(picture('y').etag);
  });

  it('lets the client keep it for what is left of the age that it accepts', () => {
    expect(cacheControl(1_000_000, 60_000, 1_000_000)).toBe('private, max-age=60');
    expect(cacheControl(1_000_000, 60_000, 1_020_500)).toBe('private, max-age=39');
    expect(cacheControl(1_000_000, 60_000, 1_059_500)).toBe('private, no-cache');
    expect(cacheControl(1_000_000, 0, 1_000_000)).toBe('private, no-cache');
  });

  it('never lets it keep a picture for longer, even when the clock was set back', () => {
    expect(cacheControl(2_000_000, 60_000, 1_000_000)).toBe('private, max-age=60');
  });
});
