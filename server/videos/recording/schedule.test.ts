import { describe, expect, it } from 'vitest';
import { isOpen, type ScheduleWindow, ZoneClock } from './schedule.ts';

const berlin = new ZoneClock('Europe/Berlin');
const at = (iso: string) => berlin.at(Date.parse(iso));
const every = (from: string, to: string): ScheduleWindow => ({ days: [], from, to });

describe('a window of the week', () => {
  const nights: ScheduleWindow = { days: ['fri', 'sat'], from: '22:00', to: '06:00' };
  it.each([
    ['on its day, before it begins', '2026-11-20T20:59:59Z', false],
    ['from its first minute', '2026-11-20T21:00:00Z', true],
    ['over midnight, although the day is another', '2026-11-21T03:00:00Z', true],
    ['until its last minute', '2026-11-21T04:59:59Z', true],
    ['not at its end', '2026-11-21T05:00:00Z', false],
    ['on the evening of the second day', '2026-11-21T22:30:00Z', true],
    ['on the morning after the second day', '2026-11-22T04:00:00Z', true],
    ['not on another evening', '2026-11-22T22:30:00Z', false],
    ['not on the morning before its first day', '2026-11-20T03:00:00Z', false],
  ])('is open or not %s', (_when, iso, open) => {
    expect(isOpen([nights], at(iso))).toBe(open);
  });

  it('of equal times is a whole day', () => {
    const sundays: ScheduleWindow = { days: ['sun'], from: '00:00', to: '00:00' };
    expect(isOpen([sundays], at('2026-11-21T22:59:00Z'))).toBe(false);
    expect(isOpen([sundays], at('2026-11-21T23:00:00Z'))).toBe(true);
    expect(isOpen([sundays], at('2026-11-22T22:59:00Z'))).toBe(true);
    expect(isOpen([sundays], at('2026-11-22T23:00:00Z'))).toBe(false);
  });

  it('is one of several, or none', () => {
    const windows = [every('08:00', '09:00'), every('18:00', '19:00')];
    expect(isOpen(windows, at('2026-11-20T17:30:00Z'))).toBe(true);
    expect(isOpen(windows, at('2026-11-20T11:30:00Z'))).toBe(false);
    expect(isOpen([], at('2026-11-20T11:30:00Z'))).toBe(false);
  });
});

describe('when clocks are put forward (Berlin, 29 March 2026, 02:00 becomes 03:00)', () => {
  it('a window that begins in the hour that is skipped opens after it', () => {
    const window = [every('02:30', '04:00')];
    expect(isOpen(window, at('2026-03-29T00:59:00Z'))).toBe(false);
    expect(isOpen(window, at('2026-03-29T01:00:00Z'))).toBe(true);
    expect(isOpen(window, at('2026-03-29T02:00:00Z'))).toBe(false);
  });

  it('the night is an hour shorter, and its days are still told apart', () => {
    const window = [every('22:00', '06:00')];
    const open = Array.from({ length: 24 * 60 }, (_, minute) => Date.parse('2026-03-28T12:00:00Z') + minute * 60_000);
    expect(open.filter((ms) => isOpen(window, berlin.at(ms)))).toHaveLength(7 * 60);
    expect(berlin.nextDayMs(Date.parse('2026-03-29T00:30:00Z'))).toBe(Date.parse('2026-03-29T22:00:00Z'));
  });
});

describe('when clocks are put back (Berlin, 25 October 2026, 03:00 becomes 02:00)', () => {
  it('a window in the hour that comes twice is open twice', () => {
    const window = [every('02:00', '02:30')];
    expect(isOpen(window, at('2026-10-25T00:15:00Z'))).toBe(true);
    expect(isOpen(window, at('2026-10-25T00:45:00Z'))).toBe(false);
    expect(isOpen(window, at('2026-10-25T01:15:00Z'))).toBe(true);
  });

  it('the day has 25 hours', () => {
    expect(berlin.nextDayMs(Date.parse('2026-10-24T22:00:00Z'))).toBe(Date.parse('2026-10-25T23:00:00Z'));
  });
});

it('days and hours are those of the zone', () => {
  expect(new ZoneClock('Asia/Shanghai').at(Date.parse('2026-11-21T17:54:51Z'))).toEqual({
    weekday: 'sun',
    minuteOfDay: 114,
    day: '2026-11-22',
  });
});
