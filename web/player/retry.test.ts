import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CLOSE } from '../../server/protocol.ts';
import { LOCAL_END } from './engine.ts';
import { RECHECK_MS, RETRY_MAX_MS } from './reconnect-policy.ts';
import { Retry } from './retry.ts';

describe('trying again', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('waits longer with every failure, up to a bound', () => {
    const onDue = vi.fn();
    const retry = new Retry(onDue);
    const waits = Array.from({ length: 12 }, () => retry.after(LOCAL_END.lost).delayMs);
    expect(waits[0]!).toBeLessThanOrEqual(500);
    expect(waits.at(-1)!).toBeGreaterThanOrEqual(RETRY_MAX_MS / 2);
    vi.advanceTimersByTime(RETRY_MAX_MS);
    expect(onDue, 'one wait at a time').toHaveBeenCalledOnce();
  });

  it('begins anew after pictures for long, and not after a few', () => {
    const retry = new Retry(() => {});
    retry.after(LOCAL_END.lost);
    retry.playing(1000);
    expect(retry.takeFirst()).toBe(false);
    retry.playing(5001);
    expect(retry.takeFirst()).toBe(true);
    expect(retry.takeFirst()).toBe(false);
    retry.forget();
    expect(retry.takeFirst()).toBe(true);
  });

  it('only looks now and then where somebody must change something first', () => {
    const retry = new Retry(() => {});
    expect(retry.after(CLOSE.noSuchCamera)).toEqual({ kind: 'recheck', delayMs: RECHECK_MS });
  });

  it('does nothing after it was called off', () => {
    const onDue = vi.fn();
    const retry = new Retry(onDue);
    retry.after(LOCAL_END.lost);
    retry.cancel();
    vi.advanceTimersByTime(60_000);
    expect(onDue).not.toHaveBeenCalled();
  });
});
