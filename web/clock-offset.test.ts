import { describe, expect, it } from 'vitest';
import { ClockOffset, clockSample } from './clock-offset.ts';

describe('the relay’s clock', () => {
  it('is unknown before the first pong', () => {
    expect(new ClockOffset().serverNowMs(0)).toBeNull();
  });

  it('was read half way through the round trip', () => {
    expect(clockSample(1000, 61_050, 1100)).toEqual({ roundTripMs: 100, offsetMs: 60_000, atMs: 1100 });
  });

  it('is taken from the ping with the smallest round trip', () => {
    const clock = new ClockOffset();
    clock.add(0, 1020, 40);
    clock.add(100, 1105, 110);
    clock.add(200, 1280, 300);
    expect(clock.serverNowMs(1000)).toBe(2000);
  });

  it('is taken anew when a clock jumped', () => {
    const clock = new ClockOffset();
    clock.add(0, 1005, 10);
    clock.add(30_000, 95_020, 30_040);
    expect(clock.serverNowMs(0)).toBe(65_000);
  });

  it('is taken anew after ten minutes, because clocks drift', () => {
    const clock = new ClockOffset();
    clock.add(0, 1001, 2);
    clock.add(700_000, 701_020, 700_030);
    expect(clock.serverNowMs(0)).toBe(1005);
  });
});
