/** Times between two readings of the page's wall clock, which a person or the network may put back. */

/** Pure: ms since `thenMs`; endless when the clock was put back, so that nothing waits for it to come there again. */
export function elapsedMs(nowMs: number, thenMs: number): number {
  return nowMs < thenMs ? Number.POSITIVE_INFINITY : nowMs - thenMs;
}
