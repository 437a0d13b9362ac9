/**
 * How long tags are gathered before they are written. The cost of fan-out is the number of system calls, one per
 * viewer and write; the price of gathering is delay. Few viewers: none. Many: up to the cap, but a picture that ends
 * a gathering leaves at once, so that what waits is mostly sound.
 */

/** Viewers that are served tag by tag: below this the calls saved are not worth any delay. */
const UNMERGED_VIEWERS = 8;
/** Extra gathering per viewer: 200 viewers reach the default cap of 100 ms. */
const MS_PER_VIEWER = 0.5;
/**
 * From this part of the interval on, a picture is not kept waiting. At 25 frames a second and 100 ms every second
 * picture goes at once and the other 40 ms late, for 12.5 writes a second instead of 10.
 */
const RIPE = 0.6;

/** Pure: milliseconds to gather tags for this many viewers; 0 sends what has come at once. */
export function mergeIntervalMs(viewers: number, maxMs: number): number {
  return viewers <= UNMERGED_VIEWERS ? 0 : Math.min(maxMs, viewers * MS_PER_VIEWER);
}

/** Pure: whether a picture that comes `gatheredMs` after the first tag of a gathering ends it. */
export function pictureEndsGathering(gatheredMs: number, intervalMs: number): boolean {
  return gatheredMs >= intervalMs * RIPE;
}
