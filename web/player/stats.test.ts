import { describe, expect, it } from 'vitest';
import { RateMeter } from './stats.ts';

describe('a rate meter', () => {
  it('tells the rate over its window only', () => {
    const meter = new RateMeter(2000);
    for (let ms = 0; ms <= 10_000; ms += 200) meter.add(ms < 5000 ? 0 : (ms - 5000) * 2, ms);
    expect(meter.perSecond).toBeCloseTo(2000);
  });

  it('tells nothing until half a second was seen', () => {
    const meter = new RateMeter(2000);
    meter.add(0, 0);
    meter.add(1000, 200);
    expect(meter.perSecond).toBe(0);
  });

  it('starts afresh when the counter does', () => {
    const meter = new RateMeter(2000);
    meter.add(5000, 0);
    meter.add(6000, 1000);
    meter.add(0, 1200);
    meter.add(100, 2200);
    expect(meter.perSecond).toBeCloseTo(100);
  });

  it('starts afresh when the clock was put back', () => {
    const meter = new RateMeter(2000);
    meter.add(0, 3_600_000);
    meter.add(5000, 3_601_000);
    meter.add(5100, 0);
    meter.add(5200, 1000);
    expect(meter.perSecond).toBeCloseTo(100);
  });
});
