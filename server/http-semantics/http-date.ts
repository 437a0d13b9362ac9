/** Dates as HTTP writes them: RFC 9110 section 5.6.7. Pure. */

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const CLOCK = '(\\d{2}):(\\d{2}):(\\d{2})';
const FIXED = new RegExp(`^[a-z]{3}, (\\d{2}) ([a-z]{3}) (\\d{4}) ${CLOCK} gmt$`);
const RFC_850 = new RegExp(`^[a-z]{6,9}, (\\d{2})-([a-z]{3})-(\\d{2}) ${CLOCK} gmt$`);
const ASCTIME = new RegExp(`^[a-z]{3} ([a-z]{3}) ([ \\d]\\d) ${CLOCK} (\\d{4})$`);
/** A two-digit year that would lie further ahead belongs to the century before. */
const MAX_YEARS_AHEAD = 50;

/**
 * Pure: Unix ms of a date in one of the three forms, null for anything else. `Date.parse` would take a great deal more
 * for a date ("1", say), and a condition that is no date must count as absent.
 */
export function readHttpDate(text: string, nowMs: number = Date.now()): number | null {
  const lower = text.trim().toLowerCase();
  const fixed = FIXED.exec(lower);
  if (fixed !== null) return utc(fixed[3]!, fixed[2]!, fixed[1]!, fixed.slice(4));
  const ascii = ASCTIME.exec(lower);
  if (ascii !== null) return utc(ascii[6]!, ascii[1]!, ascii[2]!, ascii.slice(3, 6));
  const old = RFC_850.exec(lower);
  if (old === null) return null;
  const thisYear = new Date(nowMs).getUTCFullYear();
  let year = Math.floor(thisYear / 100) * 100 + Number(old[3]);
  if (year > thisYear + MAX_YEARS_AHEAD) year -= 100;
  return utc(String(year), old[2]!, old[1]!, old.slice(4));
}

function utc(year: string, monthName: string, day: string, clock: readonly string[]): number | null {
  const month = MONTHS.indexOf(monthName);
  const [hours, minutes, seconds] = clock.map(Number) as [number, number, number];
  if (month < 0 || hours > 23 || minutes > 59 || seconds > 60) return null;
  const ms = Date.UTC(Number(year), month, Number(day), hours, minutes, seconds);
  return new Date(ms).getUTCDate() === Number(day) || seconds === 60 ? ms : null;
}

/** Pure: a time in whole seconds, which is all that HTTP's dates hold. */
export function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
