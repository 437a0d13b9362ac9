/** The days of a month as a calendar shows them, in weeks from Monday on. Pure. */

/** Pure: the month of a day, `2026-11`. */
export const monthOf = (day: string): string => day.slice(0, 7);

/** Pure: the month before (-1) or after (1). */
export function monthAfter(month: string, months: 1 | -1): string {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7);
}

/** Pure: weeks of seven days each; null for those of other months. */
export function weeksOf(month: string): readonly (readonly (string | null)[])[] {
  const first = new Date(`${month}-01T00:00:00Z`);
  const days = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  const before = (first.getUTCDay() + 6) % 7;
  const cells = Array.from({ length: Math.ceil((before + days) / 7) * 7 }, (_, index) => {
    const number = index - before + 1;
    return number < 1 || number > days ? null : `${month}-${String(number).padStart(2, '0')}`;
  });
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
}
