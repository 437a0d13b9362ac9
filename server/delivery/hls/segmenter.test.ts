import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeInit } from '../../mp4/init-segment.ts';
import { BEGIN_AT_MS, TestCamera, testInit } from '../fmp4/samples.fixture.ts';
import { planSegments } from './segment-plan.ts';
import { type Segment, SegmentWindow } from './segment-window.ts';
import { Segmenter } from './segmenter.ts';

const LIMITS = { segmentMs: 2_000, partMs: 250, maxSegmentMs: 12_000 };
const ALL = { listed: 1_000, expired: 0, maxBytes: 1e9 };

function newSegmenter(
  keyframeIntervalMs: number | null = 2_000,
  frameMs = 40,
  { maxSegmentBytes = 1e9, opensStill = false } = {},
) {
  const plan = planSegments({ keyframeIntervalMs, frameMs }, LIMITS);
  const window = new SegmentWindow(ALL, { sequence: 100, discontinuitySequence: 7 });
  let inits = 0;
  const segmenter = new Segmenter({ plan, window, maxSegmentBytes, opensStill, onInit: () => ++inits });
  return { plan, window, segmenter };
}

const durations = (segments: readonly Segment[]) => segments.map(({ durationMs }) => Math.round(durationMs));
const partsOf = (segment: Segment | null | undefined) => segment!.parts.map(({ durationMs }) => Math.round(durationMs));

describe('Segmenter', () => {
  it('cuts at keyframes, and parts below the part target', () => {
    const { window, segmenter, plan } = newSegmenter();
    segmenter.take(new TestCamera().pictures(0, 8_100));
    expect(plan).toMatchObject({ targetDurationS: 2, partTargetMs: 252 });
    expect(durations(window.listed)).toEqual([2_000, 2_000, 2_000, 2_000]);
    expect(window.listed.map(({ sequence }) => sequence)).toEqual([100, 101, 102, 103]);
    expect(window.listed.every(({ independent, discontinuity }) => independent && !discontinuity)).toBe(true);
    expect(partsOf(window.listed[1])).toEqual([240, 240, 240, 240, 240, 240, 240, 240, 80]);
    expect(window.listed[1]!.parts.map(({ independent }) => independent)).toEqual([true, ...Array(8).fill(false)]);
    expect(window.listed[2]!.startedAtMs).toBe(BEGIN_AT_MS + 4_000);
  });

  it('makes a part known with its last picture, before the next has come', () => {
    const { window, segmenter } = newSegmenter();
    const camera = new TestCamera();
    const takeOne = (index: number) => segmenter.take([camera.picture(index * 40, { keyframe: index === 0 })]);
    expect([0, 1, 2, 3, 4].map(takeOne)).toEqual([false, false, false, false, false]);
    expect(takeOne(5)).toBe(true);
    expect(partsOf(window.open)).toEqual([240]);
  });

  it('gathers short groups of pictures into one segment and leaves long ones whole', () => {
    const short = newSegmenter(480);
    short.segmenter.take(new TestCamera().pictures(0, 8_000, { intervalMs: 480 }));
    // But for the first, which somebody waits for.
    expect(durations(short.window.listed)[0]).toBe(960);
    expect(new Set(durations(short.window.listed.slice(1)))).toEqual(new Set([1_920]));
    expect(short.plan.targetDurationS).toBe(2);
    const long = newSegmenter(5_000);
    long.segmenter.take(new TestCamera().pictures(0, 15_100, { intervalMs: 5_000 }));
    expect(durations(long.window.listed)).toEqual([5_000, 5_000, 5_000]);
    expect(long.plan.targetDurationS).toBeGreaterThanOrEqual(5);
  });

  it('cuts without a keyframe rather than exceed the target duration, and is back at the next keyframe', () => {
    const { window, segmenter } = newSegmenter(2_000);
    const camera = new TestCamera();
    segmenter.take(camera.pictures(0, 7_000, { intervalMs: 7_000 }));
    segmenter.take(camera.pictures(7_000, 4_100));
    expect(window.listed.map(({ independent }) => independent)).toEqual([true, false, false, true, true]);
    expect(durations(window.listed).every((ms) => Math.round(ms / 1000) <= 2)).toBe(true);
    expect(durations(window.listed).reduce((sum, ms) => sum + ms, 0)).toBe(11_000);
  });

  it('cuts without a keyframe rather than hold too many bytes', () => {
    const { window, segmenter } = newSegmenter(2_000, 40, { maxSegmentBytes: 10_000 });
    segmenter.take(new TestCamera().pictures(0, 4_000, { bytes: 1_000 }));
    expect(Math.max(...window.listed.map(({ sizeBytes }) => sizeBytes))).toBeLessThan(20_000);
  });

  it('marks a discontinuity where the camera was restarted, and leaves out the sound before its first keyframe', () => {
    const { window, segmenter } = newSegmenter();
    const camera = new TestCamera();
    segmenter.take(camera.pictures(0, 2_400));
    camera.sourceNumber = 1;
    segmenter.take([camera.sound(2_900), camera.picture(3_000), ...camera.pictures(3_040, 2_100)]);
    // The last picture is held until the part is full.
    expect(durations(window.listed)).toEqual([2_000, 492, 2_000]);
    expect(window.listed.map(({ discontinuity }) => discontinuity)).toEqual([false, false, true]);
    expect(window.listed.map(({ init }) => init)).toEqual([1, 1, 1]);
    expect(window.discontinuitySequence).toBe(7);
    expect(window.listed[2]!.discontinuitySequence).toBe(8);
  });

  it('takes a new init segment with a discontinuity', () => {
    const { window, segmenter } = newSegmenter();
    const camera = new TestCamera();
    segmenter.take(camera.pictures(0, 2_000));
    camera.init = testInit({ version: 2, width: 1280 });
    segmenter.take(camera.pictures(2_000, 2_100));
    expect(window.listed.map(({ init, discontinuity }) => [init, discontinuity])).toEqual([
      [1, false],
      [2, true],
    ]);
  });

  it('holds the first picture in a segment before the first', () => {
    const { window, segmenter } = newSegmenter(2_000, 40, { opensStill: true });
    const camera = new TestCamera();
    segmenter.take([camera.picture(0, { keyframe: true }), camera.sound(5)]);
    expect(window.listed).toEqual([]);
    segmenter.take([1, 2, 3, 4, 5].map((index) => camera.picture(index * 40)));
    const still = window.listed[0]!;
    expect(still).toMatchObject({ sequence: 100, still: true, durationMs: 2_000, startedAtMs: BEGIN_AT_MS - 2_000 });
    expect(window.open).toMatchObject({ sequence: 101, startedAtMs: BEGIN_AT_MS, discontinuity: false });
    expect(partsOf(window.open)).toEqual([240]);
  });

  it('holds no picture of a stream without one, and none at a restart', () => {
    const silent = newSegmenter(0, 21, { opensStill: true });
    const camera = new TestCamera();
    camera.init = makeInit(1, { video: null, audio: testInit().audio });
    silent.segmenter.take(Array.from({ length: 100 }, (_, index) => camera.sound(index * (1024 / 48))));
    expect(silent.window.listed.some(({ still }) => still)).toBe(false);
    expect(silent.window.listed.length).toBeGreaterThan(0);
    const restarted = newSegmenter(2_000, 40, { opensStill: true });
    const other = new TestCamera();
    restarted.segmenter.take(other.pictures(0, 2_400));
    other.sourceNumber = 1;
    restarted.segmenter.take(other.pictures(3_000, 2_100));
    expect(restarted.window.listed.map(({ still = false }) => still)).toEqual([true, false, false, false]);
  });

  it('lets sound travel with the picture', () => {
    const { window, segmenter } = newSegmenter();
    const camera = new TestCamera();
    for (let atMs = 0; atMs < 4_100; atMs += 20) {
      segmenter.take([atMs % 40 === 0 ? camera.picture(atMs, { keyframe: atMs % 2_000 === 0 }) : camera.sound(atMs)]);
    }
    expect(durations(window.listed)).toEqual([2_000, 2_000]);
    expect(partsOf(window.listed[0])).toEqual([240, 240, 240, 240, 240, 240, 240, 240, 80]);
  });

  it('says when the next part is likely to open a segment', () => {
    const { segmenter, window } = newSegmenter(1_920);
    const camera = new TestCamera();
    segmenter.take(camera.pictures(0, 1_880, { intervalMs: 1_920 }));
    expect(segmenter.expectsNextSegment).toBe(false);
    segmenter.take([camera.picture(1_880)]);
    expect(window.open!.parts).toHaveLength(8);
    expect(segmenter.expectsNextSegment).toBe(true);
  });

  it('keeps every promise of the playlist whatever the camera’s jitter', () => {
    const jitter = fc.array(fc.integer({ min: -12, max: 12 }), { minLength: 200, maxLength: 400 });
    fc.assert(
      fc.property(jitter, fc.integer({ min: 20, max: 90 }), (offsets, frameMs) => {
        const { window, segmenter, plan } = newSegmenter(frameMs * 50, frameMs);
        const camera = new TestCamera();
        let atMs = 0;
        offsets.forEach((offset, index) => {
          atMs += Math.max(1, frameMs + (index === 0 ? 0 : offset));
          segmenter.take([camera.picture(atMs, { keyframe: index % 50 === 0 })]);
        });
        for (const { durationMs, parts } of window.listed) {
          expect(Math.round(durationMs / 1000)).toBeLessThanOrEqual(plan.targetDurationS);
          for (const part of parts) expect(part.durationMs).toBeLessThanOrEqual(plan.partTargetMs + 0.1);
          const sum = parts.reduce((total, part) => total + part.durationMs, 0);
          expect(Math.abs(sum - durationMs)).toBeLessThan(0.01);
        }
        const totalMs = window.listed.reduce((total, { durationMs }) => total + durationMs, 0);
        const last = window.open!;
        expect(Math.abs(totalMs - (last.startedAtMs - window.listed[0]!.startedAtMs))).toBeLessThanOrEqual(60);
      }),
      { numRuns: 40 },
    );
  });
});
