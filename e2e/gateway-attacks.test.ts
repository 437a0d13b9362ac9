import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rawGet, rawRequest, WEBSOCKET_HEADERS } from './support/raw-http.ts';
import { RawUpstream, reply } from './support/raw-upstream.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';

let upstream: RawUpstream;
let relay: RelayProcess;

beforeAll(async () => {
  upstream = await RawUpstream.start();
  const target = `http://127.0.0.1:${upstream.port}/media/`;
  relay = await startRelay({ config: { resources: { nas: { target } } } });
});
afterAll(async () => {
  await relay?.close();
  await upstream?.close();
});
beforeEach(() => {
  upstream.forget();
  upstream.answer = reply('200 OK', {}, 'fine');
});

/** Every request line that the machine has seen, each of which it would have answered. */
const seen = () =>
  upstream.connections
    .flatMap(({ received }) => [...received.matchAll(/^[A-Z]+ \S+ HTTP\/1\.\d\r$/gm)])
    .map(([line]) => line.trim());
const received = () => upstream.connections.map((connection) => connection.received).join('');
const EVIL = 'GET /proxy/nas/evil HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
const post = (headers: string, body: string, version = '1.1') =>
  `POST /proxy/nas/a HTTP/${version}\r\nHost: 127.0.0.1\r\n${headers}\r\n${body}`;
/** One chunk that holds all of it, and the last one. */
const chunked = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;

describe('a request that two parsers could read differently is refused before the machine hears of it', () => {
  it.each([
    ['a length and chunks', post(`Content-Length: 4\r\nTransfer-Encoding: chunked\r\n`, `0\r\n\r\n${EVIL}`)],
    [
      'chunks and a length',
      post(`Transfer-Encoding: chunked\r\nContent-Length: ${EVIL.length + 5}\r\n`, `0\r\n\r\n${EVIL}`),
    ],
    ['two lengths', post(`Content-Length: 0\r\nContent-Length: ${EVIL.length}\r\n`, EVIL)],
    ['a list of lengths', post(`Content-Length: 0, ${EVIL.length}\r\n`, EVIL)],
    ['a signed length', post(`Content-Length: +${EVIL.length}\r\n`, EVIL)],
    ['a hexadecimal length', post('Content-Length: 0x10\r\n', EVIL)],
    ['a length with a space in it', post('Content-Length: 1 0\r\n', EVIL)],
    ['a length too great for a number', post('Content-Length: 99999999999999999999999\r\n', EVIL)],
    ['an unknown transfer coding', post('Transfer-Encoding: xchunked\r\n', `0\r\n\r\n${EVIL}`)],
    ['chunked and then something else', post('Transfer-Encoding: chunked, identity\r\n', `0\r\n\r\n${EVIL}`)],
    ['chunked twice', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${EVIL}`)],
    ['a coding before chunked', post('Transfer-Encoding: gzip, chunked\r\n', `0\r\n\r\n`)],
    ['a space before the colon', post('Transfer-Encoding : chunked\r\n', `0\r\n\r\n${EVIL}`)],
    ['a tab of the other kind before chunked', post('Transfer-Encoding: \x0bchunked\r\n', `0\r\n\r\n${EVIL}`)],
    ['lines that end with LF alone', post('X: y\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${EVIL}`)],
    ['headers that end with LF alone', `POST /proxy/nas/a HTTP/1.1\nHost: 127.0.0.1\nContent-Length: 0\n\n${EVIL}`],
    ['a line that ends with CR alone', post('X: y\rTransfer-Encoding: chunked\r\n', `0\r\n\r\n${EVIL}`)],
    ['a folded line', post('X: y\r\n Transfer-Encoding: chunked\r\n', `0\r\n\r\n${EVIL}`)],
    ['a NUL in a header', post('X: a\0b\r\nContent-Length: 0\r\n', '')],
    ['a header without a name', post(': x\r\nContent-Length: 0\r\n', '')],
    ['a chunk size with a sign', post('Transfer-Encoding: chunked\r\n', `-1\r\n\r\n0\r\n\r\n${EVIL}`)],
    ['a chunk size in another notation', post('Transfer-Encoding: chunked\r\n', `0x0\r\n\r\n${EVIL}`)],
    [
      'a chunk size that overflows',
      post('Transfer-Encoding: chunked\r\n', `10000000000000000\r\n\r\n0\r\n\r\n${EVIL}`),
    ],
    ['a chunk extension that ends with LF alone', post('Transfer-Encoding: chunked\r\n', `0;x\n\r\n\r\n${EVIL}`)],
    ['a chunk that ends with LF alone', post('Transfer-Encoding: chunked\r\n', `1\r\nx\n0\r\n\r\n${EVIL}`)],
    ['a length among the trailers', post('Transfer-Encoding: chunked\r\n', `0\r\nContent-Length: 5\r\n\r\n${EVIL}`)],
    ['a second version in the request line', `GET /proxy/nas/a HTTP/1.1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`],
    ['a tab in the request line', `GET /proxy/nas/a\tHTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`],
    [
      'another protocol, with a body',
      post(`Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: ${EVIL.length}\r\n`, EVIL),
    ],
  ])('%s', async (_, text) => {
    const { status, body } = await rawRequest(relay.port, text, 700);
    expect(body).not.toContain('fine');
    expect([400, 431, 0]).toContain(status);
    // The machine may see the beginning of a body that went wrong later, but never its end, nor what was behind it.
    const complete = upstream.connections.filter(
      ({ received }) => /\r\n\r\n(0\r\n\r\n)?$/.test(received) && !/chunked/.test(received),
    );
    expect(complete).toEqual([]);
    expect(seen().join()).not.toContain('evil');
  });
});

describe('a request that hides another passes as one', () => {
  it('in a body with a length', async () => {
    await rawRequest(relay.port, post(`Content-Length: ${EVIL.length}\r\nConnection: close\r\n`, EVIL));
    expect(received()).toMatch(new RegExp(`^POST /media/a HTTP/1.1\\r\\n[^]*Content-Length: ${EVIL.length}\\r\\n`));
    expect(received().endsWith(EVIL)).toBe(true);
    expect(seen()).toHaveLength(2);
  });

  it('in a chunk', async () => {
    await rawRequest(relay.port, post('Transfer-Encoding: chunked\r\nConnection: close\r\n', chunked(EVIL)));
    expect(received().endsWith(`\r\n\r\n${chunked(EVIL)}`)).toBe(true);
  });

  it('in the body of a GET', async () => {
    const text = `GET /proxy/nas/a HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: ${EVIL.length}\r\n\r\n${EVIL}`;
    await rawRequest(relay.port, text);
    expect(received()).toContain(`Content-Length: ${EVIL.length}\r\n`);
  });

  it('behind a Connection header that names what frames it', async () => {
    await rawRequest(
      relay.port,
      post(`Content-Length: ${EVIL.length}\r\nConnection: close, Content-Length, Host\r\n`, EVIL),
    );
    expect(received()).toContain(`Content-Length: ${EVIL.length}\r\n`);
    expect(received()).toContain(`Host: 127.0.0.1:${upstream.port}\r\n`);
  });

  it('in chunks with extensions, which stay here', async () => {
    await rawRequest(
      relay.port,
      post('Transfer-Encoding: chunked\r\nConnection: close\r\n', '1;a=b\r\nx\r\n0\r\n\r\n'),
    );
    expect(received().endsWith('\r\n\r\n1\r\nx\r\n0\r\n\r\n')).toBe(true);
  });

  it('in trailers, which may not route or frame', async () => {
    const trailers = '0\r\nHost: evil\r\nAuthorization: Basic x\r\nX-Sum: 1\r\n\r\n';
    await rawRequest(
      relay.port,
      post('Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\nConnection: close\r\n', `1\r\nx\r\n${trailers}`),
    );
    expect(received().endsWith('\r\n1\r\nx\r\n0\r\nX-Sum: 1\r\n\r\n')).toBe(true);
  });
});

describe('a WebSocket is no way around', () => {
  it('one that is refused leaves no connection to the machine behind', async () => {
    upstream.answer = reply('426 Upgrade Required', {}, 'no');
    const lines = Object.entries(WEBSOCKET_HEADERS).map(([name, value]) => `${name}: ${value}\r\n`);
    const text = `GET /proxy/nas/ws HTTP/1.1\r\nHost: 127.0.0.1\r\n${lines.join('')}\r\n${EVIL}`;
    const { status, head, body } = await rawRequest(relay.port, text, 1_000);
    expect([status, body, /^connection: close/im.test(head)]).toEqual([426, 'no', true]);
    expect(seen()).toEqual(['GET /media/ws HTTP/1.1']);
  });

  it('one that another site’s page opens is refused', async () => {
    const { status } = await rawGet(relay.port, '/proxy/nas/ws', {
      ...WEBSOCKET_HEADERS,
      Origin: 'https://evil.example',
    });
    expect([status, seen()]).toEqual([403, []]);
  });

  it('a change to a protocol that nobody asked for is an error', async () => {
    upstream.answer = (socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: evil\r\nConnection: Upgrade\r\n\r\n');
    expect((await rawGet(relay.port, '/proxy/nas/a')).status).toBe(502);
    expect((await rawGet(relay.port, '/proxy/nas/a', WEBSOCKET_HEADERS)).status).toBe(502);
  });
});

describe('an answer that two parsers could read differently is an error', () => {
  const evil = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil';

  it.each([
    ['a length and chunks', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['two lengths', 'Content-Length: 0\r\nContent-Length: 9\r\n\r\n'],
    ['a length that is none', 'Content-Length: 1x\r\n\r\n'],
    ['a coding that nobody asked for', 'Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
    ['a line that ends with CR alone', 'X: a\rSet-Cookie: b\r\nContent-Length: 0\r\n\r\n'],
    ['a NUL in a header', 'X: a\0b\r\nContent-Length: 0\r\n\r\n'],
  ])('%s', async (_, text) => {
    upstream.answer = (socket) => socket.write(`HTTP/1.1 200 OK\r\n${text}${evil}`);
    const { status, body } = await rawGet(relay.port, '/proxy/nas/a', {}, { listenMs: 1_000 });
    expect(status).toBe(502);
    expect(body).not.toContain('evil');
  });

  it('bytes behind an answer are nobody’s', async () => {
    upstream.answer = (socket) => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine${evil}`);
    expect((await rawGet(relay.port, '/proxy/nas/a')).body).toBe('fine');
    upstream.answer = reply('200 OK', {}, 'next');
    expect((await rawGet(relay.port, '/proxy/nas/b')).body).toBe('next');
  });
});

describe('other ways', () => {
  it.each([
    ['/proxy/nas/..%2f..%2fsecret'],
    ['/proxy/nas/%2e%2e/secret'],
    ['/proxy/nas/..\\secret'],
    ['/proxy/nas/a/../../secret'],
    ['/redirect/nas/%252e%252e/secret'],
  ])('%s does not leave the resource', async (target) => {
    expect((await rawGet(relay.port, target)).status).toBe(400);
    expect(seen()).toEqual([]);
  });

  it.each([
    ['http://evil.example/proxy/nas/a'],
    ['/proxy/http://evil.example/'],
    ['/proxy/127.0.0.1:80/'],
    ['/proxy/@evil.example/'],
    ['/proxy/__proto__/x'],
    ['/proxy/constructor/x'],
  ])('%s names no resource', async (target) => {
    expect((await rawGet(relay.port, target)).status).toBe(404);
  });

  it('TRACE would show what only the machine may see', async () => {
    expect((await rawGet(relay.port, '/proxy/nas/a', {}, { method: 'TRACE' })).status).toBe(405);
    expect(seen()).toEqual([]);
  });

  it('CONNECT opens nothing', async () => {
    const { status } = await rawRequest(relay.port, 'CONNECT /proxy/nas/a HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', 1_000);
    expect([status, seen()]).toEqual([0, []]);
  });

  it('another site’s page changes nothing in a person’s name', async () => {
    const text = post('Origin: https://evil.example\r\nContent-Length: 0\r\nConnection: close\r\n', '');
    expect((await rawRequest(relay.port, text)).status).toBe(403);
    expect(seen()).toEqual([]);
  });
});
