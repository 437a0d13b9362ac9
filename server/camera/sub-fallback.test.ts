import { describe, expect, it } from 'vitest';
import { CAMERA_REASONS } from '../protocol.ts';
import { isOfOneStream, SubFallback } from './sub-fallback.ts';

const failed = (code: (typeof CAMERA_REASONS)[number], atMs = 1_000) =>
  ({ state: 'waiting', failure: { code, message: 'So it is.', atMs } }) as const;

describe('a sub stream that fails', () => {
  it('is stood in for by the main one where that may yet work', () => {
    expect(CAMERA_REASONS.filter(isOfOneStream)).toEqual([
      'forbidden',
      'not-found',
      'too-many-sessions',
      'redirected',
      'codec',
      'no-video',
    ]);
  });

  it('is news once, holds for a minute, and is tried again then', () => {
    const fallback = new SubFallback();
    expect(fallback.note(failed('not-found'))).toBe(true);
    expect(fallback.note(failed('not-found'))).toBe(false);
    expect(fallback.failure(60_999)?.code).toBe('not-found');
    expect(fallback.failure(61_000)).toBeNull();
    expect(fallback.note(failed('not-found', 62_000))).toBe(true);
  });

  it('is forgotten when a person asks for another try, and when it has a picture', () => {
    const fallback = new SubFallback();
    fallback.note(failed('forbidden'));
    fallback.forget();
    expect(fallback.failure(1_000)).toBeNull();
    fallback.note(failed('forbidden'));
    fallback.note({ state: 'live', failure: failed('forbidden').failure });
    expect(fallback.failure(1_000)).toBeNull();
  });

  it('is waited for when the whole camera is gone or refuses the login', () => {
    const fallback = new SubFallback();
    for (const code of ['refused', 'timeout', 'unauthorized', 'stalled'] as const) {
      expect(fallback.note(failed(code))).toBe(false);
    }
    expect(fallback.failure(1_000)).toBeNull();
  });
});
