import { describe, expect, it } from 'vitest';
import { CAMERA_REASONS } from '../../server/protocol.ts';
import { en } from './en.ts';
import { chooseLocale, createI18n } from './index.ts';
import { zh } from './zh.ts';

/** Every text with the path to it; functions are called with samples. */
function texts(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') return [[path, String((value as (...args: unknown[]) => unknown)('7', '9'))]];
  return Object.entries(value as object).flatMap(([key, inner]) => texts(inner, `${path}.${key}`));
}

describe('the languages', () => {
  it('have the same texts', () => {
    expect(texts(zh).map(([path]) => path)).toEqual(texts(en).map(([path]) => path));
  });

  it('leave none empty, and use every value they are given', () => {
    for (const [path, text] of [...texts(en), ...texts(zh)]) expect(text.trim(), path).not.toBe('');
    for (const [path, text] of texts(zh)) {
      const english = texts(en).find(([other]) => other === path)![1];
      expect(text.includes('7'), path).toBe(english.includes('7'));
    }
  });

  it('have a sentence for every reason a camera can have', () => {
    for (const reason of CAMERA_REASONS) {
      expect(en.reasons[reason]).toMatch(/\.$/);
      expect(zh.reasons[reason]).toMatch(/。$/);
    }
  });

  it('are chosen by what the viewer said, then by what the browser prefers', () => {
    expect(chooseLocale(null, ['zh-CN', 'en'])).toBe('zh');
    expect(chooseLocale(null, ['fr-FR', 'zh-TW', 'en'])).toBe('zh');
    expect(chooseLocale('en', ['zh-CN'])).toBe('en');
    expect(chooseLocale(null, ['fr'])).toBe('en');
    expect(chooseLocale('xx', [])).toBe('en');
  });
});

describe('numbers', () => {
  const { delay, bitrate, fps, countdown } = createI18n('en', en);

  it('keep their width while they change', () => {
    expect([0, 380, 1000, 9949].map(delay)).toEqual(['0.0 s', '0.4 s', '1.0 s', '9.9 s']);
    expect([9951, 99_400, 180_000].map(delay)).toEqual(['10 s', '99 s', '3 min']);
  });

  it('have the unit that suits their size', () => {
    expect([900, 420_000, 2_140_000].map(bitrate)).toEqual(['1 kbit/s', '420 kbit/s', '2.1 Mbit/s']);
    expect([0.5, 4.98, 25.04].map(fps)).toEqual(['0.5 fps', '5 fps', '25 fps']);
    expect([-20, 300, 9100, 540_000].map(countdown)).toEqual(['0 s', '1 s', '10 s', '9 min']);
  });
});
