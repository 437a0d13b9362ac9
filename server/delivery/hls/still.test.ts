import { describe, expect, it } from 'vitest';
import { makeInit } from '../../mp4/init-segment.ts';
import { decodeMs, durationMs } from '../fmp4/sample-times.ts';
import { BEGIN_AT_MS, TestCamera, testInit } from '../fmp4/samples.fixture.ts';
import { stillSamples } from './still.ts';

describe('stillSamples', () => {
  it('hold the first picture up to where it comes', () => {
    const camera = new TestCamera();
    const samples = [camera.picture(500, { keyframe: true }), camera.picture(540)];
    const [still, ...more] = stillSamples(samples, 2_000)!;
    expect(more, 'no sound has come').toEqual([]);
    expect(still).toMatchObject({ track: 'video', keyframe: true, ptsMs: -1_500, arrivedAtMs: BEGIN_AT_MS - 1_500 });
    expect([decodeMs(still!), durationMs(still!)]).toEqual([-1_500, 2_000]);
    expect(still!.data).toBe(samples[0]!.data);
  });

  it('are silent up to the first sound, wherever that is', () => {
    const camera = new TestCamera();
    for (const soundMs of [-30, 0, 85]) {
      const held = stillSamples([camera.picture(1_000, { keyframe: true }), camera.sound(1_000 + soundMs)], 2_000)!;
      const silence = held.filter(({ track }) => track === 'audio');
      expect(silence).toHaveLength(93);
      expect(silence.every(({ data }) => data.length === 6)).toBe(true);
      silence.reduce((endMs, sample) => {
        expect(decodeMs(sample)).toBeCloseTo(endMs, 6);
        return endMs + durationMs(sample);
      }, decodeMs(silence[0]!));
      expect(decodeMs(silence.at(-1)!) + durationMs(silence.at(-1)!)).toBeCloseTo(1_000 + soundMs, 0);
    }
  });

  it('have no sound where no silence can be made of it', () => {
    const camera = new TestCamera();
    const { video, audio } = testInit();
    camera.init = makeInit(1, { video, audio: { ...audio!, objectType: 5 } });
    const held = stillSamples([camera.picture(0, { keyframe: true }), camera.sound(0)], 2_000)!;
    expect(held.map(({ track }) => track)).toEqual(['video']);
  });

  it('are none without a picture that can be shown alone', () => {
    const camera = new TestCamera();
    expect(stillSamples([camera.sound(0)], 2_000)).toBeNull();
    expect(stillSamples([camera.picture(0)], 2_000)).toBeNull();
    expect(stillSamples([], 2_000)).toBeNull();
  });
});
