import { describe, expect, it } from 'vitest';
import { RhythmMeter } from './rhythm-meter.ts';

const STEP_MS = 40;
const picture = (atMs: number, keyframe: boolean, source = 0) => ({ source, atMs, keyframe, isPicture: true });

/** When the meter knows, and what; keyframes come at the given times, pictures 25 times a second. */
function known(keyframesMs: readonly number[], untilMs = 11_960): { atMs: number; intervalMs: number | null } | null {
  const meter = new RhythmMeter();
  for (let atMs = 0; atMs <= untilMs; atMs += STEP_MS) {
    meter.observe(picture(atMs, keyframesMs.includes(atMs)));
    if (meter.isKnown) return { atMs, intervalMs: meter.rhythm.keyframeIntervalMs };
  }
  return null;
}

const every = (intervalMs: number, fromMs = 0) =>
  Array.from({ length: Math.ceil((12_000 - fromMs) / intervalMs) }, (_, index) => fromMs + index * intervalMs);

describe('RhythmMeter', () => {
  it.each([
    ['a regular camera', every(2_000), { atMs: 4_000, intervalMs: 2_000 }],
    ['a quick one', every(1_000), { atMs: 2_000, intervalMs: 1_000 }],
    ['one that begins with a burst', [0, 200, 400, ...every(2_000, 1_800)], { atMs: 4_400, intervalMs: 2_000 }],
    ['one that begins in the middle of a long group', [0, 1_600, 5_600], { atMs: 5_600, intervalMs: 4_000 }],
    ['one that begins with a burst before a long group', [0, 400, 4_400], { atMs: 4_400, intervalMs: 4_000 }],
  ])('knows the rhythm of %s', (_what, keyframesMs, expected) => expect(known(keyframesMs)).toEqual(expected));

  it('does not know what has not come twice', () => {
    expect(known([0])).toBeNull();
    expect(known([0, 1_000], 9_000)).toBeNull();
  });

  it('knows that keyframes are further apart than can be waited for', () => {
    expect(known([0], 13_000)).toEqual({ atMs: 12_040, intervalMs: null });
    const meter = new RhythmMeter();
    const news: number[] = [];
    for (let atMs = 0; atMs <= 50_000; atMs += STEP_MS) {
      if (meter.observe(picture(atMs, atMs % 20_000 === 0))) news.push(atMs);
    }
    expect(news, 'once it has seen them come it waits for them').toEqual([0, 12_040, 20_000, 40_000]);
    expect(meter.rhythm.keyframeIntervalMs).toBe(20_000);
  });

  it('is not led astray by a keyframe that is lost now and then, nor by a restart', () => {
    const meter = new RhythmMeter();
    const keyframesMs = every(1_000).filter((atMs) => atMs !== 5_000);
    for (let atMs = 0; atMs <= 11_000; atMs += STEP_MS) {
      meter.observe(picture(atMs, keyframesMs.includes(atMs), atMs < 8_040 ? 0 : 1));
    }
    expect(meter.rhythm).toEqual({ keyframeIntervalMs: 1_000, frameMs: 40 });
  });

  it('says what was seen at the least, and when it was enough to tell the frame rate', () => {
    const meter = new RhythmMeter();
    meter.observe(picture(0, true));
    meter.observe(picture(500, false));
    expect([meter.leastIntervalMs, meter.knowsFrames(250)]).toEqual([500, false]);
    meter.observe(picture(1_000, false));
    expect([meter.leastIntervalMs, meter.knowsFrames(250)]).toEqual([1_000, true]);
    expect(meter.rhythm.frameMs).toBe(500);
  });

  it('needs no keyframes for sound alone', () => {
    const meter = new RhythmMeter();
    const news = [0, 20, 40, 60].map((atMs) => meter.observe({ source: 0, atMs, keyframe: true, isPicture: false }));
    expect(news).toEqual([true, false, false, false]);
    expect([meter.isKnown, meter.leastIntervalMs]).toEqual([true, 0]);
    expect(meter.rhythm).toEqual({ keyframeIntervalMs: 0, frameMs: 20 });
  });
});
