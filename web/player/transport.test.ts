import { describe, expect, it } from 'vitest';
import { CLOSE } from '../../server/protocol.ts';
import { closeCodeOf, parseCloseReason } from './transport.ts';

describe('why a stream ended', () => {
  it('is read from a close reason', () => {
    expect(parseCloseReason('{"code":"timeout","message":"m"}')).toEqual({ code: 'timeout', message: 'm' });
  });

  it.each(['', 'Going away', 'null', '[]', '{"code":1}'])('is unknown when the reason is %j', (text) => {
    expect(parseCloseReason(text)).toBeNull();
  });

  it('means the same over HTTP', () => {
    expect(closeCodeOf(404, 'no-such-camera')).toBe(CLOSE.noSuchCamera);
    expect(closeCodeOf(503, 'refused')).toBe(CLOSE.cameraUnreachable);
    expect(closeCodeOf(503, 'codec')).toBe(CLOSE.codec);
    expect(closeCodeOf(503, 'overloaded')).toBe(CLOSE.tooSlow);
    expect(closeCodeOf(504, 'timeout')).toBe(CLOSE.cameraTimeout);
    expect(closeCodeOf(401, null)).toBe(CLOSE.notSignedIn);
    expect(closeCodeOf(502, null)).toBe(CLOSE.internal);
  });
});
