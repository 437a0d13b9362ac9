import { describe, expect, it } from 'vitest';
import { forwardedRequestHeaders, passedTrailers, returnedHeaders } from './header-policy.ts';
import { HiddenAddress } from './hidden-address.ts';

const client = { address: '192.0.2.7', host: 'relay:8080', proto: 'http', via: 'sightline-x' } as const;
const lines = (raw: readonly string[]) =>
  Array.from({ length: raw.length / 2 }, (_, index) => `${raw[index * 2]}: ${raw[index * 2 + 1]}`);
const sent = (raw: string[], ours: [string, string][] = []) =>
  lines(forwardedRequestHeaders(raw, client, ours)).filter((line) => !/^(Via|X-Forwarded)/.test(line));

describe('headers of a request', () => {
  it('those of one connection stay, and those that Connection names', () => {
    const raw = ['Connection', 'close, X-Mine', 'X-Mine', '1', 'Keep-Alive', 'x', 'Upgrade', 'h2c', 'TE', 'gzip'];
    const more = ['Proxy-Authorization', 'x', 'Proxy-Connection', 'x', 'Transfer-Encoding', 'chunked', 'Trailer', 'x'];
    expect(sent([...raw, ...more, 'HTTP2-Settings', 'x', 'Accept', '*/*'])).toEqual(['Accept: */*']);
  });

  it('TE: trailers goes on', () => {
    expect(sent(['TE', 'trailers, deflate;q=0.5'])).toEqual(['TE: trailers']);
  });

  it('order, case and repetition are kept; Range and conditions pass', () => {
    const raw = ['b', '1', 'RANGE', 'bytes=0-', 'If-Range', '"x"', 'B', '2'];
    expect(sent(raw)).toEqual(['b: 1', 'RANGE: bytes=0-', 'If-Range: "x"', 'B: 2']);
  });

  it('says who asks, whatever the client says of that', () => {
    const raw = ['X-Forwarded-For', '1.1.1.1', 'Forwarded', 'for=1.1.1.1', 'X-Real-IP', '1.1.1.1', 'Via', '1.0 fred'];
    expect(lines(forwardedRequestHeaders([...raw, 'Host', 'evil', 'X_Forwarded_For', 'y'], client, []))).toEqual([
      'Via: 1.0 fred, 1.1 sightline-x',
      'X-Forwarded-For: 192.0.2.7',
      'X-Forwarded-Host: relay:8080',
      'X-Forwarded-Proto: http',
    ]);
  });

  it('our own cookies stay here', () => {
    expect(sent(['Cookie', 'a=1; sightline_session=x; b=2', 'Cookie', 'sightline_setup=y'])).toEqual([
      'Cookie: a=1; b=2',
    ]);
    expect(sent(['Cookie', '__Host-sightline=x'])).toEqual([]);
  });

  it('the resource’s own headers replace the client’s', () => {
    expect(sent(['authorization', 'Basic x'], [['Authorization', 'Basic y']])).toEqual(['Authorization: Basic y']);
    expect(sent(['Authorization', 'Basic x'])).toEqual(['Authorization: Basic x']);
  });
});

describe('headers of an answer', () => {
  const hidden = new HiddenAddress(['10.0.0.9']);
  const side = { hidden, origin: 'http://10.0.0.9:80', basePath: '/media', ownBasePath: '/proxy/nas' };
  const told = (...raw: string[]) => lines(returnedHeaders(raw, side));

  it('what names the machine or its software stays behind', () => {
    const raw = [
      'Server',
      'nginx',
      'Via',
      '1.1 x',
      'X-Powered-By',
      'x',
      'Alt-Svc',
      'h2="10.0.0.9:1"',
      'X-Accel-Redirect',
      '/',
    ];
    expect(told(...raw, 'X-Backend', 'http://10.0.0.9:80', 'Link', '<http://10.0.0.9/a>; rel=next')).toEqual([]);
  });

  it('what cannot name it passes, and what repeats the request', () => {
    expect(told('ETag', '"10.0.0.9"', 'Access-Control-Allow-Origin', 'http://10.0.0.9:80', 'X-A', 'b')).toHaveLength(3);
  });

  it('what speaks for a whole origin stays behind', () => {
    expect(told('Strict-Transport-Security', 'x', 'Clear-Site-Data', '"*"', 'Service-Worker-Allowed', '/')).toEqual([]);
  });

  it('cookies lose their domain and get our path', () => {
    expect(told('Set-Cookie', 'a=1; Domain=10.0.0.9; Path=/media/x; HttpOnly')).toEqual([
      'Set-Cookie: a=1; Path=/proxy/nas/x; HttpOnly',
    ]);
    expect(told('Set-Cookie', 'a=1; path=/')).toEqual(['Set-Cookie: a=1; Path=/proxy/nas/']);
    expect(told('Set-Cookie', 'a=1')).toEqual(['Set-Cookie: a=1']);
    expect(told('Set-Cookie', 'sightline_session=evil; Path=/')).toEqual([]);
  });

  it('trailers may not frame, route or authorise', () => {
    const raw = ['Content-Length', '1', 'Transfer-Encoding', 'x', 'Host', 'x', 'Set-Cookie', 'a=b', 'Checksum', 'abc'];
    expect(passedTrailers([...raw, 'X-From', '10.0.0.9'], hidden)).toEqual([['Checksum', 'abc']]);
  });
});
