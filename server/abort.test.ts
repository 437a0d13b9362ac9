import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Waker } from './abort.ts';

describe('Waker', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('sleeps until its time has come', async () => {
    const waker = new Waker(new AbortController().signal);
    const dueAtMs = Date.now() + 1_000;
    const slept = waker.sleepUntil(() => dueAtMs);
    vi.advanceTimersByTime(1_000);
    expect(await slept).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is woken early and says so, unless the time was moved', async () => {
    const waker = new Waker(new AbortController().signal);
    const dueAtMs = Date.now() + 1_000;
    const slept = waker.sleepUntil(() => dueAtMs);
    waker.wake();
    expect(await slept).toBe(false);
    let movedMs = dueAtMs;
    const moved = waker.sleepUntil(() => movedMs);
    movedMs = Date.now();
    waker.wake();
    expect(await moved).toBe(true);
  });

  it('sleeps no more once it has ended', async () => {
    const ending = new AbortController();
    const waker = new Waker(ending.signal);
    const slept = waker.sleepUntil(() => Date.now() + 1_000);
    ending.abort();
    expect(await slept).toBe(false);
    expect(await waker.sleepUntil(() => 0)).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });
});
