import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RelayError } from '../errors.ts';
import { type AmfValue, readScriptData, writeScriptData } from './amf.ts';

const { value } = fc.letrec<{ value: AmfValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.double({ noNaN: true }),
    fc.boolean(),
    fc.constant(null),
    fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => Buffer.from(text).toString() === text),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.string({ maxLength: 8 }).filter((name) => name !== ''),
      tie('value'),
      { maxKeys: 4 },
    ),
  ),
}));

describe('AMF0', () => {
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), value, (name, written) => {
        expect(readScriptData(writeScriptData({ name, value: written }))).toEqual({ name, value: written });
      }),
    );
    const long = 'x'.repeat(70_000);
    expect(readScriptData(writeScriptData({ name: 'a', value: long })).value).toBe(long);
    const date = new Date(1_700_000_000_000);
    expect(readScriptData(writeScriptData({ name: 'a', value: date })).value).toEqual(date);
  });

  it('gives a typed error for anything else', () => {
    const body = writeScriptData({ name: 'onMetaData', value: { a: [1, { b: 'c' }], d: true } });
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.nat(255), fc.nat(body.length), (at, byte, length) => {
        const copy = Buffer.from(body);
        copy[at] = byte;
        try {
          readScriptData(copy.subarray(0, length));
        } catch (error) {
          expect((error as RelayError).code).toBe('corrupt');
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('is bounded in depth and number, whatever lengths are claimed', () => {
    const arrays = Array.from({ length: 50 }, () => Buffer.from([10, 0, 0, 0, 1]));
    const nested = Buffer.concat([Buffer.from([2, 0, 1, 97]), ...arrays]);
    expect(() => readScriptData(nested)).toThrow(/nested too deep/);
    const wide = Buffer.concat([Buffer.from([2, 0, 1, 97, 10, 255, 255, 255, 255]), Buffer.alloc(200_000, 5)]);
    expect(() => readScriptData(wide)).toThrow(/too many values/);
    expect(() => readScriptData(Buffer.from([5]))).toThrow(RelayError);
  });

  it('keeps "__proto__" an ordinary name', () => {
    const body = Buffer.from('\x02\0\x01a\x03\0\x09__proto__\x01\x01\0\0\x09', 'latin1');
    const { value: object } = readScriptData(body);
    expect(Object.keys(object as object)).toEqual(['__proto__']);
  });
});
