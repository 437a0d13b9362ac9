import { describe, expect, it } from 'vitest';
import { TestCamera } from '../fmp4/samples.fixture.ts';
import { RhythmMeter } from './rhythm-meter.ts';

const SEGMENT_MS = 2_000;

/** When the meter knows, and what; keyframes come at the given times, pictures 25 times a second. */
function known(keyframesMs: readonly number[], untilMs = 12_000): { atMs: number; intervalMs: number | null } | null {
  const meter = new RhythmMeter();
  const camera = new TestCamera();
  for (let atMs = 0; atMs <= untilMs; atMs += 40) {
    meter.observe(camera.picture(atMs, { keyframe: keyframesMs.includes(atMs) }));
    if (meter.isKnown(SEGMENT_MS)) return { atMs, intervalMs: meter.keyframeIntervalMs };
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

  it('is not led astray by a keyframe that is lost now and then, nor by a restart', () => {
    const meter = new RhythmMeter();
    const camera = new TestCamera();
    const keyframesMs = every(1_000).filter((atMs) => atMs !== 5_000);
    for (let atMs = 0; atMs <= 11_000; atMs += 40) {
      if (atMs === 8_040) camera.sourceNumber = 1;
      meter.observe(camera.picture(atMs, { keyframe: keyframesMs.includes(atMs) }));
    }
    expect(meter.rhythm).toEqual({ keyframeIntervalMs: 1_000, frameMs: 40 });
  });

  it('needs no keyframes for sound alone', () => {
    const meter = new RhythmMeter();
    const camera = new TestCamera();
    for (let atMs = 0; atMs < 100; atMs += 20) {
      const sound = camera.sound(atMs);
      meter.observe({ ...sound, init: { ...sound.init, video: null } });
    }
    expect(meter.isKnown(SEGMENT_MS)).toBe(true);
    expect(meter.rhythm).toEqual({ keyframeIntervalMs: 0, frameMs: 20 });
  });
});
