/** Where a danmaku flies so that none covers another. Pure; moving them is `danmaku-stage.ts`. */

/** What was last sent along a lane. */
export interface LaneUse {
  readonly startMs: number;
  readonly widthPx: number;
  readonly pxPerMs: number;
}

/** Space between two that follow each other. */
export const LANE_GAP_PX = 28;

/** Rows of the picture from the top: first and last are for those that stand, the ones between for those that fly. */
export interface Rows {
  readonly top: readonly number[];
  readonly scroll: readonly number[];
  readonly bottom: readonly number[];
}

/** Standing rows at either edge, where there is room for them. */
const STANDING_ROWS = 2;

/** Pure: no row is in two lists. @param density share of the picture that flying ones may cover, 0 to 1 */
export function rowsOf(heightPx: number, rowPx: number, density: number): Rows {
  const all = Math.max(1, Math.floor(heightPx / rowPx));
  const standing = Math.min(STANDING_ROWS, Math.floor(all / 4));
  const flying = Math.max(1, Math.min(Math.round(all * density), all - 2 * standing));
  const range = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);
  return {
    top: range(0, standing),
    scroll: range(standing, flying),
    bottom: range(all - standing, standing).reverse(),
  };
}

/**
 * Pure: whether a new one may enter behind the last: its tail has come in, and the new one, if it is faster, does not
 * reach it before it is out on the left.
 */
export function isLaneFree(last: LaneUse | undefined, stageWidthPx: number, pxPerMs: number, nowMs: number): boolean {
  if (last === undefined) return true;
  const tailPx = stageWidthPx + last.widthPx - (nowMs - last.startMs) * last.pxPerMs;
  if (tailPx <= 0) return true;
  if (tailPx + LANE_GAP_PX > stageWidthPx) return false;
  return stageWidthPx / pxPerMs >= tailPx / last.pxPerMs;
}

/** Pure: the topmost of these rows that is free for one that flies; undefined when there is none. */
export function chooseRow(
  rows: readonly number[],
  uses: ReadonlyMap<number, LaneUse>,
  stageWidthPx: number,
  pxPerMs: number,
  nowMs: number,
): number | undefined {
  return rows.find((row) => isLaneFree(uses.get(row), stageWidthPx, pxPerMs, nowMs));
}
