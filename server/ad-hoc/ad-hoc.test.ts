import { describe, expect, it } from 'vitest';
import { AllowList, plainAddress } from './allow-list.ts';
import { parseCameraUrl, urlWithHost } from './camera-url.ts';
import { checkTarget, type Resolve } from './target-check.ts';

const nobody: Resolve = () => Promise.reject(new Error('nothing is resolved here'));
const answers =
  (...addresses: string[]): Resolve =>
  async () =>
    addresses;
const check = (url: string, allow: readonly string[], resolve: Resolve = nobody) =>
  checkTarget(parseCameraUrl(url), new AllowList(allow), resolve);

describe('the allow-list', () => {
  it.each([
    ['an address', 'rtsp://10.0.0.5/x', ['10.0.0.5'], '10.0.0.5'],
    ['a network', 'rtsp://192.168.1.77/x', ['192.168.1.0/24'], '192.168.1.77'],
    ['a port', 'rtsp://10.0.0.5:8554/x', ['10.0.0.5:8554'], '10.0.0.5'],
    ['any port', 'rtsp://10.0.0.5:9/x', ['10.0.0.0/8:*'], '10.0.0.5'],
    ['the port of rtsps', 'rtsps://10.0.0.5/x', ['10.0.0.5'], '10.0.0.5'],
    ['an IPv6 network', 'rtsp://[fd00::5]:8554/x', ['[fd00::/8]:8554'], 'fd00::5'],
    ['an IPv6 address without brackets', 'rtsp://[FD00:0:0::5]/x', ['fd00::5'], 'fd00::5'],
  ])('lets %s in', async (_what, url, allow, expected) => {
    expect(await check(url, allow)).toBe(expected);
  });

  it.each([
    ['everything when it is empty', 'rtsp://10.0.0.5/x', []],
    ['another address', 'rtsp://10.0.0.6/x', ['10.0.0.5']],
    ['another port', 'rtsp://10.0.0.5:22/x', ['10.0.0.5']],
    ['the default port where another is listed', 'rtsp://10.0.0.5/x', ['10.0.0.5:8554']],
    ['a name that is not listed', 'rtsp://evil.lan/x', ['door.lan']],
    ['a name that ends like a listed one', 'rtsp://evildoor.lan/x', ['*.door.lan', 'door.lan']],
    ['loopback as a decimal number', 'rtsp://2130706433/x', ['10.0.0.0/8', 'door.lan']],
    ['loopback in octal', 'rtsp://0177.0.0.1/x', ['10.0.0.0/8']],
    ['loopback in hexadecimal', 'rtsp://0x7f.1/x', ['10.0.0.0/8']],
    ['loopback in short', 'rtsp://127.1/x', ['10.0.0.0/8']],
    ['loopback as IPv6', 'rtsp://[::1]/x', ['10.0.0.0/8']],
    ['loopback as IPv4 inside IPv6', 'rtsp://[::ffff:127.0.0.1]/x', ['10.0.0.0/8', '[fd00::/8]']],
    ['an IPv4 network by its IPv6 form', 'rtsp://[::ffff:7f00:1]/x', ['::/0']],
    ['what stands behind a login that looks like a host', 'rtsp://10.0.0.5:554@10.0.0.6/x', ['10.0.0.5']],
  ])('keeps out %s', async (_what, url, allow) => {
    await expect(check(url, allow)).rejects.toMatchObject({ code: 'not-allowed' });
  });

  it.each(['2130706433', '017700000001', '0x7f000001', '127.0.0.1', '[::ffff:127.0.0.1]', '127.1'])(
    'knows 127.0.0.1 as %s when it is listed',
    async (host) => {
      expect(await check(`rtsp://${host}:8554/x`, ['127.0.0.0/8:8554'])).toBe('127.0.0.1');
    },
  );

  it.each(['10.0.0.0/33', '300.0.0.1', 'a b', '10.0.0.5:0', '10.0.0.5:70000', '[fd00::/129]', 'x/24', ''])(
    'does not read %j',
    (entry) => {
      expect(() => new AllowList([entry])).toThrowError(expect.objectContaining({ code: 'config' }));
    },
  );
});

describe('a name', () => {
  it('is connected to at the address that was checked', async () => {
    expect(await check('rtsp://Door.LAN./x', ['door.lan'], answers('10.1.2.3', '10.1.2.4'))).toBe('10.1.2.3');
    expect(await check('rtsp://a.cams.lan:8554/x', ['*.cams.lan:8554'], answers('10.1.2.3'))).toBe('10.1.2.3');
  });

  it('that is not listed may still turn out to be in a listed network', async () => {
    expect(await check('rtsp://cam.lan/x', ['10.0.0.0/8'], answers('192.168.1.1', '10.1.2.3'))).toBe('10.1.2.3');
    const outside = check('rtsp://cam.lan/x', ['10.0.0.0/8'], answers('192.168.1.1', '::1'));
    await expect(outside).rejects.toMatchObject({ code: 'not-allowed' });
  });

  it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1', '169.254.169.254', '0.0.0.0', 'fe80::1', '239.1.1.1'])(
    'that is listed may not turn out to be %s',
    async (address) => {
      await expect(check('rtsp://door.lan/x', ['door.lan'], answers(address))).rejects.toMatchObject({
        code: 'not-allowed',
      });
    },
  );

  it('may be this machine where its addresses are listed, or its name is localhost', async () => {
    const allow = ['door.lan', '127.0.0.0/8'];
    expect(await check('rtsp://door.lan/x', allow, answers('127.0.0.1'))).toBe('127.0.0.1');
    expect(await check('rtsp://localhost/x', ['localhost'], answers('127.0.0.1'))).toBe('127.0.0.1');
  });

  it('that resolves otherwise the second time leads where it led the first time', async () => {
    const turns = ['10.1.2.3', '127.0.0.1'];
    const rebinding: Resolve = async () => [turns.shift() ?? '127.0.0.1'];
    const url = parseCameraUrl('rtsp://door.lan:554/stream?channel=1');
    const address = await checkTarget(url, new AllowList(['door.lan']), rebinding);
    expect(urlWithHost(url, address)).toBe('rtsp://10.1.2.3:554/stream?channel=1');
    await expect(checkTarget(url, new AllowList(['door.lan']), rebinding)).rejects.toMatchObject({
      code: 'not-allowed',
    });
  });

  it('that does not resolve is a matter of DNS', async () => {
    await expect(check('rtsp://door.lan/x', ['door.lan'])).rejects.toMatchObject({ code: 'dns' });
  });
});

describe('the URL of a camera', () => {
  it('is taken apart with whatever stands in the password', () => {
    expect(parseCameraUrl('rtsp://user:p@ss:w/rd#1@10.0.0.5:8554/x?a=1&b=2')).toEqual({
      scheme: 'rtsp',
      host: '10.0.0.5',
      port: 8554,
      path: '/x?a=1&b=2',
      username: 'user',
      password: 'p@ss:w/rd#1',
    });
  });

  it.each([
    null,
    '',
    'http://10.0.0.5/x',
    'file:///etc/passwd',
    'rtsp://',
    'rtsp:///x',
    '-i x',
    'rtsp://a b/',
    'rtsp://[::1/',
    'rtsp://h:99999/',
    'rtsp://h\\@10.0.0.1/',
    `rtsp://h/${'x'.repeat(3_000)}`,
  ])('is not %j', (text) => {
    expect(() => parseCameraUrl(text)).toThrowError(expect.objectContaining({ code: 'bad-request' }));
  });
});

describe('plainAddress', () => {
  it.each([
    ['::ffff:7f00:1', '127.0.0.1'],
    ['::FFFF:10.0.0.1', '10.0.0.1'],
    ['::ffff:ffff:ffff', '255.255.255.255'],
    ['fd00::1', 'fd00::1'],
    ['10.0.0.1', '10.0.0.1'],
  ])('of %s is %s', (address, expected) => {
    expect(plainAddress(address)).toBe(expected);
  });
});
