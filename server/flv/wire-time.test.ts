import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readTimestamp, serialiseTag, TAG_TYPE, type Tag } from './tag.ts';
import { wireOffsetAt, withTimestamp } from './wire-time.ts';

const TWELVE_DAYS_MS = 12 * 86_400_000;

it('leaves a viewer that joins at any time twelve days before an int32 overflows', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 45 }), (timelineMs) => {
      const offsetMs = wireOffsetAt(timelineMs);
      expect(offsetMs % 2 ** 30).toBe(0);
      expect(timelineMs - offsetMs).toBeGreaterThanOrEqual(Math.min(timelineMs, 60_000));
      expect(2 ** 31 - (timelineMs - offsetMs)).toBeGreaterThan(TWELVE_DAYS_MS);
    }),
  );
});

it('gives a copy with another time and leaves the tag alone', () => {
  const bytes = serialiseTag(TAG_TYPE.audio, 16_777_215, Buffer.from([0xaf, 1, 2]));
  const tag: Tag = { kind: 'audio', timestampMs: 16_777_215, bytes, arrivedAtMs: 0 };
  for (const atMs of [0, 16_777_216, 2 ** 31, 2 ** 32 - 1, 2 ** 32 + 7]) {
    expect(readTimestamp(withTimestamp(tag, atMs))).toBe(atMs % 2 ** 32);
  }
  expect(readTimestamp(bytes)).toBe(16_777_215);
});
