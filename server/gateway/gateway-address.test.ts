import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RelayError } from '../errors.ts';
import { gatewayAddress, refuseEscape, withoutParameters } from './gateway-address.ts';

const of = (target: string) => {
  const address = gatewayAddress(target);
  return address === null ? null : [address.entrance, address.resource, address.path, address.search, address.via];
};

describe('gatewayAddress', () => {
  it.each([
    ['/redirect/nas/a/b.mp4?x=1', ['redirect', 'nas', '/a/b.mp4', '?x=1', null]],
    ['/proxy/nas', ['proxy', 'nas', '', '', null]],
    ['/proxy/nas?x', ['proxy', 'nas', '', '?x', null]],
    ['/proxy/nas/', ['proxy', 'nas', '/', '', null]],
    ['/proxy/nas//a//b/', ['proxy', 'nas', '//a//b/', '', null]],
    ['/proxy/nas/a%2Fb%20c%2e%E9', ['proxy', 'nas', '/a%2Fb%20c%2e%E9', '', null]],
    ['/proxy/nas/%zz', ['proxy', 'nas', '/%zz', '', null]],
    ['/proxy/nas/a?b?c&d=%2F&&e', ['proxy', 'nas', '/a', '?b?c&d=%2F&&e', null]],
    ['/proxy/nas/a?', ['proxy', 'nas', '/a', '?', null]],
    ['/proxy/nas/a?via=proxy', ['proxy', 'nas', '/a', '', 'proxy']],
    ['/proxy/nas/a?x=1&via=redirect&y=%3d', ['proxy', 'nas', '/a', '?x=1&y=%3d', 'redirect']],
    ['/proxy/nas/a?%76ia=redirect&via=x', ['proxy', 'nas', '/a', '', 'redirect']],
    ['/proxy/nas/\xe9', ['proxy', 'nas', '/%E9', '', null]],
    ['/proxy/', null],
    ['/proxy', null],
    ['/proxy//a', null],
    ['/proxy/../a', null],
    ['/proxy/na%73/a', null],
    ['/Proxy/nas/a', null],
    ['http://relay/proxy/nas/a', null],
    ['/live/yard.flv', null],
  ])('%s', (target, expected) => {
    expect(of(target)).toEqual(expected);
  });

  it('keeps every path and query of a valid URI as it came', () => {
    const path = fc.stringMatching(/^(\/([A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2}){0,8}){0,5}$/);
    const search = fc.stringMatching(/^(\?(a|b=([A-Za-z0-9/?:@]|%[0-9A-F]{2}){0,6}|&){0,5})?$/);
    fc.assert(
      fc.property(path, search, (wantedPath, wantedSearch) => {
        expect(of(`/proxy/x${wantedPath}${wantedSearch}`)).toEqual(['proxy', 'x', wantedPath, wantedSearch, null]);
      }),
    );
  });
});

describe('refuseEscape', () => {
  const escapes = (path: string) => {
    try {
      refuseEscape(path);
      return false;
    } catch (error) {
      if (!(error instanceof RelayError) || error.code !== 'bad-request') throw error;
      return true;
    }
  };

  it.each([
    ['/..'],
    ['/../secret'],
    ['/a/../../secret'],
    ['/%2e%2e/secret'],
    ['/.%2E/secret'],
    ['/%2E./secret'],
    ['/a%2f..%2f..%2fsecret'],
    ['/..%5csecret'],
    ['/..\\secret'],
    ['/a\\..\\..\\secret'],
    ['/%252e%252e/secret'],
    ['/%25252e%25252e%25252fsecret'],
    ['/..;x=1/secret'],
    ['/..%3b/secret'],
    ['/a#b'],
  ])('%s leads out', (path) => {
    expect(escapes(path)).toBe(true);
  });

  it.each([
    [''],
    ['/'],
    ['//'],
    ['/a..b/..c/d..'],
    ['/...'],
    ['/./a'],
    ['/a%2Fb'],
    ['/a%00b'],
    ['/%25'],
    ['/a%0d%0ab'],
  ])('%s does not', (path) => {
    expect(escapes(path)).toBe(false);
  });
});

describe('withoutParameters', () => {
  it('takes a parameter out wherever it stands, however it is written', () => {
    expect(withoutParameters('?via=x&a=1&v%69a=y&b', ['via'])).toBe('?a=1&b');
  });
});
