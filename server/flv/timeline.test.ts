import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AAC, H264, makeFlv, PICTURE, parse, TONE } from './flv.fixture.ts';
import { readTimestamp, serialiseTag, TAG_TYPE, type Tag } from './tag.ts';
import { Timeline } from './timeline.ts';

function tag(kind: Tag['kind'], timestampMs: number): Tag {
  const type = kind.startsWith('audio') ? TAG_TYPE.audio : TAG_TYPE.video;
  return { kind, timestampMs, bytes: serialiseTag(type, timestampMs, Buffer.from([0, 1])), arrivedAtMs: 0 };
}

/** Interleaved 25 fps picture and 43 fps sound on a true clock, in file order. */
function camera(startMs: number, seconds: number): { kind: 'frame' | 'audio'; atMs: number }[] {
  const video = Array.from({ length: seconds * 25 }, (_, n) => ({ kind: 'frame' as const, atMs: startMs + n * 40 }));
  const audio = Array.from({ length: seconds * 43 }, (_, n) => ({
    kind: 'audio' as const,
    atMs: startMs + Math.round((n * 1024) / 44.1),
  }));
  return [...video, ...audio].sort((a, b) => a.atMs - b.atMs);
}

const outs = (timeline: Timeline, tags: readonly Tag[]) => tags.map((each) => timeline.adjust(each));
const isMedia = (each: Tag) => each.kind === 'audio' || each.kind === 'frame' || each.kind === 'keyframe';

function expectNonDecreasing(tags: readonly Tag[]): void {
  for (const track of ['audio', 'video'] as const) {
    const times = tags
      .filter((each) => isMedia(each) && (each.kind === 'audio') === (track === 'audio'))
      .map((each) => each.timestampMs);
    for (let index = 1; index < times.length; index++) expect(times[index]).toBeGreaterThanOrEqual(times[index - 1]!);
  }
}

describe('Timeline', () => {
  it.each([
    ['ffmpeg, 2^31', 2 ** 31],
    ['others, 2^32', 2 ** 32],
  ])('runs through a wrap as if there were none: %s', (_name, wrapMs) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9_000 }), (beforeMs) => {
        const timeline = new Timeline();
        for (const { kind, atMs } of camera(wrapMs - beforeMs, 10)) {
          const out = timeline.adjust(tag(kind, atMs % wrapMs));
          expect(out.timestampMs).toBe(atMs);
          expect(readTimestamp(out.bytes)).toBe(atMs % 2 ** 32);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('crosses 2^24 and 2^31 with what ffmpeg really writes', async () => {
    for (const offset of ['16776.5', '2147482.6']) {
      const tags = parse(await makeFlv([...PICTURE, ...TONE, ...H264, ...AAC, '-output_ts_offset', offset], 3));
      const media = tags.filter(isMedia);
      const adjusted = outs(new Timeline(), tags).filter(isMedia);
      const firstMs = media[0]!.timestampMs;
      const lastMs = adjusted.at(-1)!.timestampMs;
      expect(lastMs - firstMs).toBeGreaterThan(2_500);
      expect(lastMs - firstMs).toBeLessThan(3_500);
      expectNonDecreasing(adjusted);
      for (const track of [true, false]) {
        const times = adjusted.filter((each) => (each.kind === 'audio') === track).map((each) => each.timestampMs);
        for (let index = 1; index < times.length; index++) expect(times[index]! - times[index - 1]!).toBeLessThan(80);
      }
      const unwrapped = media.map(({ timestampMs }) => timestampMs + (timestampMs < firstMs - 1_000 ? 2 ** 31 : 0));
      expect(adjusted.map((each) => each.timestampMs)).toEqual(unwrapped);
      if (offset === '2147482.6') expect(media.some((each) => each.timestampMs < 10_000)).toBe(true);
    }
  });

  it('goes on one frame later after a restart, sound and picture as far apart as before', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.integer({ min: 0, max: 200 }),
        (newStartMs, audioLateMs) => {
          const timeline = new Timeline();
          const before = outs(
            timeline,
            camera(0, 2).map(({ kind, atMs }) => tag(kind, atMs)),
          );
          timeline.restarted();
          const lastMs = Math.max(...before.map((each) => each.timestampMs));
          const header = timeline.adjust(tag('video-header', 0));
          expect(header.timestampMs).toBeLessThanOrEqual(lastMs + 40);
          const video = timeline.adjust(tag('keyframe', newStartMs));
          const audio = timeline.adjust(tag('audio', (newStartMs + audioLateMs) % 2 ** 32));
          expect(video.timestampMs).toBe(lastMs + 40);
          expect(audio.timestampMs - video.timestampMs).toBe(audioLateMs);
        },
      ),
    );
  });

  it('splices out a jump of the camera’s clock, forward and back, whichever track comes first', () => {
    const far = fc.oneof(
      fc.integer({ min: 5_001, max: 2 ** 30 - 5_000 }),
      fc.integer({ min: -(2 ** 30) + 5_000, max: -5_001 }),
    );
    fc.assert(
      fc.property(far, fc.integer({ min: 20, max: 60 }), (jumpMs, at) => {
        const timeline = new Timeline();
        const source = camera(2 ** 30, 4);
        const out = outs(
          timeline,
          source.map(({ kind, atMs }, index) => tag(kind, index < at ? atMs : atMs + jumpMs)),
        );
        expectNonDecreasing(out);
        for (let index = 1; index < out.length; index++) {
          expect(Math.abs(out[index]!.timestampMs - out[index - 1]!.timestampMs)).toBeLessThanOrEqual(100);
        }
        const driftMs = out.at(-1)!.timestampMs - source.at(-1)!.atMs;
        expect(Math.abs(driftMs)).toBeLessThanOrEqual(45);
        const apart = (tags: readonly { kind: string; atMs: number }[]) =>
          tags.findLast((each) => each.kind === 'audio')!.atMs - tags.findLast((each) => each.kind === 'frame')!.atMs;
        const outApart = apart(out.map((each) => ({ kind: each.kind, atMs: each.timestampMs })));
        expect(outApart).toBe(apart(source));
      }),
    );
  });

  it('never goes back nor runs away, whatever the source says', () => {
    const step = fc.record({
      kind: fc.constantFrom(
        'audio' as const,
        'frame' as const,
        'keyframe' as const,
        'video-header' as const,
        'script' as const,
      ),
      atMs: fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 5_000 })),
      restart: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const timeline = new Timeline();
        const out: Tag[] = [];
        for (const { kind, atMs, restart } of steps) {
          if (restart) timeline.restarted();
          const source = tag(kind, atMs);
          out.push(timeline.adjust(source));
          expect(readTimestamp(source.bytes)).toBe(atMs);
          const adjusted = out.at(-1)!;
          const wireMs = adjusted.kind === 'script' ? 0 : adjusted.timestampMs % 2 ** 32;
          expect(readTimestamp(adjusted.bytes)).toBe(wireMs);
        }
        expectNonDecreasing(out);
        const media = out.filter(isMedia).map((each) => each.timestampMs);
        for (let index = 1; index < media.length; index++) {
          expect(media[index]! - Math.max(...media.slice(0, index))).toBeLessThanOrEqual(5_000);
        }
      }),
    );
  });

  it('puts sound that returns after a long silence beside the picture', () => {
    const timeline = new Timeline();
    timeline.adjust(tag('audio', 0));
    for (let atMs = 0; atMs <= 60_000; atMs += 40) timeline.adjust(tag('frame', atMs));
    expect(timeline.adjust(tag('audio', 60_010)).timestampMs).toBe(60_010);
  });

  it('stamps headers and script tags with their position', () => {
    const timeline = new Timeline();
    for (const { kind, atMs } of camera(100_000, 1)) timeline.adjust(tag(kind, atMs));
    expect(timeline.adjust(tag('video-header', 0)).timestampMs).toBe(100_960);
    expect(timeline.adjust(tag('script', 0)).timestampMs).toBe(100_975);
  });

  it('does not copy what need not change', () => {
    const source = tag('frame', 40);
    expect(new Timeline().adjust(source)).toBe(source);
  });
});
