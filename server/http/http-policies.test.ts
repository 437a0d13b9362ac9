import { describe, expect, it } from 'vitest';
import { closeReason } from '../delivery/close-socket.ts';
import { liveQuery } from '../delivery/live-query.ts';
import { RelayError } from '../errors.ts';
import { withoutBasePath } from './base-path.ts';
import { isSameOrigin } from './origin-policy.ts';
import { withBase } from './page.ts';
import { problemOf } from './problem.ts';

describe('withoutBasePath', () => {
  it.each([
    ['/live/a.flv?x=/cams/', '/', '/live/a.flv?x=/cams/'],
    ['/cams/live/a.flv', '/cams/', '/live/a.flv'],
    ['/cams', '/cams/', '/'],
    ['/cams?x', '/cams/', '/?x'],
    ['/cams/', '/cams/', '/'],
    ['/camsite', '/cams/', '/camsite'],
    ['/live/a.flv', '/cams/', '/live/a.flv'],
    ['/a/b/c', '/a/b/', '/c'],
  ])('%s under %s is %s', (target, base, expected) => {
    expect(withoutBasePath(target, base)).toBe(expected);
  });
});

describe('isSameOrigin', () => {
  it.each([
    ['a player that is no browser', undefined, 'relay:8080', undefined, true],
    ['our own page', 'http://relay:8080', 'relay:8080', undefined, true],
    ['our own page over TLS', 'https://cams.example', 'cams.example', undefined, true],
    ['another port', 'http://relay:9090', 'relay:8080', undefined, false],
    ['another site', 'http://evil.example', 'localhost:8080', undefined, false],
    ['a site whose name begins alike', 'http://relay:8080.evil.example', 'relay:8080', undefined, false],
    ['a sandboxed frame', 'null', 'relay:8080', undefined, false],
    ['behind a proxy', 'https://cams.example', '127.0.0.1:8080', 'cams.example', true],
    ['behind two', 'https://cams.example', '127.0.0.1:8080', 'cams.example, inner', true],
  ])('%s', (_name, origin, host, forwarded, expected) => {
    expect(isSameOrigin(origin, host, forwarded)).toBe(expected);
  });
});

describe('liveQuery', () => {
  it('takes what is allowed and leaves strangers alone', () => {
    const wish = { stream: 'main', profile: 'auto', plays: [] };
    expect(liveQuery(new URLSearchParams('join=live&audio=0&_=123'))).toEqual({ join: 'live', audio: false, wish });
    expect(liveQuery(new URLSearchParams())).toEqual({ join: 'fast', audio: true, wish });
  });

  it.each(['join=slow', 'join=', 'join=fast&join=live', 'audio=yes', 'join=__proto__', 'audio=constructor'])(
    'refuses %s',
    (query) => {
      expect(() => liveQuery(new URLSearchParams(query))).toThrow(/allowed is/);
    },
  );
});

describe('closeReason', () => {
  it('fits a close frame whatever the message', () => {
    for (const message of ['short', 'x'.repeat(500), '摄像机'.repeat(80), '"\\\n'.repeat(60)]) {
      const text = closeReason(new RelayError('too-many-sessions', message));
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(123);
      expect(JSON.parse(text).code).toBe('too-many-sessions');
    }
  });
});

describe('problemOf', () => {
  it('is what RFC 9457 asks for', () => {
    expect(problemOf(new RelayError('timeout', 'It took too long.'), 'door')).toEqual({
      type: 'urn:sightline:problem:timeout',
      title: 'The camera did not answer in time',
      status: 504,
      detail: 'It took too long.',
      code: 'timeout',
      camera: 'door',
    });
  });
});

describe('withBase', () => {
  it('points relative URLs at the base path', () => {
    expect(withBase('<head><base href="/" /></head>', '/cams/')).toContain('<base href="/cams/" />');
  });
});
