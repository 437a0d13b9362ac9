import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Appendable, AppendQueue } from './append-queue.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);
const key = (...values: number[]): Appendable => ({ kind: 'fragment', independent: true, bytes: bytes(...values) });
const delta = (...values: number[]): Appendable => ({ kind: 'fragment', independent: false, bytes: bytes(...values) });
const init = (mime: string): Appendable => ({ kind: 'init', mime, bytes: bytes(0) });

function queueOf(maxBytes: number, ...items: Appendable[]): AppendQueue {
  const queue = new AppendQueue(maxBytes);
  for (const item of items) queue.push(item);
  return queue;
}

function takeAll(queue: AppendQueue) {
  const taken: { mime: string | null; bytes: number[] }[] = [];
  for (let next = queue.take(); next !== null; next = queue.take()) taken.push({ ...next, bytes: [...next.bytes] });
  return taken;
}

describe('an append queue', () => {
  it('joins the fragments that wait, and keeps init segments apart and in place', () => {
    const queue = queueOf(100, init('a'), key(1), delta(2, 3), init('b'), key(4));
    expect(takeAll(queue)).toEqual([
      { mime: 'a', bytes: [0] },
      { mime: null, bytes: [1, 2, 3] },
      { mime: 'b', bytes: [0] },
      { mime: null, bytes: [4] },
    ]);
    expect(queue.bytes).toBe(0);
  });

  it('keeps only the newest of init segments in a row', () => {
    expect(takeAll(queueOf(100, init('a'), init('b')))).toEqual([{ mime: 'b', bytes: [0] }]);
  });

  it('drops what waits when it overflows, and goes on at the next keyframe', () => {
    const queue = queueOf(3, init('a'), key(1), delta(2), delta(3), delta(4), delta(5), key(6), delta(7));
    expect(takeAll(queue)).toEqual([
      { mime: 'a', bytes: [0] },
      { mime: null, bytes: [6, 7] },
    ]);
    expect(queue.droppedFragments).toBe(5);
  });

  it('goes on at once when the fragment that overflows it is a keyframe', () => {
    expect(takeAll(queueOf(3, key(1), delta(2), delta(3), key(4)))).toEqual([{ mime: null, bytes: [4] }]);
  });

  it('goes on at a keyframe after what was taken could not be appended', () => {
    const queue = queueOf(100, key(1), delta(2), init('b'));
    queue.take();
    queue.overflow();
    queue.push(delta(3));
    queue.push(key(4));
    expect(takeAll(queue)).toEqual([
      { mime: 'b', bytes: [0] },
      { mime: null, bytes: [4] },
    ]);
  });

  it('leaves out a fragment that is larger than all it may hold', () => {
    const queue = queueOf(3, key(1), key(1, 2, 3, 4), delta(5), key(6));
    expect(takeAll(queue)).toEqual([{ mime: null, bytes: [6] }]);
  });

  it('never exceeds its bound and never gives a fragment without all since its keyframe', () => {
    const item = fc.oneof(
      { weight: 1, arbitrary: fc.constant('init' as const) },
      { weight: 2, arbitrary: fc.record({ independent: fc.constant(true), size: fc.integer({ min: 1, max: 40 }) }) },
      { weight: 8, arbitrary: fc.record({ independent: fc.constant(false), size: fc.integer({ min: 1, max: 40 }) }) },
      { weight: 2, arbitrary: fc.constant('take' as const) },
    );
    fc.assert(
      fc.property(fc.array(item, { maxLength: 60 }), (script) => {
        const queue = new AppendQueue(100);
        // Each fragment's bytes all hold its number, so that what comes out can be told apart.
        const pushed: boolean[] = [];
        const order: number[] = [];
        const take = () => {
          const next = queue.take();
          if (next === null || next.mime !== null) return;
          for (const value of new Set(next.bytes)) order.push(value);
        };
        for (const step of [{ independent: true, size: 1 }, ...script]) {
          if (step === 'take') take();
          else if (step === 'init') queue.push(init('x'));
          else {
            const fill = new Uint8Array(step.size).fill(pushed.length);
            queue.push({ kind: 'fragment', independent: step.independent, bytes: fill });
            pushed.push(step.independent);
          }
          expect(queue.bytes).toBeLessThanOrEqual(100);
        }
        for (let i = 0; i < 200; i++) take();
        for (const [index, number] of order.entries()) {
          const follows = index > 0 && order[index - 1] === number - 1;
          expect(follows || pushed[number] === true).toBe(true);
        }
        expect(order.length + queue.droppedFragments).toBe(pushed.length);
      }),
      { numRuns: 200 },
    );
  });
});
