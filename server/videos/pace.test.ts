import { describe, expect, it } from 'vitest';
import { Pace, sliceBytes, waitMs } from './pace.ts';

async function* once(bytes: number): AsyncGenerator<Buffer> {
  yield Buffer.alloc(bytes);
}

describe('a paced download', () => {
  it.each([
    [{ sentBytes: 0, elapsedMs: 0, rateBps: 1_000 }, 0],
    [{ sentBytes: 500, elapsedMs: 0, rateBps: 1_000 }, 500],
    [{ sentBytes: 500, elapsedMs: 400, rateBps: 1_000 }, 100],
    [{ sentBytes: 500, elapsedMs: 900, rateBps: 1_000 }, 0],
  ])('of %j waits %d ms', (state, ms) => expect(waitMs(state)).toBe(ms));

  it('goes out in slices, of one byte at the least', () => {
    expect(sliceBytes(1_000)).toBe(100);
    expect(sliceBytes(3)).toBe(1);
  });

  it('takes its time, and gives every byte', async () => {
    const startedMs = performance.now();
    let bytes = 0;
    for await (const slice of new Pace(100_000).hold(once(30_000), new AbortController().signal)) bytes += slice.length;
    expect(bytes).toBe(30_000);
    // The last slice goes out when its time begins.
    expect(performance.now() - startedMs).toBeGreaterThan(180);
  });

  it('ends at once when nobody waits any more', async () => {
    const left = new AbortController();
    const slices = new Pace(10).hold(once(1_000), left.signal);
    await slices.next();
    setTimeout(() => left.abort(), 20);
    const startedMs = performance.now();
    for await (const _slice of slices);
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });
});
