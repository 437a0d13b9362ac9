import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FlvRebase, NotFlvError, wireDifferenceMs } from './flv-rebase.ts';

const HEADER = [0x46, 0x4c, 0x56, 1, 5, 0, 0, 0, 9, 0, 0, 0, 0];

function tag(type: number, timestampMs: number, body: readonly number[]): number[] {
  const size = body.length;
  const low = timestampMs % 2 ** 32;
  return [
    type,
    (size >> 16) & 255,
    (size >> 8) & 255,
    size & 255,
    ...[(low >>> 16) & 255, (low >>> 8) & 255, low & 255, (low >>> 24) & 255],
    0,
    0,
    0,
    ...body,
    0,
    0,
    0,
    11 + size,
  ];
}

const keyframe = (ms: number) => tag(9, ms, [0x17, 1, 0, 0, 0, 1, 2, 3]);
const frame = (ms: number) => tag(9, ms, [0x27, 1, 0, 0, 0, 4, 5]);
const sound = (ms: number) => tag(8, ms, [0xaf, 1, 9, 9]);
const videoHeader = (ms: number) => tag(9, ms, [0x17, 0, 0, 0, 0, 1]);
const script = (ms: number) => tag(18, ms, [2, 0, 1, 65]);

const bytes = (numbers: readonly number[]): ArrayBuffer => new Uint8Array(numbers).buffer;

/** Type and time of every tag in rewritten bytes. */
function timesOf(buffers: readonly (ArrayBuffer | null)[]): [number, number][] {
  const all = buffers.flatMap((buffer) => (buffer === null ? [] : [...new Uint8Array(buffer)]));
  const view = new DataView(new Uint8Array(all).buffer);
  const times: [number, number][] = [];
  for (let at = HEADER.length; at < all.length; ) {
    times.push([all[at]!, (view.getUint32(at + 4) >>> 8) | (all[at + 7]! << 24)]);
    at += 15 + (view.getUint32(at) & 0xffffff);
  }
  return times;
}

describe('moving a stream to time 0', () => {
  it('puts the first picture at 0 and keeps all distances', () => {
    const rebase = new FlvRebase();
    const out = rebase.push(
      bytes([...HEADER, ...videoHeader(5000), ...script(7000), ...keyframe(7000), ...sound(7021), ...frame(7040)]),
    );
    expect(timesOf([out])).toEqual([
      [9, 0],
      [18, 0],
      [9, 0],
      [8, 21],
      [9, 40],
    ]);
    expect(rebase.mediaMs(9000)).toBe(2000);
    expect(rebase).toMatchObject({ videoFrames: 2, audioFrames: 1, lastVideoMs: 40 });
  });

  it.each([2 ** 24, 2 ** 31, 2 ** 32])('crosses %i ms unseen', (edge) => {
    const rebase = new FlvRebase();
    const stream = [edge - 60, edge - 20, edge + 20, edge + 60].flatMap(frame);
    expect(timesOf([rebase.push(bytes([...HEADER, ...keyframe(edge - 100), ...stream]))]).map(([, ms]) => ms)).toEqual([
      0, 40, 80, 120, 160,
    ]);
  });

  it('keeps sound that begins before the first picture from moving the zero', () => {
    const rebase = new FlvRebase();
    expect(timesOf([rebase.push(bytes([...HEADER, ...keyframe(1000), ...sound(990), ...frame(1040)]))])).toEqual([
      [9, 0],
      [8, 0],
      [9, 40],
    ]);
  });

  it('goes on when a clock begins anew', () => {
    const rebase = new FlvRebase();
    const times = timesOf([
      rebase.push(bytes([...HEADER, ...keyframe(90_000), ...frame(90_040), ...keyframe(0), ...frame(40)])),
    ]);
    expect(times.map(([, ms]) => ms)).toEqual([0, 40, 80, 120]);
  });

  it('takes the time of a mark that comes before its keyframe as 0', () => {
    const rebase = new FlvRebase();
    rebase.push(bytes([...HEADER, ...script(123_456)]));
    expect(rebase.mediaMs(123_456)).toBe(0);
    expect(timesOf([bytes(HEADER), rebase.push(bytes(keyframe(123_456)))])).toEqual([[9, 0]]);
  });

  it('gives out whole tags only, however the bytes are cut', () => {
    const stream = [
      ...HEADER,
      ...script(100),
      ...videoHeader(100),
      ...keyframe(100),
      ...sound(120),
      ...frame(140),
      ...frame(180),
    ];
    const whole = new Uint8Array(new FlvRebase().push(bytes(stream))!);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 }), (cuts) => {
        const rebase = new FlvRebase();
        const out: number[] = [];
        let at = 0;
        for (const cut of [...cuts, stream.length]) {
          const tags = rebase.push(bytes(stream.slice(at, at + cut)));
          at += cut;
          if (tags !== null) out.push(...new Uint8Array(tags));
        }
        expect(out).toEqual([...whole]);
      }),
    );
  });

  it('refuses what is not FLV, at the start and in the middle', () => {
    expect(() => new FlvRebase().push(bytes([...'<!doctype html>'].map((c) => c.charCodeAt(0))))).toThrow(NotFlvError);
    const rebase = new FlvRebase();
    rebase.push(bytes([...HEADER, ...keyframe(0)]));
    expect(() => rebase.push(bytes(new Array(20).fill(0x33)))).toThrow(NotFlvError);
  });
});

it('subtracts 32-bit times across the wrap', () => {
  expect(wireDifferenceMs(10, 2 ** 32 - 10)).toBe(20);
  expect(wireDifferenceMs(2 ** 32 - 10, 10)).toBe(-20);
});
