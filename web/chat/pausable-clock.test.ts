import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PausableClock } from './pausable-clock.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => vi.useRealTimers());

it('goes on where it stood, however often it is told', () => {
  const clock = new PausableClock();
  vi.advanceTimersByTime(100);
  expect(clock.nowMs).toBe(100);
  for (const paused of [true, true, false, false]) {
    clock.set(paused);
    expect(clock.isPaused).toBe(paused);
    vi.advanceTimersByTime(50);
  }
  expect(clock.nowMs).toBe(200);
});
