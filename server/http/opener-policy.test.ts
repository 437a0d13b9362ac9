import { describe, expect, it } from 'vitest';
import { heedsOpenerPolicy } from './opener-policy.ts';

describe('Cross-Origin-Opener-Policy', () => {
  it.each([
    [true, 'cams.example', true],
    [true, undefined, true],
    [false, '127.0.0.1:8080', true],
    [false, '[::1]:8080', true],
    [false, 'localhost:8080', true],
    [false, 'cams.localhost', true],
    [false, '192.168.1.5:8080', false],
    [false, 'nas', false],
    [false, 'localhost.example', false],
    [false, undefined, false],
  ])(
    'is heeded by browsers where the way is encrypted (%s) or leads to this machine (%s): %s',
    (isEncrypted, host, is) => {
      expect(heedsOpenerPolicy(isEncrypted, host)).toBe(is);
    },
  );
});
