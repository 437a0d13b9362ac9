import { describe, expect, it } from 'vitest';
import { concatWithRoom, withRoom } from './roomy-bytes.ts';

describe('bytes with room around them', () => {
  it('are framed in place for the first, and copied for the next', () => {
    const bytes = concatWithRoom([Buffer.from('pic'), Buffer.from('ture')]);
    expect(String(bytes)).toBe('picture');
    const [first, second] = [withRoom(bytes, 2, 1), withRoom(bytes, 1, 0)];
    first.write('<<', 0);
    first.write('>', first.length - 1);
    second.write('|', 0);
    expect([String(first), String(second), String(bytes)]).toEqual(['<<picture>', '|picture', 'picture']);
    expect(first.buffer).toBe(bytes.buffer);
    expect(second.buffer).not.toBe(bytes.buffer);
  });

  it('are copied where the room is too small or was never made', () => {
    const bytes = concatWithRoom([Buffer.from('picture')]);
    expect(withRoom(bytes, 11, 0).subarray(11)).toEqual(bytes);
    expect(withRoom(Buffer.from('sound'), 1, 2).subarray(1, 6)).toEqual(Buffer.from('sound'));
    expect(concatWithRoom([]).length).toBe(0);
  });
});
