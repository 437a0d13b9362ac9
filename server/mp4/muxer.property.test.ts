import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { AAC, H264, makeFlv, parse, TONE } from '../flv/flv.fixture.ts';
import { serialiseTag, TAG_TYPE, type Tag } from '../flv/tag.ts';
import { childBoxes, findBox } from './box-reader.ts';
import { timescaleOf } from './init-segment.ts';
import { MovieFragmentReader, type SampleLocation } from './movie-fragment-reader.ts';
import { readMovie } from './movie-reader.ts';
import { type Cut, type Muxed, mux } from './mp4.fixture.ts';
import type { TrackName } from './sample.ts';

interface Step {
  readonly kind: 'keyframe' | 'frame' | 'audio' | 'new-size' | 'same-headers' | 'restart' | 'script';
  readonly afterMs: number;
  readonly compositionMs: number;
  readonly bytes: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom('frame' as const, 'audio' as const) },
    { weight: 3, arbitrary: fc.constant('keyframe' as const) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('new-size' as const, 'same-headers' as const, 'restart' as const, 'script' as const),
    },
  ),
  afterMs: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 0, max: 60 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 20_000 }) },
  ),
  compositionMs: fc.integer({ min: -200, max: 400 }),
  bytes: fc.integer({ min: 1, max: 300 }),
});
const stream = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 120 }),
  startMs: fc.constantFrom(0, 2 ** 31 - 100, 2 ** 32 - 100, 2 ** 40),
  audioBehindMs: fc.integer({ min: 0, max: 700 }),
  cutEvery: fc.integer({ min: 1, max: 20 }),
});

const isMedia = (tag: Tag) => tag.kind === 'keyframe' || tag.kind === 'frame' || tag.kind === 'audio';

describe('Muxer and FragmentWriter, whatever comes', () => {
  let headers: { small: Tag; large: Tag; audio: Tag; metadata: Tag };
  beforeAll(async () => {
    const of = async (size: string) =>
      parse(await makeFlv(['-f', 'lavfi', '-i', `testsrc=size=${size}:rate=25`, ...TONE, ...H264, ...AAC], 1));
    const [small, large] = [await of('128x96'), await of('160x120')];
    const find = (tags: readonly Tag[], kind: Tag['kind']) => tags.find((tag) => tag.kind === kind)!;
    headers = {
      small: find(small, 'video-header'),
      large: find(large, 'video-header'),
      audio: find(small, 'audio-header'),
      metadata: find(small, 'metadata'),
    };
  }, 60_000);

  /** Headers, a first keyframe, then the steps, as a hub would publish them; new sizes come with their keyframe. */
  function tagsOf({ steps, startMs, audioBehindMs }: { steps: Step[]; startMs: number; audioBehindMs: number }): Tag[] {
    let nowMs = startMs;
    let isSmall = true;
    const media = (kind: Tag['kind'], { compositionMs, bytes }: Step): Tag => {
      const timestampMs = kind === 'audio' ? Math.max(0, nowMs - audioBehindMs) : nowMs;
      const body =
        kind === 'audio'
          ? Buffer.from([0xaf, 1, ...Array<number>(bytes).fill(timestampMs % 256)])
          : Buffer.from([kind === 'keyframe' ? 0x17 : 0x27, 1, 0, 0, 0, ...Array<number>(bytes).fill(nowMs % 256)]);
      if (kind !== 'audio') body.writeIntBE(compositionMs, 2, 3);
      const bytesOfTag = serialiseTag(kind === 'audio' ? TAG_TYPE.audio : TAG_TYPE.video, timestampMs, body);
      return { kind, timestampMs, bytes: bytesOfTag, arrivedAtMs: nowMs };
    };
    const first: Step = { kind: 'keyframe', afterMs: 0, compositionMs: 0, bytes: 10 };
    const tags = [headers.metadata, headers.small, headers.audio, media('keyframe', first)];
    for (const each of steps) {
      nowMs += each.afterMs;
      switch (each.kind) {
        case 'new-size':
          isSmall = !isSmall;
          tags.push(isSmall ? headers.small : headers.large, media('keyframe', each));
          break;
        case 'same-headers':
          tags.push(isSmall ? headers.small : headers.large, headers.audio);
          break;
        case 'restart':
          tags.push(headers.metadata, isSmall ? headers.small : headers.large, headers.audio, media('keyframe', each));
          break;
        case 'script':
          tags.push({ ...headers.metadata, kind: 'script', timestampMs: nowMs });
          break;
        default:
          tags.push(media(each.kind, each));
      }
    }
    return tags;
  }

  /** Reads each fragment on its own, with another reader than the writer's code. */
  function readBack({ fragments }: Muxed): SampleLocation[][] {
    let reader: MovieFragmentReader | null = null;
    return fragments.map(({ bytes, init }, index) => {
      if (init !== fragments[index - 1]?.init) {
        reader = new MovieFragmentReader(readMovie(findBox(init.bytes, 'moov')!));
      }
      const boxes = childBoxes(bytes);
      const moof = boxes.find((box) => box.type === 'moof')!.content;
      return reader!.read(moof, moof.byteOffset - 8 - bytes.byteOffset);
    });
  }

  it('loses nothing, invents nothing, and puts every byte where the tables say', () => {
    fc.assert(
      fc.property(stream, (input) => {
        const tags = tagsOf(input);
        const muxed = mux(tags, (_, open) => open.length >= input.cutEvery);
        expect(muxed.samples.length + muxed.muxer.droppedTags).toBe(tags.filter(isMedia).length);
        expect(muxed.muxer.droppedTags).toBe(0);
        const readAgain = readBack(muxed).flatMap((locations, index) =>
          locations.map(({ offset, sizeBytes }) => muxed.fragments[index]!.bytes.subarray(offset, offset + sizeBytes)),
        );
        // Inside a fragment the tracks stand one after the other.
        const key = (data: Buffer) => data.toString('hex');
        expect(readAgain.map(key).sort()).toEqual(muxed.samples.map(({ data }) => key(data)).sort());
        for (const { bytes } of muxed.fragments) {
          const used = childBoxes(bytes).reduce((sum, { content }) => sum + content.length + 8, 0);
          expect(used).toBe(bytes.length);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('keeps presentation times to the tick and decode times growing, in every track', () => {
    fc.assert(
      fc.property(stream, (input) => {
        const { samples } = mux(tagsOf(input), 'keyframe');
        for (const track of ['video', 'audio'] as const) {
          const own = samples.filter((sample) => sample.track === track);
          own.slice(1).forEach((sample, index) => {
            const last = own[index]!;
            if (track === 'audio' && last.init !== sample.init) return;
            expect(sample.decodeTicks).toBeGreaterThan(last.decodeTicks);
            expect(last.durationTicks).toBe(sample.decodeTicks - last.decodeTicks);
            expect(last.durationKnown).toBe(true);
          });
        }
        for (const sample of samples.filter(({ track }) => track === 'video')) {
          expect(sample.decodeTicks + sample.compositionTicks).toBe(sample.ptsMs * 90);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('leaves no hole in decode time up to ten seconds, wherever it is cut, and presents as the samples say', () => {
    fc.assert(
      fc.property(stream, (input) => {
        const cut: Cut = (_, open) => open.length >= input.cutEvery;
        const muxed = mux(tagsOf(input), cut);
        const written = readBack(muxed);
        const ends = new Map<TrackName, number>();
        const presented: number[] = [];
        muxed.fragments.forEach(({ bytes, init }, index) => {
          if (init !== muxed.fragments[index - 1]?.init) ends.clear();
          const moof = childBoxes(bytes).find((box) => box.type === 'moof')!.content;
          for (const { content } of childBoxes(moof).filter((box) => box.type === 'traf')) {
            const own = written[index]!.filter(({ track }) => track.id === findBox(content, 'tfhd')!.readUInt32BE(4));
            const { track, decodeTicks: start } = own[0]!;
            const end = start + totalDuration(content);
            const lastEnd = ends.get(track.name) ?? start;
            const tenSeconds = 10 * timescaleOf(init, track.name);
            if (start > lastEnd) expect(start - lastEnd).toBeGreaterThan(tenSeconds);
            ends.set(track.name, end);
            if (track.name === 'video') {
              presented.push(...own.map((each) => each.decodeTicks + each.compositionTicks));
            }
          }
        });
        const video = muxed.samples.filter(({ track }) => track === 'video');
        expect(presented).toEqual(video.map(({ ptsMs }) => ptsMs * 90));
      }),
      { numRuns: 150 },
    );
  });

  it('tells of each fragment where it begins and ends, without a hole from one to the next', () => {
    fc.assert(
      fc.property(stream, (input) => {
        const { fragments } = mux(tagsOf(input), 'keyframe');
        fragments.slice(1).forEach((fragment, index) => {
          const last = fragments[index]!;
          expect(fragment.endMs).toBeGreaterThan(fragment.startMs);
          if (last.init === fragment.init) expect(fragment.sequence).toBe(last.sequence + 1);
          expect(fragment.hasVideo).toBe(true);
          expect(fragment.independent).toBe(true);
        });
      }),
      { numRuns: 50 },
    );
  });
});

/** The sum of a traf's sample durations, from its trun. */
function totalDuration(traf: Buffer): number {
  const trun = findBox(traf, 'trun')!;
  const flags = trun.readUIntBE(1, 3);
  const columns = [0x100, 0x200, 0x400, 0x800].filter((column) => flags & column).length;
  let sum = 0;
  for (let index = 0; index < trun.readUInt32BE(4); index++) sum += trun.readUInt32BE(12 + index * columns * 4);
  return sum;
}
