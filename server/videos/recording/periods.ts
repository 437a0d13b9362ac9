/** Recorded files as people see them: periods without a gap, and days. Pure. */
import type { RecordedDay } from '../../protocol.ts';
import type { RecordedFile } from './recorded-file.ts';
import type { ZoneClock } from './schedule.ts';

export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
  readonly durationMs: number;
  readonly bytes: number;
  readonly growing: boolean;
}

/** Less than this between two files is no gap: one ends where the next begins, and arrival times waver. */
export const MAX_SEAM_MS = 2_000;

/** Pure: files, oldest first, joined where nothing is missing, and cut to `[fromMs, toMs)`. */
export function periodsOf(
  files: readonly RecordedFile[],
  { fromMs, toMs, isGrowing }: { fromMs: number; toMs: number; isGrowing: (name: string) => boolean },
): Period[] {
  const periods: Period[] = [];
  for (const file of files) {
    const from = Math.max(fromMs, file.startedAtMs);
    const to = Math.min(toMs, file.endedAtMs);
    if (to <= from) continue;
    const share = (to - from) / (file.endedAtMs - file.startedAtMs);
    const own = {
      fromMs: from,
      toMs: to,
      durationMs: file.durationMs * share,
      bytes: Math.round(file.bytes * share),
      growing: isGrowing(file.name) && to === file.endedAtMs,
    };
    const last = periods.at(-1);
    if (last === undefined || from - last.toMs > MAX_SEAM_MS) {
      periods.push(own);
      continue;
    }
    periods[periods.length - 1] = {
      fromMs: last.fromMs,
      toMs: Math.max(last.toMs, to),
      durationMs: last.durationMs + own.durationMs,
      bytes: last.bytes + own.bytes,
      growing: own.growing,
    };
  }
  return periods;
}

/**
 * Pure: how much there is of each local day. A period over midnight counts for both. The clock is asked once for each day
 * of files that come in order: it takes a millisecond to answer, and a camera may have thousands of files.
 */
export function daysOf(files: readonly RecordedFile[], clock: Pick<ZoneClock, 'at' | 'nextDayMs'>): RecordedDay[] {
  const days = new Map<string, number>();
  let known = { day: '', fromMs: 0, toMs: 0 };
  for (const { startedAtMs, endedAtMs } of files) {
    for (let fromMs = startedAtMs; fromMs < endedAtMs; ) {
      if (fromMs < known.fromMs || fromMs >= known.toMs) {
        known = { day: clock.at(fromMs).day, fromMs, toMs: Math.max(fromMs + 1, clock.nextDayMs(fromMs)) };
      }
      const { day } = known;
      const toMs = Math.min(endedAtMs, known.toMs);
      days.set(day, (days.get(day) ?? 0) + toMs - fromMs);
      fromMs = toMs;
    }
  }
  return [...days].map(([day, durationMs]) => ({ day, durationMs })).sort((a, b) => (a.day < b.day ? -1 : 1));
}
