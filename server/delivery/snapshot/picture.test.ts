import { describe, expect, it } from 'vitest';
import { cacheControl, isKnown, pictureOf } from './picture.ts';

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

  it('is that the client has it, by its tag, else by its date', () => {
    const one = { etag: '"one"', takenAtMs: Date.parse('2026-03-01T12:00:00.700Z') };
    const known = (noneMatch?: string, modifiedSince?: string) =>
      isKnown(one, { 'if-none-match': noneMatch, 'if-modified-since': modifiedSince });
    expect(known()).toBe(false);
    for (const match of ['"one"', 'W/"one"', '"two", "one"', ' * ']) expect(known(match), match).toBe(true);
    for (const match of ['"two"', 'one', '', '"one']) expect(known(match), match).toBe(false);
    expect(known(undefined, 'Sun, 01 Mar 2026 12:00:00 GMT')).toBe(true);
    expect(known(undefined, 'Sun, 01 Mar 2026 11:59:59 GMT')).toBe(false);
    expect(known(undefined, 'yesterday')).toBe(false);
    expect(known('"two"', 'Sun, 01 Mar 2026 12:00:00 GMT'), 'the tag goes first').toBe(false);
  });
});
