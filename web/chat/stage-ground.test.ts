import { describe, expect, it } from 'vitest';
import type { OverlaySettings } from './chat-preferences.ts';
import { groundOf } from './stage-ground.ts';

const SETTINGS: OverlaySettings = { on: true, opacity: 1, size: 1, speed: 1, density: 1 };
const crossingMs = (widthPx: number, settings = SETTINGS) => widthPx / groundOf(widthPx, 450, settings).pxPerMs;

describe('a stage of danmaku', () => {
  it('has text that grows with the picture, within bounds, and with the chosen size', () => {
    const fontPx = (heightPx: number, size = 1) => groundOf(800, heightPx, { ...SETTINGS, size }).fontPx;
    expect([90, 440, 2_000].map((heightPx) => fontPx(heightPx))).toEqual([14, 20, 30]);
    expect(fontPx(440, 1.5)).toBe(30);
  });

  it('is crossed in 8 s at 800 px, in 10 s at most, sooner at a higher speed', () => {
    expect(crossingMs(800)).toBeCloseTo(8_000);
    expect(crossingMs(1_920)).toBeCloseTo(10_000);
    expect(crossingMs(800, { ...SETTINGS, speed: 2 })).toBeCloseTo(4_000);
  });

  it('has rows that hold a line of its text, as many as the density allows', () => {
    const { rows, rowPx, fontPx } = groundOf(800, 440, { ...SETTINGS, density: 0.25 });
    expect(rowPx).toBeGreaterThanOrEqual(fontPx * 1.35);
    expect(rows.scroll).toHaveLength(Math.round(Math.floor(440 / rowPx) * 0.25));
  });
});
