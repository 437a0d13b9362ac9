import { describe, expect, it } from 'vitest';
import { ClockWatch } from './clock-watch.ts';

/** When the watch says that time stands still: the number of the picture, or null. */
function standsAt(pictures: readonly (readonly [timestampMs: number, atMs: number])[]): number | null {
  const watch = new ClockWatch();
  const at = pictures.findIndex(([timestampMs, atMs]) => watch.observe(timestampMs, atMs));
  return at < 0 ? null : at;
}

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

describe('ClockWatch', () => {
  it('is content with pictures whose time goes on, however many a second there are', () => {
    for (const stepMs of [4, 40, 200, 1_000, 10_000]) {
      expect(standsAt(times(500, (index) => [index * stepMs, index * stepMs])), `${stepMs} ms`).toBeNull();
    }
  });

  it('says so after two seconds of pictures that all have one time', () => {
    expect(standsAt(times(500, (index) => [Math.min(index, 10) * 40, index * 40]))).toBe(61);
  });

  it('says so where each picture is one tick later than the one before', () => {
    expect(standsAt(times(500, (index) => [index, index * 40]))).toBe(51);
  });

  it('waits for what catches up sooner by itself', () => {
    const heldMs = 1_800;
    const held = (index: number) => [index > 10 ? Math.max(400, index * 40 - heldMs) : index * 40, index * 40] as const;
    expect(standsAt(times(500, held))).toBeNull();
  });

  it('takes neither a pause nor pictures that come all at once for it', () => {
    const paused = (index: number) => [index * 40, index * 40 + (index > 50 ? 30_000 : 0)] as const;
    expect(standsAt(times(500, paused))).toBeNull();
    const inBursts = (index: number) => [index * 40, Math.ceil(index / 25) * 1_000] as const;
    expect(standsAt(times(500, inBursts))).toBeNull();
  });

  it('takes a picture in ten seconds for what it is, though its pauses are cut out of the stream’s time', () => {
    expect(standsAt(times(500, (index) => [index * 40, index * 10_000]))).toBeNull();
  });
});
