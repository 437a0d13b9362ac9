import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLOSE } from '../../server/protocol.ts';
import { LOCAL_END } from './engine.ts';
import { RECHECK_MS, RETRY_MAX_MS, reconnectPlan } from './reconnect-policy.ts';

describe('reconnecting', () => {
  it.each([
    ['a lost connection', LOCAL_END.lost],
    ['a relay that is restarted', CLOSE.goingAway],
    ['an internal error', CLOSE.internal],
    ['a connection that was too slow', CLOSE.tooSlow],
    ['a camera that cannot be reached', CLOSE.cameraUnreachable],
    ['a camera that does not answer', CLOSE.cameraTimeout],
    ['a picture that stands still', LOCAL_END.frozen],
  ])('goes on after %s, soon at first and never more than 10 s apart', (_what, code) => {
    expect(reconnectPlan(code, 0, 0.99)).toMatchObject({ kind: 'retry' });
    expect(reconnectPlan(code, 0, 0.99).delayMs).toBeLessThanOrEqual(500);
    expect(reconnectPlan(code, 50, 0.99).delayMs).toBeLessThanOrEqual(RETRY_MAX_MS);
    expect(reconnectPlan(code, 50, 0).delayMs).toBeGreaterThanOrEqual(RETRY_MAX_MS / 2);
  });

  it.each([
    ['no such camera', CLOSE.noSuchCamera],
    ['not signed in', CLOSE.notSignedIn],
    ['not allowed', CLOSE.notAllowed],
    ['a codec that cannot be served', CLOSE.codec],
    ['a request that is not understood', CLOSE.badRequest],
  ])('only looks again now and then after: %s', (_what, code) => {
    expect(reconnectPlan(code, 0, 0.5)).toEqual({ kind: 'recheck', delayMs: RECHECK_MS });
  });

  it('spreads viewers over half of the wait and never hammers', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, random) => {
        const { delayMs } = reconnectPlan(LOCAL_END.lost, attempt, random);
        expect(delayMs).toBeGreaterThanOrEqual(250);
        expect(delayMs).toBeLessThanOrEqual(RETRY_MAX_MS);
      }),
    );
  });
});
