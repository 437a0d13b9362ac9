import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MultipartPictures } from './multipart-pictures.ts';

function written(pictures: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    pictures.flatMap((picture) => [
      Buffer.from(`--ffmpeg\r\nContent-type: image/jpeg\r\nContent-length: ${picture.length}\r\n\r\n`),
      picture,
      Buffer.from('\r\n'),
    ]),
  );
}

describe('pictures in ffmpeg’s multipart output', () => {
  it('are the same however the bytes are cut, whatever they hold', () => {
    const picture = fc.uint8Array({ minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(fc.array(picture, { maxLength: 5 }), fc.integer({ min: 1, max: 200 }), (pictures, step) => {
        const bytes = written(pictures);
        const reader = new MultipartPictures();
        const found: Buffer[] = [];
        for (let at = 0; at < bytes.length; at += step) found.push(...reader.push(bytes.subarray(at, at + step)));
        expect(found).toEqual(pictures.map((each) => Buffer.from(each)));
      }),
    );
  });

  it('come as soon as they are whole, before what stands behind them', () => {
    const bytes = written([Buffer.from('picture')]);
    const reader = new MultipartPictures();
    expect(reader.push(bytes.subarray(0, -3))).toEqual([]);
    expect(reader.push(bytes.subarray(-3, -2))).toEqual([Buffer.from('picture')]);
  });

  it.each([
    ['a head without a length', '--ffmpeg\r\nContent-type: image/jpeg\r\n\r\n'],
    ['a length that is none', '--ffmpeg\r\nContent-length: many\r\n\r\n'],
    ['a length beyond every picture', '--ffmpeg\r\nContent-length: 99999999999\r\n\r\n'],
    ['no head at all', 'x'.repeat(2_000)],
  ])('are not looked for behind %s', (_what, text) => {
    expect(() => new MultipartPictures().push(Buffer.from(text))).toThrow();
  });
});
