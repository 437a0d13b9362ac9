import { describe, expect, it } from 'vitest';
import type { Tag, TagKind } from '../flv/tag.ts';
import { HoldMeter } from './hold-meter.ts';

const tag = (kind: TagKind, timestampMs: number): Tag => ({
  kind,
  timestampMs,
  bytes: Buffer.alloc(0),
  arrivedAtMs: 0,
});

describe('how long ffmpeg holds a picture', () => {
  it('is the frame interval, whatever sound lies between', () => {
    const hold = new HoldMeter();
    hold.observe(tag('keyframe', 1000));
    expect(hold.heldMs).toBe(0);
    hold.observe(tag('audio', 1021));
    hold.observe(tag('frame', 1100));
    expect(hold.heldMs).toBe(100);
  });

  it('is not made longer by an interruption or a new ffmpeg', () => {
    const hold = new HoldMeter();
    for (const timestampMs of [0, 40, 9_000]) hold.observe(tag('frame', timestampMs));
    hold.restarted();
    hold.observe(tag('keyframe', 9_900));
    expect(hold.heldMs).toBe(40);
    hold.observe(tag('frame', 10_100));
    expect(hold.heldMs).toBe(200);
  });
});
