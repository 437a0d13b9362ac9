/** Texts and number formats of the videos view in the page's language. */
import { useMemo } from 'preact/hooks';
import { useI18n } from '../context.ts';
import type { Locale } from '../i18n/index.ts';
import { type VideosTexts, videosEn } from '../i18n/videos-en.ts';
import { videosZh } from '../i18n/videos-zh.ts';

/** How this view writes times and sizes. Durations and positions are in milliseconds. */
export interface Formats {
  /** `1:02`, `1:02:03`. */
  position(ms: number): string;
  /** As `position`, with hundredths: for single pictures. */
  precise(ms: number): string;
  /** `1 h 5 min`, `12 s`: how long something is, to the two largest units. */
  length(ms: number): string;
  size(bytes: number): string;
  percent(share: number): string;
  /** Day and time of day; in the page's own time zone when none is given. */
  dateTime(unixMs: number, timeZone?: string): string;
  /** Time of day to the second. */
  clock(unixMs: number, timeZone?: string): string;
  /** `Saturday, 21 November 2026`, of a day as `2026-11-21`. */
  day(day: string): string;
  /** `November 2026`, of a month as `2026-11`. */
  month(month: string): string;
  /** Short names from Monday on. */
  readonly weekdays: readonly string[];
}

/** Pure: `1:02:03`. */
export function positionText(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const tail = String(seconds).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}

/** Pure: `1:02.34`. */
export function preciseText(ms: number): string {
  const hundredths = Math.floor((Math.max(0, ms) % 1000) / 10);
  return `${positionText(ms)}.${String(hundredths).padStart(2, '0')}`;
}

const SIZES = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Pure: a size in powers of a thousand, as disks are sold: value and unit. */
export function sizeParts(bytes: number): { readonly value: number; readonly unit: string; readonly digits: number } {
  let value = bytes;
  let index = 0;
  while (value >= 999.5 && index < SIZES.length - 1) {
    value /= 1000;
    index++;
  }
  return { value, unit: SIZES[index]!, digits: index < 2 || value >= 99.95 ? 0 : 1 };
}

function createFormats(locale: Locale): Formats {
  const tag = navigator.languages.find((each) => each.startsWith(locale)) ?? (locale === 'zh' ? 'zh-CN' : 'en');
  const units =
    locale === 'zh' ? { h: ' 小时', min: ' 分钟', s: ' 秒', gap: ' ' } : { h: ' h', min: ' min', s: ' s', gap: ' ' };
  const day = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(tag, { ...options, timeZone: 'UTC' });
  const [whole, month] = [day({ dateStyle: 'full' }), day({ year: 'numeric', month: 'long' })];
  const weekday = day({ weekday: 'short' });
  const MONDAY_MS = Date.UTC(2024, 0, 1);
  return {
    position: positionText,
    precise: preciseText,
    length: (ms) => {
      const total = Math.max(0, Math.round(ms / 1000));
      const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
      const parts = [
        [hours, units.h],
        [minutes, units.min],
        [seconds, units.s],
      ] as const;
      const first = parts.findIndex(([count]) => count > 0);
      const shown = first === -1 ? [parts[2]] : parts.slice(first, first + 2).filter(([count]) => count > 0);
      return shown.map(([count, unit]) => `${count}${unit}`).join(units.gap);
    },
    size: (bytes) => {
      const { value, unit, digits } = sizeParts(bytes);
      const number = new Intl.NumberFormat(tag, { minimumFractionDigits: digits, maximumFractionDigits: digits });
      return `${number.format(value)} ${unit}`;
    },
    percent: (share) => new Intl.NumberFormat(tag, { style: 'percent' }).format(share),
    dateTime: (unixMs, timeZone) =>
      new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short', timeZone }).format(unixMs),
    clock: (unixMs, timeZone) =>
      new Intl.DateTimeFormat(tag, {
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        hourCycle: 'h23',
        timeZone,
      }).format(unixMs),
    day: (text) => whole.format(Date.parse(`${text}T00:00:00Z`)),
    month: (text) => month.format(Date.parse(`${text}-01T00:00:00Z`)),
    weekdays: Array.from({ length: 7 }, (_, index) => weekday.format(MONDAY_MS + index * 86_400_000)),
  };
}

export function useVideosTexts(): { readonly t: VideosTexts; readonly formats: Formats } {
  const { locale } = useI18n();
  return useMemo(() => ({ t: locale === 'zh' ? videosZh : videosEn, formats: createFormats(locale) }), [locale]);
}
