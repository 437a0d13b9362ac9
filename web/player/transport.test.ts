import { describe, expect, it } from 'vitest';
import { CLOSE } from '../../server/protocol.ts';
import { closeCodeOf, parseCloseReason, parseProblem } from './transport.ts';

describe('why a stream ended', () => {
  it('is read from a close reason', () => {
    expect(parseCloseReason('{"code":"timeout","message":"m"}')).toEqual({ code: 'timeout', message: 'm' });
  });

  it.each(['', 'Going away', 'null', '[]', '{"code":1}'])('is unknown when the reason is %j', (text) => {
    expect(parseCloseReason(text)).toBeNull();
  });

  it('is read from a problem document', () => {
    const problem = { type: 'about:blank', title: 'x', status: 503, detail: 'It is off.', code: 'refused' };
    expect(parseProblem(JSON.stringify(problem))).toEqual({ code: 'refused', message: 'It is off.' });
    expect(parseProblem('{"code":"refused"}')).toEqual({ code: 'refused', message: '' });
    expect(['', 'null', '<html>', '{"code":1}'].map(parseProblem)).toEqual([null, null, null, null]);
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
