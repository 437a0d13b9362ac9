import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { originOf, ProxyList, plainAddress } from './client-address.ts';
import { grantOf, type TakeOptions, takeCredentials } from './credentials.ts';
import { isForgery } from './csrf-policy.ts';
import { cookieNames, sessionCookie } from './session-cookie.ts';

const proxies = new ProxyList(['10.0.0.0/8', 'fd00::1']);
const taken = (incoming: IncomingMessage, more: Partial<TakeOptions> = {}) =>
  takeCredentials(incoming, { proxies, cookieName: cookieNames('/'), ...more });
const at = (address: string, headers: Record<string, string> = {}) =>
  originOf({ address, isEncrypted: false, headers: { host: 'localhost:8080', ...headers } }, proxies);

describe('where a request comes from', () => {
  it.each<[string, string, Record<string, string>, string, boolean]>([
    ['this machine', '127.0.0.1', {}, '127.0.0.1', true],
    ['this machine, IPv4 in IPv6', '::ffff:127.0.0.1', {}, '127.0.0.1', true],
    ['this machine under another name', '127.0.0.1', { host: 'evil.example:8080' }, '127.0.0.1', false],
    ['this machine under its address', '::1', { host: '[::1]:80' }, '::1', true],
    ['another machine', '192.168.1.5', {}, '192.168.1.5', false],
    ['an untrusted proxy here', '127.0.0.1', { 'x-forwarded-for': '127.0.0.1' }, '127.0.0.1', false],
    ['an untrusted proxy elsewhere', '192.168.1.5', { 'x-forwarded-for': '127.0.0.1' }, '192.168.1.5', false],
    ['a trusted proxy’s client', '10.1.2.3', { 'x-forwarded-for': '203.0.113.7' }, '203.0.113.7', false],
    ['with its port', '10.1.2.3', { 'x-forwarded-for': '203.0.113.7:4711' }, '203.0.113.7', false],
    ['IPv6 with its port', '10.1.2.3', { 'x-forwarded-for': '[2001:db8::1]:4711' }, '2001:db8::1', false],
    [
      'a client that lies to the proxy',
      '10.1.2.3',
      { 'x-forwarded-for': '127.0.0.1, 203.0.113.7' },
      '203.0.113.7',
      false,
    ],
    ['through two trusted proxies', '10.1.2.3', { 'x-forwarded-for': '203.0.113.7, 10.9.9.9' }, '203.0.113.7', false],
    ['a trusted proxy that says nonsense', '10.1.2.3', { 'x-forwarded-for': 'unknown' }, '10.1.2.3', false],
    ['this machine through a trusted proxy', '10.1.2.3', { 'x-forwarded-for': '127.0.0.1' }, '127.0.0.1', true],
  ])('%s', (_what, address, headers, expected, isLocal) => {
    expect(at(address, headers)).toMatchObject({ address: expected, isLocal });
  });

  it('is encrypted when a trusted proxy says so, and not when anybody else does', () => {
    const headers = { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' };
    expect(at('10.1.2.3', headers).isSecure).toBe(true);
    expect(at('192.168.1.5', headers).isSecure).toBe(false);
  });

  it('is never this machine because of what an untrusted client writes', () => {
    const names = fc.constantFrom('x-forwarded-for', 'forwarded', 'via', 'x-real-ip', 'host', 'x-forwarded-host');
    fc.assert(fc.property(fc.dictionary(names, fc.string()), (headers) => !at('203.0.113.9', headers).isLocal));
  });

  it('writes addresses in one way', () => {
    expect(plainAddress('::FFFF:10.0.0.1')).toBe('10.0.0.1');
    expect(plainAddress('fe80::1%eth0')).toBe('fe80::1');
  });
});

describe('a request that changes something', () => {
  const hosts = ['cams.example:8080', 'cams.example'];
  it.each<[string, string, Record<string, string>, boolean]>([
    ['reading is not', 'GET', { origin: 'https://evil.example' }, false],
    ['no browser', 'POST', {}, false],
    ['the relay’s own page', 'POST', { 'sec-fetch-site': 'same-origin', origin: 'http://cams.example:8080' }, false],
    ['an address typed in', 'POST', { 'sec-fetch-site': 'none' }, false],
    ['another site', 'DELETE', { 'sec-fetch-site': 'cross-site' }, true],
    ['a neighbour of the site', 'PUT', { 'sec-fetch-site': 'same-site' }, true],
    ['an older browser’s other site', 'POST', { origin: 'https://evil.example' }, true],
    ['an older browser’s own page', 'POST', { origin: 'https://cams.example' }, false],
    ['a page without an origin', 'POST', { origin: 'null' }, true],
    ['another port', 'POST', { origin: 'http://cams.example:9' }, true],
  ])('is forged or not: %s', (_what, method, headers, expected) => {
    expect(isForgery(method, headers, hosts)).toBe(expected);
  });
});

const request = (headers: Record<string, string>, url = '/') =>
  ({
    headers,
    rawHeaders: Object.entries(headers).flatMap(([name, value]) => [name.toUpperCase(), value]),
    url,
    socket: { remoteAddress: '10.0.0.1' },
  }) as unknown as IncomingMessage;

describe('credentials', () => {
  it('are taken out of what is passed on, and others’ are left', () => {
    const incoming = request({ authorization: 'Bearer slt_abc', cookie: 'a=1; sightline_session=sls_x.y; b=2' });
    expect(taken(incoming)).toMatchObject({ token: 'slt_abc', session: 'sls_x.y' });
    expect(incoming.headers).toEqual({ cookie: 'a=1; b=2' });
    expect(incoming.rawHeaders).toEqual(['COOKIE', 'a=1; b=2']);
    const foreign = request({ authorization: 'Basic abc' });
    expect(taken(foreign).token).toBeNull();
    expect(foreign.headers.authorization).toBe('Basic abc');
  });

  it('believe a user’s header from a trusted proxy alone', () => {
    const headers = { 'x-user': 'anna', 'x-forwarded-for': '203.0.113.7' };
    expect(taken(request(headers), { userHeader: 'X-User' }).headerUser).toBe('anna');
    expect(taken(request(headers), { userHeader: 'X-User', proxies: new ProxyList([]) }).headerUser).toBeNull();
  });

  it.each([
    ['/live/yard.flv?grant=slg_abc', 'slg_abc'],
    ['/live/yard.flv?audio=0&grant=slg_abc&x=1', 'slg_abc'],
    ['/live/yard.flv?grant=other', null],
    ['/grant=slg_abc', null],
    ['/live/yard.flv', null],
  ])('find a link’s secret in %s', (target, expected) => {
    expect(grantOf(target)).toBe(expected);
  });
});

describe('the session’s cookie', () => {
  const value = 'sls_x.y';
  const cookie = (basePath: string, isSecure: boolean) => sessionCookie(value, { basePath, isSecure, maxAgeMs: 9_000 });
  it.each([
    ['in the clear', '/', false, 'sightline_session=sls_x.y; Path=/; Max-Age=9; HttpOnly; SameSite=Lax'],
    ['over TLS', '/', true, '__Host-sightline_session=sls_x.y; Path=/; Max-Age=9; HttpOnly; SameSite=Lax; Secure'],
    ['below a path', '/a/', true, 'sightline_session=sls_x.y; Path=/a/; Max-Age=9; HttpOnly; SameSite=Lax; Secure'],
  ])('%s', (_how, basePath, isSecure, expected) => {
    expect(cookie(basePath, isSecure)).toBe(expected);
  });

  it('is not taken from a neighbour of the domain, who can set the plain name alone', () => {
    const over = (proto: string, header: string) => {
      const headers = { cookie: header, 'x-forwarded-proto': proto, 'x-forwarded-for': '203.0.113.7' };
      return taken(request(headers)).session;
    };
    expect(over('https', `sightline_session=${value}`)).toBeNull();
    expect(over('https', `sightline_session=planted; __Host-sightline_session=${value}`)).toBe(value);
    expect(over('http', `sightline_session=${value}`)).toBe(value);
  });

  it('goes on to nobody, whatever its name', () => {
    const incoming = request({ cookie: `a=1; sightline_session=${value}; __Host-sightline_session=${value}; b=2` });
    taken(incoming);
    expect(incoming.headers.cookie).toBe('a=1; b=2');
  });
});
