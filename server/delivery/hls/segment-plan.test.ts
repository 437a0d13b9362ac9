import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keepPromise, planSegments, planUnknown } from './segment-plan.ts';

const LIMITS = { segmentMs: 2_000, partMs: 250, maxSegmentMs: 12_000 };
const plan = (keyframeIntervalMs: number | null, frameMs = 40) => planSegments({ keyframeIntervalMs, frameMs }, LIMITS);

describe('planSegments', () => {
  it.each([
    [200, 2_200, 2],
    [1_400, 1_400, 2],
    [1_000, 2_000, 2],
    [1_200, 1_200, 2],
    [1_920, 1_920, 2],
    [2_000, 2_000, 2],
    [3_000, 3_000, 3],
    [5_000, 5_000, 6],
    [10_000, 10_000, 11],
    [60_000, 12_000, 12],
    [null, 12_000, 12],
    [0, 2_000, 2],
  ])('for a keyframe every %s ms expects segments of %i ms and promises %i s', (interval, expectedMs, targetS) => {
    expect(plan(interval)).toMatchObject({ expectedMs, targetDurationS: targetS });
  });

  it.each([
    [1000 / 25, 252],
    [1000 / 30, 246],
    [1000 / 15, 210],
    [1000 / 60, 263],
    [100, 210],
    [500, 525],
  ])('makes parts of whole pictures of %f ms: %i ms at most', (frameMs, partTargetMs) => {
    expect(plan(2_000, frameMs).partTargetMs).toBe(partTargetMs);
  });

  it('leaves room for the expected length within the promise, whatever the camera', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 5, max: 1_000 }), (interval, frameMs) => {
        const made = plan(interval, frameMs);
        expect(Math.round(made.expectedMs / 1000)).toBeLessThanOrEqual(made.targetDurationS);
        expect(Math.round(made.limitMs / 1000)).toBe(made.targetDurationS);
        expect(made.cutAfterMs).toBeLessThanOrEqual(made.expectedMs);
        expect(made.partTargetMs).toBeGreaterThanOrEqual(frameMs);
      }),
    );
  });
});

describe('planUnknown', () => {
  it.each([
    [{}, { targetDurationS: 6, limitMs: 6_490, expectedMs: 2_000, cutAfterMs: 1_500 }],
    [{ segmentMs: 1_000 }, { targetDurationS: 6, expectedMs: 1_000, cutAfterMs: 750 }],
    [{ segmentMs: 8_000 }, { targetDurationS: 9, limitMs: 9_490, expectedMs: 8_000, cutAfterMs: 6_000 }],
    [{ maxSegmentMs: 3_000 }, { targetDurationS: 3, limitMs: 3_490 }],
  ])('promises six seconds where the limits allow it: %j', (limits, expected) => {
    expect(planUnknown(40, { ...LIMITS, ...limits })).toMatchObject(expected);
  });
});

describe('keepPromise', () => {
  const promised = planUnknown(40, LIMITS);
  const kept = (keyframeIntervalMs: number) => keepPromise(promised, { keyframeIntervalMs, frameMs: 50 }, LIMITS);

  it('cuts by the rhythm that has shown itself, and promises the same', () => {
    expect(kept(1_000)).toEqual({ ...promised, expectedMs: 2_000, cutAfterMs: 1_500 });
    expect(kept(3_000)).toEqual({ ...promised, expectedMs: 3_000, cutAfterMs: 1_500 });
  });

  it('expects segments as long as the promise allows where keyframes come later', () => {
    expect(kept(10_000)).toEqual({ ...promised, expectedMs: 6_490 });
  });
});
