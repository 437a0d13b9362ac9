import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { HiddenAddress } from './hidden-address.ts';
import { isLoop, newViaName } from './loop-guard.ts';
import { choosePassage, type ModeQuestion } from './mode-policy.ts';
import { ownUrls } from './own-url.ts';
import { isPrivateHost } from './private-address.ts';
import { proxyFor } from './proxy-environment.ts';
import { Reach } from './reach.ts';
import { redirectUrl } from './redirect.ts';
import { type ResourceConfig, resourceOf, secretsOf } from './resources.ts';

const TIMEOUTS = { connectTimeoutMs: 1, tlsTimeoutMs: 1, responseTimeoutMs: 1 };
const resource = (target: string, more: Partial<ResourceConfig> = {}) =>
  resourceOf('nas', { target, headers: {}, verifyTls: true, ...more }, TIMEOUTS);

describe('choosePassage', () => {
  const browser: ModeQuestion = {
    entrance: 'proxy',
    mode: 'auto',
    via: null,
    live: null,
    path: '/a.mp4',
    method: 'GET',
    upgrade: false,
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0',
    pageIsSecure: false,
    targetIsSecure: false,
    targetIsPrivate: false,
  };

  it.each<[string, Partial<ModeQuestion>, string]>([
    ['a browser and a file', {}, 'redirect'],
    ['a file for ffmpeg, which follows', { userAgent: 'Lavf/59.27.100' }, 'redirect'],
    ['a file for VLC, which follows', { userAgent: 'VLC/3.0.20 LibVLC/3.0.20' }, 'redirect'],
    ['a live stream', { path: '/live/yard.flv' }, 'proxy'],
    ['a live playlist', { path: '/x/index.m3u8' }, 'proxy'],
    ['a DASH manifest', { path: '/x/manifest.mpd' }, 'proxy'],
    ['pictures without end', { path: '/cam/video.mjpg' }, 'proxy'],
    ['a path said to be live', { live: true }, 'proxy'],
    ['a path said to be a file', { live: false, path: '/live/yard.flv' }, 'redirect'],
    ['curl without -L', { userAgent: 'curl/7.88.1' }, 'proxy'],
    ['a DLNA renderer', { userAgent: 'Linux/9 UPnP/1.0 DLNADOC/1.50' }, 'proxy'],
    ['a set-top box', { userAgent: 'Mozilla/5.0 (QtEmbedded; MAG254 stbapp)' }, 'proxy'],
    ['a machine on a private network', { targetIsPrivate: true }, 'proxy'],
    ['plain http inside a secure page', { pageIsSecure: true }, 'proxy'],
    ['https inside a secure page', { pageIsSecure: true, targetIsSecure: true }, 'redirect'],
    ['a body', { method: 'POST' }, 'proxy'],
    ['a WebSocket', { upgrade: true }, 'proxy'],
    ['the other URL', { entrance: 'redirect', path: '/live/yard.flv' }, 'proxy'],
    ['?via=proxy', { via: 'proxy' }, 'proxy'],
    ['?via=redirect', { via: 'redirect', targetIsPrivate: true }, 'redirect'],
    ['no mode: /redirect redirects', { mode: null, entrance: 'redirect', targetIsPrivate: true }, 'redirect'],
    ['no mode: /proxy fetches', { mode: null }, 'proxy'],
    ['no mode and ?via=', { mode: null, via: 'redirect' }, 'redirect'],
    ['only ever fetched', { mode: 'proxy', entrance: 'redirect', via: 'redirect' }, 'proxy'],
    ['only ever redirected', { mode: 'redirect', via: 'proxy', path: '/live/yard.flv' }, 'redirect'],
  ])('%s', (_, question, expected) => {
    expect(choosePassage({ ...browser, ...question })).toBe(expected);
  });

  it('refuses another via', () => {
    expect(() => choosePassage({ ...browser, via: 'pigeon' })).toThrow('"via" is');
  });
});

describe('redirectUrl', () => {
  const to = (target: string, path: string, search = '') =>
    redirectUrl(resource(target), { entrance: 'redirect', resource: 'nas', path, search, via: null }, 0);

  it.each([
    ['http://nas:9000/media/', '/a%2Fb//c', '?x=%20', 'http://nas:9000/media/a%2Fb//c?x=%20'],
    ['http://nas:9000/media', '/a', '', 'http://nas:9000/media/a'],
    ['http://nas/', '//evil.example/x', '', 'http://nas//evil.example/x'],
    ['http://nas', '', '?x', 'http://nas/?x'],
    ['http://nas/media/', '', '', 'http://nas/media'],
    ['https://u:p%40ss@nas/media/', '/a', '', 'https://nas/media/a'],
    ['http://[fd00::1]:81/', '/a', '', 'http://[fd00::1]:81/a'],
  ])('%s and %s%s', (target, path, search, expected) => {
    expect(to(target, path, search)).toBe(expected);
  });

  it('signs path, query and end of validity, and takes what the client has put there out', () => {
    const key = 'a key of 16 signs or more';
    const signed = resource('http://nas/media/', { signed: { key, validMs: 60_000 } });
    const asked = { entrance: 'redirect', resource: 'nas', path: '/a', via: null } as const;
    const url = redirectUrl(signed, { ...asked, search: '?x=1&expires=9&signature=z' }, 1_000_000_000_000);
    const text = '/media/a?x=1&expires=1000000060';
    expect(url).toBe(`http://nas${text}&signature=${createHmac('sha256', key).update(text).digest('base64url')}`);
    expect(redirectUrl(signed, { ...asked, search: '' }, 0)).toMatch(/\/media\/a\?expires=60&signature=[\w-]{43}$/);
  });
});

describe('resourceOf', () => {
  it('keeps a login for the machine, decoded', () => {
    const { authorization, origin } = resource('http://me:p%40s%3As@nas/');
    expect([authorization, origin]).toEqual([`Basic ${Buffer.from('me:p@s:s').toString('base64')}`, 'http://nas']);
  });

  it('knows what must not be shown', () => {
    const config = { target: 'http://me:p%40ss@nas/', verifyTls: true, headers: { 'X-Key': 'abc' } };
    const signed = { key: 'k'.repeat(16), validMs: 1_000 };
    expect(secretsOf({ nas: { ...config, signed } })).toEqual(['p@ss', 'k'.repeat(16), 'abc']);
  });
});

describe('isPrivateHost', () => {
  it.each([
    ['127.0.0.1', true],
    ['10.1.2.3', true],
    ['172.31.0.1', true],
    ['172.32.0.1', false],
    ['192.168.0.1', true],
    ['100.64.0.1', true],
    ['169.254.1.1', true],
    ['8.8.8.8', false],
    ['[::1]', true],
    ['fd12::1', true],
    ['fe80::1', true],
    ['2001:db8::1', false],
    ['::ffff:10.0.0.1', true],
    ['::ffff:8.8.8.8', false],
    ['localhost', true],
    ['nas.local', true],
    ['nas', true],
    ['video.example.org', null],
  ])('%s: %s', (host, expected) => {
    expect(isPrivateHost(host)).toBe(expected);
  });
});

describe('Reach', () => {
  it('takes a name that cannot be resolved for private, and asks DNS for no address', async () => {
    const reach = new Reach();
    expect(await reach.isPrivate('no-such-name.invalid')).toBe(true);
    expect([reach.isPrivate('10.0.0.9'), reach.isPrivate('8.8.8.8')]).toEqual([true, false]);
  });
});

describe('isLoop', () => {
  it('is one when this relay stands in the list, or too many relays do', () => {
    const own = newViaName();
    const others = Array.from({ length: 8 }, newViaName);
    expect(isLoop('', own)).toBe(false);
    expect(isLoop(`1.1 nginx, 1.1 ${others[0]}`, own)).toBe(false);
    expect(isLoop(`1.0 fred (comment), 1.1 ${own} , 1.1 other`, own)).toBe(true);
    expect(isLoop(others.map((name) => `1.1 ${name}`).join(', '), own)).toBe(true);
  });
});

describe('proxyFor', () => {
  const target = { secure: false, host: 'nas.example.org', port: 80 };
  const env = { HTTP_PROXY: 'http://u%40:p@proxy:3128' };

  it('takes host, port and login from HTTP_PROXY', () => {
    expect(proxyFor(target, env)).toEqual({
      secure: false,
      host: 'proxy',
      port: 3128,
      authorization: `Basic ${Buffer.from('u@:p').toString('base64')}`,
    });
    expect(proxyFor(target, { http_proxy: 'proxy:8' })).toMatchObject({ host: 'proxy', port: 8, authorization: null });
  });

  it('takes HTTPS_PROXY for https, and small letters before capitals', () => {
    expect(proxyFor({ ...target, secure: true }, env)).toBeNull();
    expect(proxyFor({ ...target, secure: true }, { HTTPS_PROXY: 'http://a', https_proxy: 'http://b' })?.host).toBe('b');
  });

  it.each([
    ['nas.example.org', true],
    ['example.org', true],
    ['.example.org', true],
    ['*.example.org', true],
    ['ample.org', false],
    ['other, nas.example.org', true],
    ['nas.example.org:80', true],
    ['nas.example.org:81', false],
    ['*', true],
    ['', false],
  ])('NO_PROXY=%s excludes it: %s', (list, excluded) => {
    expect(proxyFor(target, { ...env, NO_PROXY: list }) === null).toBe(excluded);
  });

  it.each([
    ['10.0.0.9', '10.0.0.0/8', true],
    ['10.0.0.9', '10.0.0.9', true],
    ['10.0.0.9', '11.0.0.0/8', false],
    ['fd00::9', 'fd00::/8', true],
    ['fd00::9', 'fd00::9', true],
    ['127.0.0.1', '', true],
    ['localhost', '', true],
  ])('%s with NO_PROXY=%s is reached directly: %s', (host, list, direct) => {
    expect(proxyFor({ ...target, host }, { ...env, NO_PROXY: list }) === null).toBe(direct);
  });
});

describe('HiddenAddress', () => {
  const hidden = new HiddenAddress(['nas', 'video.example.org', '10.0.0.9', 'fd00::9']);

  it.each([
    ['http://nas/x', true],
    ['see nas:8080', true],
    ['nas is a word', false],
    ['http://nasty/', false],
    ['http://my-nas:80', false],
    ['at VIDEO.example.org.', true],
    ['my.video.example.org', false],
    ['video.example.organic', false],
    ['Port 80 of 10.0.0.9', true],
    ['upstream:10.0.0.9', true],
    ['110.0.0.9', false],
    ['10.0.0.90', false],
    ['http://[fd00::9]:80/', true],
    ['fd00::91', false],
  ])('%s tells: %s', (text, tells) => {
    expect(hidden.isIn(text)).toBe(tells);
    expect(hidden.isIn(hidden.takenOut(text))).toBe(false);
  });

  it('an IPv4 address in IPv6 form is the same', () => {
    expect(new HiddenAddress(['::ffff:10.0.0.9']).isIn('10.0.0.9')).toBe(true);
  });
});

describe('ownUrls', () => {
  const nas = resource('http://nas:9000/media/');
  const other = { ...resource('https://other/'), name: 'other' };
  const { own } = ownUrls(nas, [other, nas], '/cams/');
  const at = 'http://nas:9000/media/list/a.m3u8';

  it.each([
    ['b.ts', '/cams/proxy/nas/list/b.ts'],
    ['/media/x%2Fy?q=1#f', '/cams/proxy/nas/x%2Fy?q=1#f'],
    ['http://u:p@nas:9000/media', '/cams/proxy/nas'],
    ['//nas:9000/media/x', '/cams/proxy/nas/x'],
    ['https://other/x', '/cams/proxy/other/x'],
    ['http://nas:9000/mediateca/x', null],
    ['../../secret', null],
    ['/media/%2e%2e/secret', null],
    ['http://nas/media/x', null],
    ['http://[', null],
  ])('%s', (reference, expected) => {
    expect(own(reference, at)).toBe(expected);
  });
});
