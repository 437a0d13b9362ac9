import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AAC, H264, makeFlv, PICTURE, parse, TONE } from '../../server/flv/flv.fixture.ts';
import { writeFragment } from '../../server/mp4/fragment-boxes.ts';
import { mux, remux } from '../../server/mp4/mp4.fixture.ts';
import { isInit, NotMp4Error, readFragment, readInit, type TrackTable } from './fragment-reader.ts';

const BOTH: TrackTable = new Map([
  [1, { kind: 'video', timescale: 90_000 }],
  [2, { kind: 'audio', timescale: 44_100 }],
]);
const sound = (samples: number) => Array.from({ length: samples }, () => ({ ...picture, durationTicks: 1024 }));
const picture = { data: new Uint8Array(3), durationTicks: 3600, compositionTicks: 0, keyframe: true };
const part = { sequence: 1, opensSegment: false, referenceTime: null };

describe('the relay’s own stream', () => {
  const flv = makeFlv([...PICTURE, ...TONE, ...H264, '-bf', '2', '-g', '25', ...AAC], 2);
  const muxed = async () => mux(parse(await flv), 'keyframe');

  it('begins with an init segment whose tracks are known by kind and timescale', async () => {
    const { fragments } = await muxed();
    const init = fragments[0]!.init.bytes;
    expect(isInit(init)).toBe(true);
    expect(isInit(fragments[0]!.bytes)).toBe(false);
    expect([...readInit(init).values()]).toEqual([...BOTH.values()]);
  });

  it('says of each fragment what the relay knows of it', async () => {
    const { fragments, samples } = await muxed();
    const tracks = readInit(fragments[0]!.init.bytes);
    const facts = fragments.map(({ bytes }) => readFragment(bytes, tracks));
    expect(facts.map(({ independent }) => independent)).toEqual(fragments.map(({ independent }) => independent));
    expect(facts.map(({ firstPtsMs }) => firstPtsMs)).toEqual(fragments.map(({ ptsMs }) => ptsMs));
    const frames = (track: string) => samples.filter((sample) => sample.track === track).length;
    const total = (counts: number[]) => counts.reduce((sum, count) => sum + count);
    expect(total(facts.map(({ videoFrames }) => videoFrames))).toBe(frames('video'));
    expect(total(facts.map(({ audioFrames }) => audioFrames))).toBe(frames('audio'));
    const newest = samples.filter(({ track }) => track === 'video').at(-1)!;
    expect(facts.at(-1)!.lastVideoMs).toBe(newest.decodeTicks / 90);
    const marked = fragments.filter(({ independent, hasVideo }) => independent && hasVideo);
    expect(facts.flatMap(({ marks }) => marks)).toEqual(
      marked.map(({ ptsMs, arrivedAtMs }) => ({ trackId: 1, ptsMs, arrivedAtMs })),
    );
    expect(marked.length).toBeGreaterThan(1);
  });

  it('is read the same when ffmpeg wrote it', async () => {
    const file = await remux(await flv);
    const tracks = readInit(file);
    const facts = readFragment(file, tracks);
    const { samples } = await muxed();
    const own = samples.filter(({ track }) => track === 'video');
    expect([...tracks.values()].map(({ kind }) => kind)).toEqual(['video', 'audio']);
    expect(facts).toMatchObject({ independent: true, videoFrames: own.length, marks: [] });
  });
});

describe('a fragment', () => {
  it('tells the arrival of its picture to the millisecond, also beyond 2036', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), fc.nat(2 ** 36), (atMs, ptsMs) => {
        // NTP seconds wrap in 2036; those before 1970 are none of ours.
        const bytes = writeFragment({
          ...part,
          runs: [{ trackId: 1, startTicks: 0, samples: [picture] }],
          referenceTime: { trackId: 1, mediaTicks: ptsMs * 90, atMs },
        });
        const [mark] = readFragment(bytes, BOTH).marks;
        expect(mark).toEqual({ trackId: 1, ptsMs, arrivedAtMs: atMs });
      }),
    );
  });

  it('of sound alone can be begun with only where there is no picture', () => {
    const bytes = writeFragment({ ...part, runs: [{ trackId: 2, startTicks: 44_100, samples: sound(4) }] });
    expect(readFragment(bytes, BOTH)).toMatchObject({ independent: false, audioFrames: 4, firstPtsMs: null });
    const alone: TrackTable = new Map([[2, BOTH.get(2)!]]);
    expect(readFragment(bytes, alone)).toMatchObject({ independent: true, audioFrames: 4, firstPtsMs: 1000 });
  });

  it('that begins without a keyframe is not one to begin with', () => {
    const samples = [{ ...picture, keyframe: false }, picture];
    const bytes = writeFragment({ ...part, runs: [{ trackId: 1, startTicks: 90_000, samples }] });
    expect(readFragment(bytes, BOTH)).toMatchObject({ independent: false, firstPtsMs: 1000, lastVideoMs: 1040 });
  });

  it('with negative composition offsets begins at its presentation time', () => {
    const samples = [{ ...picture, compositionTicks: -1800 }];
    const bytes = writeFragment({ ...part, runs: [{ trackId: 1, startTicks: 90_000, samples }] });
    expect(readFragment(bytes, BOTH).firstPtsMs).toBe(980);
  });

  it('of a track that nobody announced is nothing', () => {
    const bytes = writeFragment({ ...part, runs: [{ trackId: 7, startTicks: 0, samples: [picture] }] });
    expect(readFragment(bytes, BOTH)).toMatchObject({ independent: false, videoFrames: 0, lastVideoMs: null });
  });
});

describe('bytes that are no MP4', () => {
  const whole = writeFragment({ ...part, runs: [{ trackId: 1, startTicks: 0, samples: [picture, picture] }] });

  it('are refused with one kind of error, whatever they are', () => {
    const onlyOurs = (read: () => unknown) => {
      try {
        read();
      } catch (error) {
        expect(error).toBeInstanceOf(NotMp4Error);
      }
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(whole.length), fc.nat(255), (noise, position, value) => {
        onlyOurs(() => readInit(noise));
        onlyOurs(() => readFragment(noise, BOTH));
        onlyOurs(() => readFragment(whole.subarray(0, position), BOTH));
        const damaged = Uint8Array.from(whole);
        if (position < damaged.length) damaged[position] = value;
        onlyOurs(() => readFragment(damaged, BOTH));
      }),
      { numRuns: 300 },
    );
  });

  it('do not hold the page up by claiming samples without end', () => {
    const bytes = Buffer.from(whole);
    const trun = bytes.indexOf('trun');
    bytes.writeUInt32BE(0, trun + 4);
    bytes.writeUInt32BE(0xffff_ffff, trun + 8);
    expect(readFragment(bytes, BOTH).videoFrames).toBe(0xffff_ffff);
  });

  it('are seen when a fragment is cut short', () => {
    expect(() => readFragment(whole.subarray(0, whole.length - 1), BOTH)).toThrow(NotMp4Error);
    expect(() => readInit(whole)).toThrow('no moov');
  });
});
