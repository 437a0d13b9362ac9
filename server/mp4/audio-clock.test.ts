import { describe, expect, it } from 'vitest';
import type { AudioConfig } from '../flv/audio-config.ts';
import { AudioClock } from './audio-clock.ts';

const config = (sampleRateHz: number, record = [0x12, 0x10], objectType = 2): AudioConfig => ({
  codec: 'aac',
  codecString: `mp4a.40.${objectType}`,
  sampleRateHz,
  channels: 2,
  objectType,
  samplesPerFrame: 1024,
  record: Buffer.from(record),
});

/** The clock's answers to frames that truly begin at these times, told in whole milliseconds. */
function place(rateHz: number, trueMs: readonly number[]): number[] {
  const clock = new AudioClock(config(rateHz));
  return trueMs.map((ms) => clock.place(Math.round(ms)));
}

const frames = (count: number, frameMs: number, startMs = 0) =>
  Array.from({ length: count }, (_, index) => startMs + index * frameMs);
const steps = (ticks: readonly number[]) => ticks.slice(1).map((each, index) => each - ticks[index]!);

/** Reproducible noise from 0 to 1. */
function noise(index: number): number {
  const value = Math.sin(index * 12.9898) * 43758.5453;
  return value - Math.floor(value);
}

describe('AudioClock', () => {
  it.each([8_000, 16_000, 22_050, 44_100, 48_000])(
    'makes exact frames of whole milliseconds, an hour at %i Hz',
    (rateHz) => {
      const trueMs = frames(Math.round((3_600 * rateHz) / 1_024), 1_024_000 / rateHz);
      const ticks = place(rateHz, trueMs);
      expect(new Set(steps(ticks))).toEqual(new Set([1_024]));
      const worstMs = Math.max(
        ...ticks.map((each, index) => Math.abs((each * 1000) / rateHz - trueMs[index]!)).slice(-1_000),
      );
      expect(worstMs).toBeLessThan(1);
    },
  );

  it('makes no gap of jitter of 15 ms', () => {
    const jittery = frames(5_000, 1_024_000 / 44_100, 1_000).map((ms, index) => ms + 15 * noise(index));
    expect(steps(place(44_100, jittery)).filter((step) => Math.abs(step - 1_024) > 1)).toEqual([]);
  });

  it.each([
    ['fast', 0.9995],
    ['slow', 1.0005],
  ])('follows a sound card that runs %s, by single ticks', (_name, speed) => {
    const trueMs = frames(50_000, (1_024_000 / 44_100) * speed);
    const ticks = place(44_100, trueMs);
    expect(steps(ticks).filter((step) => Math.abs(step - 1_024) > 1)).toEqual([]);
    expect(ticks.filter((each, index) => Math.abs(each / 44.1 - trueMs[index]!) > 25)).toEqual([]);
  });

  it('leaves the time of lost sound free, and goes on in place', () => {
    const frameMs = 1_024_000 / 48_000;
    const trueMs = [...frames(100, frameMs), ...frames(100, frameMs, 100 * frameMs + 300)];
    const ticks = place(48_000, trueMs);
    expect(Math.abs(steps(ticks)[99]! - 1_024 - 300 * 48)).toBeLessThan(48);
    expect(steps(ticks).filter((step) => step !== 1_024)).toHaveLength(1);
  });

  it('comes back in place when too much sound came, without going back', () => {
    const frameMs = 1_024_000 / 48_000;
    const trueMs = [...frames(100, frameMs), ...frames(400, frameMs, 100 * frameMs - 200)];
    const ticks = place(48_000, trueMs);
    expect(Math.min(...steps(ticks))).toBeGreaterThanOrEqual(512);
    expect(Math.abs(ticks.at(-1)! / 48 - trueMs.at(-1)!)).toBeLessThan(50);
  });

  it('knows that HE-AAC frames are twice as long, unless it keeps the rate', () => {
    // 00101 0111 0010 0100 …: SBR, core 22050, stereo, heard 44100; and 00101 0100 0010 0100: both 44100
    expect(new AudioClock(config(44_100, [0x2b, 0x92, 0x08, 0x00], 5)).frameTicks).toBe(2_048);
    expect(new AudioClock(config(44_100, [0x2a, 0x12, 0x08, 0x00], 5)).frameTicks).toBe(1_024);
    expect(new AudioClock(config(44_100)).frameTicks).toBe(1_024);
  });
});
