/** Chooses the language and writes numbers its way. The texts are in `en.ts` and `zh.ts`. */
import { readLocaleChoice, writeLocaleChoice } from '../preferences.ts';
import { en, type Texts } from './en.ts';

export type Locale = 'en' | 'zh';

/** English is always there; another language is loaded by those who read it. */
const LOAD: Readonly<Record<Locale, () => Promise<Texts>>> = {
  en: async () => en,
  zh: async () => (await import('./zh.ts')).zh,
};

/** Pure: the first language we speak among those the viewer prefers; English when there is none. */
export function chooseLocale(choice: string | null, preferred: readonly string[]): Locale {
  for (const language of [choice, ...preferred]) {
    const primary = language?.toLowerCase().split('-')[0];
    if (primary === 'en' || primary === 'zh') return primary;
  }
  return 'en';
}

export function currentLocale(): Locale {
  return chooseLocale(readLocaleChoice(), navigator.languages ?? [navigator.language]);
}

/** Keeps a choice for the next visit. */
export const keepLocale = (locale: Locale): void => writeLocaleChoice(locale);

/** Texts and number formats of one language. */
export interface I18n {
  readonly locale: Locale;
  readonly t: Texts;
  /** `0.4 s`; whole seconds from 10 s, minutes from 100 s. */
  delay(delayMs: number): string;
  /** Whole seconds or minutes, rounded up. */
  countdown(durationMs: number): string;
  bitrate(bitsPerSecond: number): string;
  fps(fps: number): string;
  kilohertz(hertz: number): string;
  integer(n: number): string;
  /** Time of day, with the date when it is not today. */
  time(iso: string, nowMs: number): string;
}

const tag = (locale: Locale): string => (locale === 'zh' ? 'zh-CN' : 'en');

/** The region's number format where the language is ours (`en-GB`), else the language's. */
function regionalTag(locale: Locale): string {
  const regional =
    typeof navigator === 'undefined' ? undefined : navigator.languages?.find((l) => l.startsWith(locale));
  return regional ?? tag(locale);
}

/** A language that cannot be loaded leaves English. */
export async function loadI18n(locale: Locale): Promise<I18n> {
  try {
    return createI18n(locale, await LOAD[locale]());
  } catch {
    return createI18n('en', en);
  }
}

/** Makes a format when it is first used: the browser's first one takes tens of milliseconds, and a picture comes before. */
function whenUsed<T>(make: () => T): () => T {
  let made: T | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

/** Pure: `t` are the texts of `locale`. */
export function createI18n(locale: Locale, t: Texts): I18n {
  const numbers = (least: number, most: number) =>
    whenUsed(() => {
      const digits = { minimumFractionDigits: least, maximumFractionDigits: most };
      return new Intl.NumberFormat(regionalTag(locale), digits);
    });
  const whole = numbers(0, 0);
  const tenths = numbers(1, 1);
  const upToTenths = numbers(0, 1);
  const clock = whenUsed(() => new Intl.DateTimeFormat(regionalTag(locale), { timeStyle: 'medium' }));
  const dateAndClock = whenUsed(
    () => new Intl.DateTimeFormat(regionalTag(locale), { dateStyle: 'medium', timeStyle: 'short' }),
  );
  return {
    locale,
    t,
    delay: (delayMs) => {
      if (delayMs < 9950) return t.unit.seconds(tenths().format(delayMs / 1000));
      if (delayMs < 100_000) return t.unit.seconds(whole().format(delayMs / 1000));
      return t.unit.minutes(whole().format(delayMs / 60_000));
    },
    countdown: (durationMs) => {
      if (durationMs > 120_000) return t.unit.minutes(whole().format(Math.ceil(durationMs / 60_000)));
      return t.unit.seconds(whole().format(Math.max(0, Math.ceil(durationMs / 1000))));
    },
    bitrate: (bits) =>
      bits >= 999_500
        ? t.unit.megabits(tenths().format(bits / 1_000_000))
        : t.unit.kilobits(whole().format(bits / 1000)),
    fps: (fps) => t.unit.fps((fps < 9.5 ? upToTenths() : whole()).format(fps)),
    kilohertz: (hertz) => t.unit.kilohertz(upToTenths().format(hertz / 1000)),
    integer: (n) => whole().format(n),
    time: (iso, nowMs) => {
      const date = new Date(iso);
      const today = new Date(nowMs).toDateString() === date.toDateString();
      return (today ? clock() : dateAndClock()).format(date);
    },
  };
}
