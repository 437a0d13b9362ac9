/**
 * The block code in a demo camera's picture: frame number and wall clock in black and white cells that survive
 * coding and scaling. Its layout, the ffmpeg filters that draw it and the decoder; the scenes are `picture.ts`.
 *
 *     cells, row by row:  12 sync | 28 frame number | 44 Unix ms | 12 checksum      (most significant bit first)
 *     around them a ring of black cells, the quiet margin
 */

const COLUMNS = 32;
const ROWS = 3;
const SYNC = 0b110010100110;
const SYNC_BITS = 12;
const FRAME_BITS = 28;
const CLOCK_BITS = 44;
const CHECK_BITS = 12;
/** A prime below 2^12, so that no single wrong cell leaves the checksum standing. */
const CHECK_MODULUS = 4093;
const FRAME_WEIGHT = 31;
const CLOCK_WEIGHT = 5;

/** The picture is 80 cells wide and 45 high: 8x8 pixels a cell at 640x360, which is the coder's own block. */
const GRID_COLUMNS = 80;
const GRID_ROWS = 45;
/** Cell coordinates of the code's first cell: bottom right, its margin at the picture's lower edge. */
const LEFT = GRID_COLUMNS - COLUMNS - 2;
const TOP = GRID_ROWS - ROWS - 1;

/** Least difference between the mean white and the mean black sync cell; less is no code but a plain picture. */
const MIN_CONTRAST = 60;

/** Frame numbers wrap here. */
export const FRAME_MODULUS = 2 ** FRAME_BITS;

export interface PictureCode {
  /** Counts the scene's frames; starts from the wall clock, so that it goes on rising over a restart. */
  readonly frame: number;
  /** Unix time in ms at which the frame was made. */
  readonly clockMs: number;
}

export interface CellCentre {
  /** Fraction of the picture's width, 0 to 1. */
  readonly x: number;
  /** Fraction of the picture's height, 0 to 1. */
  readonly y: number;
}

/** Pure: the centres of the 96 cells in reading order, which is the order `decodePictureCells` expects. */
export function pictureCodeCells(): CellCentre[] {
  return Array.from({ length: COLUMNS * ROWS }, (_, index) => ({
    x: (LEFT + (index % COLUMNS) + 0.5) / GRID_COLUMNS,
    y: (TOP + Math.floor(index / COLUMNS) + 0.5) / GRID_ROWS,
  }));
}

/** Pure: reads the code by sampling luma (0 to 255) at fractional coordinates; null when there is no intact code. */
export function decodePictureCode(sample: (x: number, y: number) => number): PictureCode | null {
  return decodePictureCells(pictureCodeCells().map(({ x, y }) => sample(x, y)));
}

/** Pure: reads the code from the lumas at `pictureCodeCells()`; null when there is no intact code. */
export function decodePictureCells(lumas: readonly number[]): PictureCode | null {
  if (lumas.length !== COLUMNS * ROWS) return null;
  // The sync cells say what black and white are, so a player's range or contrast does not matter.
  let white = 0;
  let black = 0;
  let whites = 0;
  for (let index = 0; index < SYNC_BITS; index++) {
    if (bitOf(SYNC, SYNC_BITS - 1 - index)) {
      white += lumas[index]!;
      whites++;
    } else black += lumas[index]!;
  }
  white /= whites;
  black /= SYNC_BITS - whites;
  if (!(white - black >= MIN_CONTRAST)) return null;
  const threshold = (white + black) / 2;
  let position = 0;
  const read = (bits: number): number => {
    let value = 0;
    for (; bits > 0; bits--) value = value * 2 + (lumas[position++]! > threshold ? 1 : 0);
    return value;
  };
  if (read(SYNC_BITS) !== SYNC) return null;
  const frame = read(FRAME_BITS);
  const clockMs = read(CLOCK_BITS);
  return read(CHECK_BITS) === checksum(frame, clockMs) ? { frame, clockMs } : null;
}

/** Pure: the cells of a code, true for white; what the filters draw. */
export function encodePictureCode(code: PictureCode): boolean[] {
  const fields: [value: number, bits: number][] = [
    [SYNC, SYNC_BITS],
    [code.frame % FRAME_MODULUS, FRAME_BITS],
    [code.clockMs, CLOCK_BITS],
    [checksum(code.frame % FRAME_MODULUS, code.clockMs), CHECK_BITS],
  ];
  return fields.flatMap(([value, bits]) => Array.from({ length: bits }, (_, index) => bitOf(value, bits - 1 - index)));
}

export interface PictureCodeFilterOptions {
  readonly width: number;
  readonly height: number;
  /** Number of the graph's first frame. */
  readonly firstFrame: number;
}

/**
 * Pure: a filter chain from pad `[input]` to pad `[output]` that draws the code into 4:2:0 pictures whose
 * presentation time is the wall clock (`settb=1/1000,setpts='time(0)*1000'`). One expression is worked out per cell, on a
 * picture with a pixel a cell, which is then enlarged: about a hundredth of what geq on the whole strip would cost.
 */
export function pictureCodeFilter(input: string, output: string, options: PictureCodeFilterOptions): string {
  const columns = COLUMNS + 2;
  const rows = ROWS + 2;
  const cell = `(X-1+${COLUMNS}*(Y-1))`;
  const frameEnd = SYNC_BITS + FRAME_BITS;
  const clockEnd = frameEnd + CLOCK_BITS;
  const total = clockEnd + CHECK_BITS;
  // Registers: 0 cell index, 1 frame number, 2 Unix ms, 3 the field's value, 4 the index at which the field ends.
  const bit = [
    `st(0,${cell})`,
    `st(1,mod(N+${options.firstFrame % FRAME_MODULUS},${FRAME_MODULUS}))`,
    'st(2,round(T*1000))',
    `st(3,if(lt(ld(0),${SYNC_BITS}),${SYNC},if(lt(ld(0),${frameEnd}),ld(1),if(lt(ld(0),${clockEnd}),ld(2),` +
      `mod(ld(1)*${FRAME_WEIGHT}+ld(2)*${CLOCK_WEIGHT},${CHECK_MODULUS})))))`,
    `st(4,if(lt(ld(0),${SYNC_BITS}),${SYNC_BITS},if(lt(ld(0),${frameEnd}),${frameEnd},if(lt(ld(0),${clockEnd}),${clockEnd},${total}))))`,
    'mod(floor(ld(3)/pow(2,ld(4)-1-ld(0))),2)',
  ].join(';');
  const inside = `between(X,1,${COLUMNS})*between(Y,1,${ROWS})`;
  const size = (cells: number, grid: number, pixels: number) => Math.round((cells * pixels) / grid);
  return [
    `[${input}]split=2[code_under][code_tap]`,
    `[code_tap]crop=${columns}:${rows}:0:0:exact=1,extractplanes=y,geq=lum='255*if(${inside},${bit},0)',` +
      `scale=${size(columns, GRID_COLUMNS, options.width)}:${size(rows, GRID_ROWS, options.height)}:flags=neighbor,` +
      'format=yuv420p[code_strip]',
    `[code_under][code_strip]overlay=x=${size(LEFT - 1, GRID_COLUMNS, options.width)}` +
      `:y=${size(TOP - 1, GRID_ROWS, options.height)}:eval=init[${output}]`,
  ].join(';');
}

/** Bits above 2^31 are in play: arithmetic instead of shifts. */
function bitOf(value: number, bit: number): boolean {
  return Math.floor(value / 2 ** bit) % 2 === 1;
}

function checksum(frame: number, clockMs: number): number {
  return (frame * FRAME_WEIGHT + clockMs * CLOCK_WEIGHT) % CHECK_MODULUS;
}
