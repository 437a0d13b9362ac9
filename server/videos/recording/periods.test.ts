import { describe, expect, it } from 'vitest';
import { daysOf, periodsOf } from './periods.ts';
import type { RecordedFile } from './recorded-file.ts';
import { ZoneClock } from './schedule.ts';

const HOUR_MS = 3_600_000;
const berlin = new ZoneClock('Europe/Berlin');

function file(from: string, lengthMs: number): RecordedFile {
  const startedAtMs = Date.parse(from);
  return {
    ...{ camera: 'yard', name: from, path: from, bytes: 1_000, codecs: '', width: 0, height: 0, reason: null },
    ...{ startedAtMs, endedAtMs: startedAtMs + lengthMs, durationMs: lengthMs },
  };
}

describe('days of recordings', () => {
  it('a recording over midnight counts for both of its days, and a day has all that began in it', () => {
    const files = [
      file('2026-05-03T08:00:00Z', HOUR_MS),
      file('2026-05-03T21:30:00Z', HOUR_MS),
      file('2026-05-04T21:00:00Z', HOUR_MS),
    ];
    expect(daysOf(files, berlin)).toEqual([
      { day: '2026-05-03', durationMs: 1.5 * HOUR_MS },
      { day: '2026-05-04', durationMs: 1.5 * HOUR_MS },
    ]);
  });

  it('days of 23 and 25 hours are whole', () => {
    const files = [file('2026-03-28T23:00:00Z', 24 * HOUR_MS), file('2026-10-24T22:00:00Z', 26 * HOUR_MS)];
    expect(daysOf(files, berlin).map(({ durationMs }) => durationMs / HOUR_MS)).toEqual([23, 1, 25, 1]);
  });

  it('the clock, which takes its time, is asked once for each day and not for each file', () => {
    let asked = 0;
    const counting = {
      at: (ms: number) => berlin.at(ms),
      nextDayMs: (ms: number) => {
        asked += 1;
        return berlin.nextDayMs(ms);
      },
    };
    const begin = Date.parse('2026-05-03T00:00:00Z');
    const files = Array.from({ length: 500 }, (_, at) => file(new Date(begin + at * 600_000).toISOString(), 30_000));
    expect(daysOf(files, counting)).toHaveLength(4);
    expect(asked).toBe(4);
  });
});

it('files are one period as long as nothing is missing between them', () => {
  const files = [
    file('2026-05-03T08:00:00Z', HOUR_MS),
    file('2026-05-03T09:00:01Z', HOUR_MS),
    file('2026-05-03T10:00:10Z', HOUR_MS),
  ];
  const range = { fromMs: Date.parse('2026-05-03T08:30:00Z'), toMs: Date.parse('2026-05-04T00:00:00Z') };
  const periods = periodsOf(files, { ...range, isGrowing: () => false });
  expect(periods.map(({ fromMs, toMs }) => (toMs - fromMs) / 1000)).toEqual([5_401, 3_600]);
});
