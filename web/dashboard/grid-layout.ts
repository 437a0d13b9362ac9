/** Lays out any number of 16:9 tiles so that they fill the window. Pure: numbers in, numbers out. */
import type { Columns } from '../preferences.ts';

export interface GridInput {
  readonly count: number;
  /** Room for the tiles, in CSS pixels, the scroll bar's included. */
  readonly widthPx: number;
  readonly heightPx: number;
  readonly gapPx: number;
  /** Height of the line under each picture; 0 where it lies on the picture. */
  readonly captionPx: number;
  /** What a scroll bar takes off the width where there is one; 0 where it lies on the page. */
  readonly scrollBarPx?: number;
  readonly columns: Columns;
}

export interface GridLayout {
  readonly columns: number;
  readonly rows: number;
  readonly tileWidthPx: number;
  /** With its caption. */
  readonly tileHeightPx: number;
  /** The tiles do not fit into the height. */
  readonly scrolls: boolean;
}

const ASPECT = 16 / 9;
/** Narrower tiles show nothing worth watching: scroll instead. */
const MIN_TILE_PX = 200;
/** A comfortable tile when there is scrolling anyway. */
const SCROLLED_TILE_PX = 300;
/** Among tiles of nearly the same size, rows read better than columns: two cameras stand side by side. */
const NEARLY_AS_LARGE = 0.93;
/** Narrower rooms are phones held upright: one column, and room. */
const PHONE_PX = 600;
/** With more cameras than this the picture needs every pixel. */
const DENSE_FROM = 25;
const GAP_PX = 8;
const DENSE_GAP_PX = 4;

export interface WallLayout extends GridLayout {
  readonly gapPx: number;
  /** The captions lie on the pictures. */
  readonly dense: boolean;
}

/** Pure: with the captions below the pictures, or on them where there are many or it spares the scrolling. */
export function wallLayout(wall: Omit<GridInput, 'gapPx'>): WallLayout {
  const airy = { ...gridLayout({ ...wall, gapPx: GAP_PX }), gapPx: GAP_PX, dense: false };
  if (wall.widthPx < PHONE_PX || (wall.count <= DENSE_FROM && !airy.scrolls)) return airy;
  const layout = gridLayout({ ...wall, gapPx: DENSE_GAP_PX, captionPx: 0 });
  const dense = { ...layout, gapPx: DENSE_GAP_PX, dense: true };
  return wall.count > DENSE_FROM || !dense.scrolls ? dense : airy;
}

/**
 * Pure: the arrangement with the largest tiles that needs no scrolling, or one that scrolls when those would be too
 * small. A chosen number of columns is kept as long as it leaves tiles to look at. Whether it scrolls does not depend on
 * the scroll bar: narrower tiles are lower, so they might do without it, and it would come and go with every picture.
 */
export function gridLayout(input: GridInput): GridLayout {
  const { widthPx, scrollBarPx = 0 } = input;
  const layout = arranged(input);
  if (!layout.scrolls || scrollBarPx === 0) return layout;
  return { ...arranged({ ...input, widthPx: widthPx - scrollBarPx }), scrolls: true };
}

function arranged({ count, widthPx, heightPx, gapPx, captionPx, columns }: GridInput): GridLayout {
  const tiles = Math.max(1, count);
  const room = { widthPx: Math.max(1, widthPx), heightPx: Math.max(1, heightPx), gapPx, captionPx };
  if (columns !== 'auto') {
    const affordable = Math.max(1, Math.floor((room.widthPx + gapPx) / (96 + gapPx)));
    return filledWidth(tiles, Math.min(columns, affordable), room);
  }
  const upright = room.widthPx < PHONE_PX && room.heightPx > room.widthPx * 0.9;
  if (upright) return filledWidth(tiles, 1, room);
  const candidates = Array.from({ length: tiles }, (_, i) => fitted(tiles, i + 1, room));
  const widestPx = Math.max(...candidates.map(({ tileWidthPx }) => tileWidthPx));
  const good = candidates.filter(({ tileWidthPx }) => tileWidthPx >= widestPx * NEARLY_AS_LARGE);
  const best = good.reduce((a, b) => (b.rows < a.rows ? b : a));
  if (best.tileWidthPx >= Math.min(MIN_TILE_PX, room.widthPx)) return best;
  const scrolled = Math.max(1, Math.floor((room.widthPx + gapPx) / (SCROLLED_TILE_PX + gapPx)));
  return filledWidth(tiles, Math.min(tiles, scrolled), room);
}

type Room = Pick<GridInput, 'widthPx' | 'heightPx' | 'gapPx' | 'captionPx'>;

/** As large as width and height allow. */
function fitted(count: number, columns: number, { widthPx, heightPx, gapPx, captionPx }: Room): GridLayout {
  const rows = Math.ceil(count / columns);
  const byWidth = (widthPx - gapPx * (columns - 1)) / columns;
  const byHeight = ((heightPx - gapPx * (rows - 1)) / rows - captionPx) * ASPECT;
  const tileWidthPx = Math.max(1, Math.floor(Math.min(byWidth, byHeight)));
  return { columns, rows, tileWidthPx, tileHeightPx: tileWidthPx / ASPECT + captionPx, scrolls: false };
}

/** As wide as the room; the height scrolls. */
function filledWidth(count: number, columns: number, { widthPx, heightPx, gapPx, captionPx }: Room): GridLayout {
  const rows = Math.ceil(count / columns);
  const byWidth = Math.floor((widthPx - gapPx * (columns - 1)) / columns);
  // One row of one tile must not be taller than the window.
  const byHeight = Math.floor((heightPx - captionPx) * ASPECT);
  const tileWidthPx = Math.max(1, rows === 1 ? Math.min(byWidth, byHeight) : byWidth);
  const tileHeightPx = tileWidthPx / ASPECT + captionPx;
  return { columns, rows, tileWidthPx, tileHeightPx, scrolls: rows * tileHeightPx + gapPx * (rows - 1) > heightPx };
}

export type Arrow = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

/** Pure: the tile an arrow key leads to from tile `from`; the same one at an edge. */
export function tileByArrow(arrow: Arrow, from: number, count: number, columns: number): number {
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[arrow];
  const to = from + step;
  if (to >= 0 && to < count) return to;
  // Down from the last full row goes to the last tile of a shorter row below.
  const below = arrow === 'ArrowDown' && Math.floor(from / columns) < Math.floor((count - 1) / columns);
  return below ? count - 1 : from;
}
