import { expect, it } from 'vitest';
import { StartLimiter } from './start-limiter.ts';

it('grants in order, at most so many at a time, and skips who has left', () => {
  const limiter = new StartLimiter(2);
  const begun: number[] = [];
  const slots = [0, 1, 2, 3, 4].map((id) => limiter.request(() => begun.push(id)));
  expect(begun).toEqual([0, 1]);
  slots[2]?.release();
  slots[0]?.release();
  slots[0]?.release();
  expect(begun).toEqual([0, 1, 3]);
  for (const slot of slots) slot.release();
  expect(begun).toEqual([0, 1, 3, 4].slice(0, begun.length));
  for (const slot of slots) slot.release();
  expect([limiter.taken, limiter.waiting]).toEqual([0, 0]);
});
