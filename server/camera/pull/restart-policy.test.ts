import { describe, expect, it } from 'vitest';
import { mayBeOutage, outageStep, restartDelayMs } from './restart-policy.ts';

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
    ['many, with someone watching an outage', { attempt: 30 }, 1_000],
    ['many of another kind, with someone watching', { attempt: 30, reason: 'not-found' }, 5_000],
    ['many, with nobody watching', { attempt: 30, watched: false }, 30_000],
    ['jitter takes up to half', { random: 0 }, 250],
    ['a refused password', { reason: 'unauthorized' }, 600_000],
    ['a forbidden user, again', { reason: 'forbidden', attempt: 9 }, 600_000],
    ['a cap below the first wait', { retryMaxMs: 100 }, 100],
  ] as const)('%s: %#', (_name, change, expected) => {
    expect(restartDelayMs({ ...situation, ...change })).toBe(expected);
  });
});

describe('outageStep', () => {
  it.each([
    ['a camera that does not answer is asked again', { answers: false, wasDown: false, due: false }, 'ask'],
    ['and not pulled when its time has come', { answers: false, wasDown: true, due: true }, 'ask'],
    ['a camera that is back is pulled at once', { answers: true, wasDown: true, due: false }, 'pull'],
    ['one that was there all the time waits its turn', { answers: true, wasDown: false, due: false }, 'wait'],
    ['and is pulled then', { answers: true, wasDown: false, due: true }, 'pull'],
  ] as const)('%s', (_name, situation, expected) => {
    expect(outageStep(situation)).toBe(expected);
  });
});

describe('mayBeOutage', () => {
  it('holds for what a camera without power shows, and not for an answer that it gave', () => {
    expect(['refused', 'timeout', 'stalled', 'ended'].map((reason) => mayBeOutage(reason as 'ended'))).toEqual(
      new Array(4).fill(true),
    );
    expect(['unauthorized', 'not-found', 'codec'].map((reason) => mayBeOutage(reason as 'codec'))).toEqual(
      new Array(3).fill(false),
    );
  });
});
