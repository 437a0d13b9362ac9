/** Windows of the week in a time zone: whether one is open. Which rule uses them is `record-policy.ts`. */

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

export interface ScheduleWindow {
  /** Days on which it begins; empty: every day. */
  readonly days: readonly Weekday[];
  /** `HH:MM`, local. */
  readonly from: string;
  /** `HH:MM`; not later than `from`: on the next day. */
  readonly to: string;
}

export interface LocalTime {
  readonly weekday: Weekday;
  readonly minuteOfDay: number;
  /** `2026-11-21` */
  readonly day: string;
}

const WEEKDAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const HOUR_MS = 3_600_000;
/** Longer than any day, with the hour that summer time gives back. */
const LONGEST_DAY_MS = 26 * HOUR_MS;

/** The system's IANA time zone. */
export function systemTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** A time zone's wall clock. Formatters are costly to make, so there is one for each zone. */
export class ZoneClock {
  readonly timeZone: string;
  readonly #format: Intl.DateTimeFormat;

  /** Throws a RangeError for a zone that is not known. */
  constructor(timeZone: string) {
    this.timeZone = timeZone;
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      weekday: 'short',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    });
  }

  at(unixMs: number): LocalTime {
    const parts = new Map(this.#format.formatToParts(unixMs).map(({ type, value }) => [type, value]));
    const number = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type));
    const weekday = parts.get('weekday')!.toLowerCase() as Weekday;
    return {
      weekday,
      minuteOfDay: number('hour') * 60 + number('minute'),
      day: `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`,
    };
  }

  /** The moment at which the day after this one begins, to the second; days of 23 and 25 hours included. */
  nextDayMs(unixMs: number): number {
    const { day } = this.at(unixMs);
    let before = unixMs;
    let after = unixMs + LONGEST_DAY_MS;
    while (after - before > 1000) {
      const middle = Math.floor((before + after) / 2);
      if (this.at(middle).day === day) before = middle;
      else after = middle;
    }
    return Math.floor(after / 1000) * 1000;
  }
}

/**
 * Pure: whether a window is open at this local time. Comparing wall clocks is what makes it right when they are put
 * forward or back: a window that begins in the skipped hour opens after it, one in the repeated hour is open twice.
 */
export function isOpen(windows: readonly ScheduleWindow[], { weekday, minuteOfDay }: LocalTime): boolean {
  const yesterday = WEEKDAYS[(WEEKDAYS.indexOf(weekday) + 6) % 7]!;
  return windows.some(({ days, from, to }) => {
    const begins = minutes(from);
    const ends = minutes(to);
    const onDay = (day: Weekday) => days.length === 0 || days.includes(day);
    if (begins < ends) return onDay(weekday) && minuteOfDay >= begins && minuteOfDay < ends;
    return (onDay(weekday) && minuteOfDay >= begins) || (onDay(yesterday) && minuteOfDay < ends);
  });
}

function minutes(timeOfDay: string): number {
  const [hours, rest] = timeOfDay.split(':').map(Number);
  return hours! * 60 + rest!;
}
