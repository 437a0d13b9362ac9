/** Which period is exported, and how large that will be. Pure. */
import type { RecordedPeriod } from '../../server/protocol.ts';
import type { TimeSpan } from './api.ts';

/** As the relay's own limit. */
export const MAX_EXPORT_MS = 12 * 3_600_000;
/** What is marked at first around one moment. */
const USUAL_MS = 60_000;

/** Pure: bytes of what is recorded within a span, about. */
export function bytesWithin(periods: readonly RecordedPeriod[], { fromMs, toMs }: TimeSpan): number {
  return periods.reduce((sum, { from, to, bytes }) => {
    const [start, end] = [Date.parse(from), Date.parse(to)];
    const shared = Math.min(end, toMs) - Math.max(start, fromMs);
    return shared <= 0 || end <= start ? sum : sum + (bytes * shared) / (end - start);
  }, 0);
}

/** Pure: the marks after one of them was set at a moment; the other one gives way. */
export function withMark(marks: TimeSpan | null, which: 'from' | 'to', atMs: number): TimeSpan {
  if (which === 'from') {
    return { fromMs: atMs, toMs: marks !== null && marks.toMs > atMs ? marks.toMs : atMs + USUAL_MS };
  }
  return { fromMs: marks !== null && marks.fromMs < atMs ? marks.fromMs : atMs - USUAL_MS, toMs: atMs };
}
