/**
 * How long tags are gathered before they are written. The cost of fan-out is the number of system calls, one per
 * viewer and write; the price of gathering is delay. Few viewers: none. Many: up to the cap.
 */

/** Viewers that are served tag by tag: below this the calls saved are not worth any delay. */
const UNMERGED_VIEWERS = 8;
/** Extra gathering per viewer: 200 viewers reach the default cap of 100 ms. */
const MS_PER_VIEWER = 0.5;

/** Pure: milliseconds to gather tags for this many viewers; 0 sends what has come at once. */
export function mergeIntervalMs(viewers: number, maxMs: number): number {
  return viewers <= UNMERGED_VIEWERS ? 0 : Math.min(maxMs, viewers * MS_PER_VIEWER);
}
