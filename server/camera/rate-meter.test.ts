import { describe, expect, it } from 'vitest';
import { tagOf } from '../hub/tags.fixture.ts';
import { RateMeter } from './rate-meter.ts';

function run(meter: RateMeter, fromMs: number, toMs: number): void {
  for (let atMs = fromMs; atMs < toMs; atMs += 40) meter.observe([tagOf('frame', atMs, 1_000 - 15)], atMs);
}

describe('RateMeter', () => {
  it('reads 25 frames and 200 kbit a second off a steady stream', () => {
    const meter = new RateMeter();
    run(meter, 10_300, 16_700);
    expect(meter.read(16_700)).toEqual({ fps: 25, bitrate: 200_000 });
  });

  it('shows nothing before a second is over and nothing after the stream fell silent', () => {
    const meter = new RateMeter();
    run(meter, 10_000, 10_500);
    expect(meter.read(10_500)).toEqual({ fps: 0, bitrate: 0 });
    expect(meter.read(60_000)).toEqual({ fps: 0, bitrate: 0 });
  });

  it('counts pictures only as frames', () => {
    const meter = new RateMeter();
    run(meter, 10_000, 12_000);
    meter.observe([tagOf('audio', 0)], 11_999);
    expect(meter.read(12_000).fps).toBe(25);
  });
});
