import { describe, expect, it } from 'vitest';
import { AAC, H264, makeFlv, PICTURE, parse, TONE } from '../flv/flv.fixture.ts';
import { childBoxes } from './box-reader.ts';
import { MAX_SIDX_REFERENCES, sidxBytes, writeFragment, writeFree, writeSidx } from './fragment-boxes.ts';
import { decodeAll, mux, probeJson } from './mp4.fixture.ts';

const types = (bytes: Buffer) => childBoxes(bytes).map((box) => box.type);

describe('fragment boxes', () => {
  const sample = { data: Buffer.from('abc'), durationTicks: 1, compositionTicks: -5, keyframe: true };
  const run = { trackId: 1, startTicks: 2 ** 40, samples: [sample, { ...sample, keyframe: false }] };

  it('stand in the order that players expect', () => {
    const referenceTime = { trackId: 1, mediaTicks: 2 ** 40, atMs: 1 };
    const parts = { sequence: 1, runs: [run], referenceTime, opensSegment: true };
    expect(types(writeFragment(parts))).toEqual(['styp', 'prft', 'moof', 'mdat']);
    expect(types(writeFragment({ ...parts, referenceTime: null, opensSegment: false }))).toEqual(['moof', 'mdat']);
  });

  it('hold out against numbers that do not fit', () => {
    const huge = { ...sample, durationTicks: 2 ** 40, compositionTicks: -(2 ** 40) };
    const parts = {
      sequence: 2 ** 32 + 5,
      runs: [{ ...run, samples: [huge] }],
      referenceTime: null,
      opensSegment: false,
    };
    expect(types(writeFragment(parts))).toEqual(['moof', 'mdat']);
  });

  it('let a file with an index in its reserved room say how long it is, and be sought in', async () => {
    const tags = parse(await makeFlv([...PICTURE, ...TONE, ...H264, '-g', '25', ...AAC], 4));
    const { fragments, muxer } = mux(tags, 'keyframe');
    const written = fragments.filter((fragment) => fragment.hasVideo);
    const indexBytes = sidxBytes(written.length);
    const indexFor = (trackId: number, timescale: number, firstOffsetBytes: number) =>
      writeSidx({
        trackId,
        timescale,
        earliestPtsTicks: Math.round((written[0]!.ptsMs * timescale) / 1000),
        firstOffsetBytes,
        references: written.map(({ bytes, startMs, endMs, independent }) => ({
          bytes: bytes.length,
          ticks: Math.round(((endMs - startMs) * timescale) / 1000),
          keyframeFirst: independent,
        })),
      });
    const indexes = [indexFor(1, 90_000, indexBytes + 100), indexFor(2, 44_100, 100)];
    expect(indexes.map((each) => each.length)).toEqual([indexBytes, indexBytes]);
    const media = written.map(({ bytes }) => bytes);
    const file = Buffer.concat([muxer.init!.bytes, ...indexes, writeFree(100), ...media]);
    expect(types(file).slice(0, 5)).toEqual(['ftyp', 'moov', 'sidx', 'sidx', 'free']);
    const { streams } = await probeJson(file, ['-show_streams']);
    expect(Number(streams![0]!.duration)).toBeCloseTo(4, 1);
    expect(await decodeAll(file)).toBe(100);
    const { packets } = await probeJson(file, ['-show_packets', '-read_intervals', '3.1%+#1', '-select_streams', 'v']);
    expect(Number(packets![0]!.pts_time)).toBeGreaterThan(2.9);
  });

  it('have an upper limit for the index', () => {
    const references = Array.from({ length: MAX_SIDX_REFERENCES + 1 }, () => ({
      bytes: 1,
      ticks: 1,
      keyframeFirst: true,
    }));
    const index = { trackId: 1, timescale: 1, earliestPtsTicks: 0, firstOffsetBytes: 0, references };
    expect(() => writeSidx(index)).toThrow(RangeError);
    const one = { bytes: 2 ** 31, ticks: 1, keyframeFirst: true };
    expect(() => writeSidx({ ...index, references: [one] })).toThrow(RangeError);
  });
});
