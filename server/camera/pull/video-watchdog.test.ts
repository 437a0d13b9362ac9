import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VideoWatchdog } from './video-watchdog.ts';

function watch(hasBegun: () => boolean = () => true) {
  const codes: string[] = [];
  const watchdog = new VideoWatchdog({
    connectTimeoutMs: 5_000,
    stallTimeoutMs: 2_000,
    hasBegun,
    onExpired: (error) => codes.push(error.code),
  });
  return { watchdog, codes };
}

describe('VideoWatchdog', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('calls a camera that never answers a timeout, once', () => {
    const { codes } = watch();
    vi.advanceTimersByTime(4_900);
    expect(codes).toEqual([]);
    vi.advanceTimersByTime(60_000);
    expect(codes).toEqual(['timeout']);
  });

  it('calls sound without a picture no-video', () => {
    const { watchdog, codes } = watch();
    for (let n = 0; n < 60; n++) {
      watchdog.heard();
      vi.advanceTimersByTime(100);
    }
    expect(codes).toEqual(['no-video']);
  });

  it('calls a picture that stops a stall, even while sound goes on', () => {
    const { watchdog, codes } = watch();
    watchdog.sawVideo();
    for (let n = 0; n < 30; n++) {
      watchdog.heard();
      vi.advanceTimersByTime(100);
    }
    expect(codes).toEqual(['stalled']);
  });

  it('does not count the time in the queue for a start', () => {
    let begun = false;
    const { codes } = watch(() => begun);
    vi.advanceTimersByTime(60_000);
    begun = true;
    vi.advanceTimersByTime(4_900);
    expect(codes).toEqual([]);
    vi.advanceTimersByTime(300);
    expect(codes).toEqual(['timeout']);
  });

  it('says nothing after close', () => {
    const { watchdog, codes } = watch();
    watchdog.close();
    watchdog.close();
    vi.advanceTimersByTime(60_000);
    expect(codes).toEqual([]);
  });
});
