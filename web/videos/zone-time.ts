/** Days and times of day in a named time zone: recordings are told in the relay's, wherever the viewer is. Pure. */
import type { TimeSpan } from './api.ts';

interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const HOUR_MS = 3_600_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function localTime(unixMs: number, timeZone: string): LocalTime {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timeZone, format);
  }
  const parts = new Map(format.formatToParts(unixMs).map(({ type, value }) => [type, Number(value)]));
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
  };
}

const two = (n: number): string => String(n).padStart(2, '0');

/** Local time minus UTC at a moment, ms. */
function offsetMs(unixMs: number, timeZone: string): number {
  const { year, month, day, hour, minute, second } = localTime(unixMs, timeZone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(unixMs / 1000) * 1000;
}

/** Pure: the zone if the browser knows it, else the viewer's own. */
export function knownZone(timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
  } catch {
    return Intl.DateTimeFormat().resolvedOptions().timeZone;
  }
}

/** Pure: `2026-11-21`. */
export function dayOf(unixMs: number, timeZone: string): string {
  const { year, month, day } = localTime(unixMs, timeZone);
  return `${year}-${two(month)}-${two(day)}`;
}

/** Pure: `17:54:51`. */
export function clockOf(unixMs: number, timeZone: string): string {
  const { hour, minute, second } = localTime(unixMs, timeZone);
  return `${two(hour)}:${two(minute)}:${two(second)}`;
}

/** Pure: the moment of a local time, which clocks put forward may not have: then the one as far behind the leap. */
export function momentOf(day: string, clock: string, timeZone: string): number {
  const asUtcMs = Date.parse(`${day}T${clock.length === 5 ? `${clock}:00` : clock}Z`);
  const guessMs = asUtcMs - offsetMs(asUtcMs, timeZone);
  return asUtcMs - offsetMs(guessMs, timeZone);
}

/** Pure: the day after, or before with a negative number. */
export function dayAfter(day: string, days = 1): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 24 * HOUR_MS).toISOString().slice(0, 10);
}

/** Pure: a local day, of 23 to 25 hours. */
export function spanOfDay(day: string, timeZone: string): TimeSpan {
  return { fromMs: startOf(day, timeZone), toMs: startOf(dayAfter(day), timeZone) };
}

/** Some zones put their clocks forward at midnight: their day begins at one. */
function startOf(day: string, timeZone: string): number {
  const midnightMs = momentOf(day, '00:00:00', timeZone);
  return dayOf(midnightMs, timeZone) < day ? midnightMs + HOUR_MS : midnightMs;
}
