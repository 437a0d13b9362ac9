import { describe, expect, it } from 'vitest';
import { restartDelayMs } from './restart-policy.ts';

const situation = {
  reason: 'refused',
  attempt: 0,
  watched: true,
  retryMinMs: 500,
  retryMaxMs: 30_000,
  refusedLoginRetryMs: 600_000,
  random: 1,
} as const;

describe('restartDelayMs', () => {
  it.each([
    ['the first failure', {}, 500],
    ['the second', { attempt: 1 }, 1_000],
    ['many, with someone watching', { attempt: 30 }, 5_000],
    ['many, with nobody watching', { attempt: 30, watched: false }, 30_000],
    ['jitter takes up to half', { random: 0 }, 250],
    ['a refused password', { reason: 'unauthorized' }, 600_000],
    ['a forbidden user, again', { reason: 'forbidden', attempt: 9 }, 600_000],
    ['a cap below the first wait', { retryMaxMs: 100 }, 100],
  ] as const)('%s: %#', (_name, change, expected) => {
    expect(restartDelayMs({ ...situation, ...change })).toBe(expected);
  });
});
