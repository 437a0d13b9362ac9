import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArrivalTimeline, arrivalOf } from './delay.ts';

const T0 = 1_763_000_000_000;

describe('the arrival time of a picture', () => {
  const marks = [
    { mediaMs: 0, arrivedAtMs: T0 },
    { mediaMs: 2000, arrivedAtMs: T0 + 2030 },
    { mediaMs: 4000, arrivedAtMs: T0 + 7000 },
  ];

  it('is the keyframe’s own at a keyframe', () => {
    expect(arrivalOf(marks, 2000)).toBe(T0 + 2030);
  });

  it('is linear from the latest keyframe at or before it', () => {
    expect(arrivalOf(marks, 3960)).toBe(T0 + 3990);
    expect(arrivalOf(marks, 4040)).toBe(T0 + 7040);
  });

  it('forgives the rounding of media times', () => {
    expect(arrivalOf(marks, 1999.2)).toBeCloseTo(T0 + 2029.2);
  });

  it('is unknown before the first mark', () => {
    expect(arrivalOf(marks, -50)).toBeNull();
    expect(arrivalOf([], 0)).toBeNull();
  });
});

describe('the delay', () => {
  it('is right again after playback stood still for 3 s and was brought back', () => {
    const timeline = new ArrivalTimeline();
    for (let i = 0; i < 10; i++) timeline.add({ mediaMs: i * 2000, arrivedAtMs: T0 + i * 2000 });
    // At 5 s into the stream, 0.2 s behind; frozen until 8 s; then played from there, 3.2 s behind; then at the edge.
    expect(timeline.delayMs(4800, T0 + 5000)).toBe(200);
    expect(timeline.delayMs(4800, T0 + 8000)).toBe(3200);
    expect(timeline.delayMs(5800, T0 + 9000)).toBe(3200);
    expect(timeline.delayMs(9300, T0 + 9500)).toBe(200);
  });

  it('counts what a camera’s hiccup cost from the next keyframe on', () => {
    const timeline = new ArrivalTimeline();
    timeline.add({ mediaMs: 0, arrivedAtMs: T0 });
    timeline.add({ mediaMs: 2000, arrivedAtMs: T0 + 5000 });
    expect(timeline.delayMs(2000, T0 + 5200)).toBe(200);
  });

  it('is not made smaller by a keyframe that came late with others behind it', () => {
    const timeline = new ArrivalTimeline();
    timeline.add({ mediaMs: 2000, arrivedAtMs: T0 + 2500 });
    timeline.received(2040, T0 + 2540);
    expect(timeline.delayMs(2040, T0 + 2600)).toBe(60);
    timeline.received(2400, T0 + 2550);
    expect(timeline.delayMs(2400, T0 + 2600)).toBe(50);
    expect(timeline.delayMs(3000, T0 + 3400)).toBe(250);
  });

  it('is never negative', () => {
    const timeline = new ArrivalTimeline();
    timeline.add({ mediaMs: 0, arrivedAtMs: T0 });
    expect(timeline.delayMs(100, T0)).toBe(0);
  });

  it('takes a mark that goes back in time as a new beginning', () => {
    const timeline = new ArrivalTimeline();
    timeline.add({ mediaMs: 5000, arrivedAtMs: T0 });
    timeline.add({ mediaMs: 1000, arrivedAtMs: T0 + 10_000 });
    expect(timeline.delayMs(1500, T0 + 10_700)).toBe(200);
  });

  it('is exact for any steady stream after any number of keyframes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 0, max: 1900 }),
        fc.integer({ min: 0, max: 5000 }),
        (gops, into, behindMs) => {
          const timeline = new ArrivalTimeline();
          for (let i = 0; i <= gops; i++) timeline.add({ mediaMs: i * 2000, arrivedAtMs: T0 + i * 2000 });
          const mediaMs = gops * 2000 + into;
          expect(timeline.delayMs(mediaMs, T0 + mediaMs + behindMs)).toBe(behindMs);
        },
      ),
    );
  });
});
