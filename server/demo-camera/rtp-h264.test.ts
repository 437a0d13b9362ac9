import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packetiseNal, parseAvcConfig, profileLevelId, splitAvcc } from './rtp-h264.ts';

/** Puts FU-A fragments together again as RFC 6184 section 5.8 tells a receiver to. */
function reassemble(payloads: readonly Buffer[]): Buffer {
  if (payloads.length === 1) return payloads[0]!;
  const [first] = payloads;
  payloads.forEach((payload, index) => {
    expect(payload[0]! & 0x1f).toBe(28);
    expect(payload[1]! >> 6).toBe(index === 0 ? 2 : index === payloads.length - 1 ? 1 : 0);
  });
  const header = Buffer.from([(first![0]! & 0xe0) | (first![1]! & 0x1f)]);
  return Buffer.concat([header, ...payloads.map((payload) => payload.subarray(2))]);
}

describe('H.264 over RTP', () => {
  it('fragments a NAL unit so that a receiver gets it back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 5000 }), fc.integer({ min: 3, max: 1388 }), (bytes, max) => {
        const unit = Buffer.from(bytes);
        const payloads = packetiseNal(unit, max);
        expect(payloads.every((payload) => payload.length <= max)).toBe(true);
        expect(reassemble(payloads)).toEqual(unit);
      }),
    );
  });

  it('splits AVCC and leaves out parameter sets and delimiters', () => {
    const length = (unit: number[]) => [0, 0, 0, unit.length, ...unit];
    const picture = Buffer.from(
      [
        [0x67, 1],
        [0x68, 2],
        [0x09, 3],
        [0x06, 4],
        [0x65, 5, 6],
      ].flatMap(length),
    );
    expect(splitAvcc(picture)).toEqual([Buffer.from([0x06, 4]), Buffer.from([0x65, 5, 6])]);
  });

  it('reads the parameter sets of an AVC configuration', () => {
    const record = Buffer.from([1, 0x64, 0, 0x1e, 0xff, 0xe1, 0, 4, 0x67, 0x64, 0, 0x1e, 1, 0, 2, 0x68, 0xee]);
    const sets = parseAvcConfig(record);
    expect(sets).toEqual({ sps: Buffer.from([0x67, 0x64, 0, 0x1e]), pps: Buffer.from([0x68, 0xee]) });
    expect(profileLevelId(sets.sps)).toBe('64001e');
    expect(() => parseAvcConfig(record.subarray(0, 9))).toThrow(RangeError);
  });
});
