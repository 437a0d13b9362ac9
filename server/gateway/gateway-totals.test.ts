import { describe, expect, it } from 'vitest';
import { GatewayTotals } from './gateway-totals.ts';

describe('what went through the gateway', () => {
  it('is counted by resource, that of open ones so far', () => {
    const totals = new GatewayTotals(['nas', 'cam']);
    const socket = { bytesWritten: 1_000 };
    const ended = totals.begins('nas', socket);
    socket.bytesWritten = 1_700;
    const nas = totals.all.get('nas')!;
    expect([nas.open, nas.sentBytes, nas.requests]).toEqual([1, 700, { proxy: 1, redirect: 0 }]);
    ended();
    expect([nas.open, nas.sentBytes]).toEqual([0, 700]);
    // The next request on the same connection.
    const next = totals.begins('nas', socket);
    socket.bytesWritten = 2_000;
    expect(nas.sentBytes).toBe(1_000);
    next();
    totals.redirected('nas');
    totals.failed('nas', 'upstream-timeout');
    totals.failed('nas', 'upstream-timeout');
    expect([nas.requests, [...nas.failures]]).toEqual([{ proxy: 2, redirect: 1 }, [['upstream-timeout', 2]]]);
    expect(totals.all.get('cam')).toMatchObject({ open: 0, sentBytes: 0, requests: { proxy: 0, redirect: 0 } });
  });
});
