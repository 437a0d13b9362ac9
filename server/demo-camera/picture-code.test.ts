import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePictureCells, decodePictureCode, encodePictureCode, pictureCodeCells } from './picture-code.ts';

const codes = fc.record({ frame: fc.nat(2 ** 28 - 1), clockMs: fc.nat(2 ** 44 - 1) });
const lumas = (cells: boolean[], black = 16, white = 235) => cells.map((cell) => (cell ? white : black));

describe('block code', () => {
  it('reads back what it wrote, whatever black and white have become', () => {
    fc.assert(
      fc.property(codes, fc.integer({ min: 0, max: 90 }), fc.integer({ min: 160, max: 255 }), (code, black, white) => {
        expect(decodePictureCells(lumas(encodePictureCode(code), black, white))).toEqual(code);
      }),
    );
  });

  it('does not accept a code with one wrong cell', () => {
    fc.assert(
      fc.property(codes, fc.nat(95), (code, wrong) => {
        const cells = encodePictureCode(code);
        cells[wrong] = !cells[wrong];
        expect(decodePictureCells(lumas(cells))).toBeNull();
      }),
    );
  });

  it('finds nothing in a plain picture', () => {
    expect(decodePictureCode(() => 0)).toBeNull();
    expect(decodePictureCode(() => 128)).toBeNull();
    expect(decodePictureCode((x) => x * 255)).toBeNull();
    expect(decodePictureCells([])).toBeNull();
  });

  it('lies inside of the picture', () => {
    for (const { x, y } of pictureCodeCells()) {
      expect(x).toBeGreaterThan(0.5);
      expect(x).toBeLessThan(1);
      expect(y).toBeGreaterThan(0.88);
      expect(y).toBeLessThan(1);
    }
  });
});
