/** Sizes and speeds of a stage of danmaku, from how large it is and what its owner chose. */
import type { OverlaySettings } from './chat-preferences.ts';
import { type Rows, rowsOf } from './lane-policy.ts';

/** Crossing a picture 800 px wide takes 8 s. */
const BASE_PX_PER_MS = 0.1;
const LANE_HEIGHT = 1.4;
const BASE_FONT_SHARE = 1 / 22;
const MIN_FONT_PX = 14;
const MAX_FONT_PX = 30;

/** The stage in the terms of lanes. */
export interface Ground {
  readonly widthPx: number;
  readonly fontPx: number;
  readonly rows: Rows;
  readonly rowPx: number;
  readonly pxPerMs: number;
}

/** Pure: text grows with the picture within bounds; a wide picture is crossed in the time of one of 1,000 px. */
export function groundOf(widthPx: number, heightPx: number, settings: OverlaySettings): Ground {
  const basePx = Math.min(MAX_FONT_PX, Math.max(MIN_FONT_PX, heightPx * BASE_FONT_SHARE));
  const fontPx = Math.round(basePx * settings.size);
  const rowPx = Math.ceil(fontPx * LANE_HEIGHT);
  return {
    widthPx,
    fontPx,
    rows: rowsOf(heightPx, rowPx, settings.density),
    rowPx,
    pxPerMs: BASE_PX_PER_MS * settings.speed * Math.max(1, widthPx / 1000),
  };
}
