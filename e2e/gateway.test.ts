import { createHash, createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer, get, request as httpRequest, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { openSocket, rawGet, rawRequest, WEBSOCKET_HEADERS } from './support/raw-http.ts';
import { RawUpstream, reply } from './support/raw-upstream.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { eventually, sleep, within } from './support/wait.ts';

const KEY = 'shared with the machine';
const SECRET = 'p@ss:word/1';

let upstream: RawUpstream;
let relay: RelayProcess;
/** Accepts connections and says nothing, not even in TLS. */
const silent = createServer((socket) => socket.on('error', () => {}));
/** An HTTP proxy of the old kind, which reads requests; it knows one name that DNS does not. */
const seenByHttpProxy: string[] = [];
const httpProxy = createHttpServer((request, response) => {
  seenByHttpProxy.push(`${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? ''}`);
  response.end('by way of the proxy');
});
/** Another address of the relay itself. */
const mirror = createServer((socket) => {
  const back = connect(relay.port, '127.0.0.1');
  for (const each of [socket, back]) each.on('error', () => {});
  socket.pipe(back).pipe(socket);
});
const sockets = new WebSocketServer({
  port: 0,
  host: '127.0.0.1',
  verifyClient: ({ req }: { req: IncomingMessage }) => req.url !== '/no',
});

beforeAll(async () => {
  upstream = await RawUpstream.start();
  silent.listen(0, '127.0.0.1');
  httpProxy.listen(0, '127.0.0.1');
  mirror.listen(0, '127.0.0.1');
  await Promise.all([silent, httpProxy, mirror].map((server) => once(server, 'listening')));
  const silentPort = (silent.address() as AddressInfo).port;
  const at = `http://127.0.0.1:${upstream.port}`;
  relay = await startRelay({
    config: {
      resources: {
        nas: { target: `${at}/media/` },
        signed: { target: `${at}/media/`, signed: { key: KEY, validMs: 60_000 } },
        login: {
          target: `http://me:${encodeURIComponent(SECRET)}@127.0.0.1:${upstream.port}/private/`,
          headers: { 'X-Key': 'k1' },
        },
        hidden: { target: `${at}/media/`, mode: 'proxy' },
        away: { target: `${at}/media/`, mode: 'redirect' },
        auto: { target: `${at}/media/`, mode: 'auto' },
        public: { target: 'http://192.0.2.1/media/', mode: 'auto' },
        hasty: { target: `${at}/hasty/`, responseTimeoutMs: 1_000 },
        tls: { target: `https://127.0.0.1:${silentPort}/`, tlsTimeoutMs: 300 },
        refused: { target: 'http://127.0.0.1:1/' },
        unknown: { target: 'http://no-such-name.invalid/' },
        loop: { target: `http://127.0.0.1:${(mirror.address() as AddressInfo).port}/proxy/loop/` },
        named: { target: 'http://behind.example.test/' },
        sockets: { target: `http://127.0.0.1:${(sockets.address() as AddressInfo).port}/` },
      },
      gateway: { expectContinueMs: 700 },
    },
    env: {
      HTTP_PROXY: `http://u:pw@127.0.0.1:${(httpProxy.address() as AddressInfo).port}`,
      NO_PROXY: 'no-such-name.invalid',
    },
  });
});
afterAll(async () => {
  await relay?.close();
  await upstream?.close();
  for (const each of sockets.clients) each.terminate();
  sockets.close();
  silent.close();
  mirror.close();
  httpProxy.close();
});

const ask = (path: string, init: RequestInit = {}) => fetch(`${relay.url}${path}`, { redirect: 'manual', ...init });
const problemOf = async (answer: Response) => {
  const body = (await answer.json()) as { code: string; detail: string; url?: string };
  return { status: answer.status, ...body };
};

describe('/redirect', () => {
  const locationOf = async (target: string) => {
    const { status, head } = await rawGet(relay.port, target);
    return [status, /^location: (.*)$/im.exec(head)?.[1]?.replace(/:\d+/, '')];
  };

  it.each([
    ['/redirect/nas/a/b.mp4', 'http://127.0.0.1/media/a/b.mp4'],
    ['/redirect/nas/a%2Fb%20c/%E9/%zz?x=%2e&y', 'http://127.0.0.1/media/a%2Fb%20c/%E9/%zz?x=%2e&y'],
    ['/redirect/nas//evil.example//x', 'http://127.0.0.1/media//evil.example//x'],
    ['/redirect/nas/a%0d%0aSet-Cookie:%20x=1', 'http://127.0.0.1/media/a%0d%0aSet-Cookie:%20x=1'],
    ['/redirect/nas/a?via=redirect&x=1', 'http://127.0.0.1/media/a?x=1'],
    ['/redirect/login/a', 'http://127.0.0.1/private/a'],
    ['/redirect/hidden/../nas/a', undefined],
  ])('%s', async (target, location) => {
    expect(await locationOf(target)).toEqual([location === undefined ? 400 : 302, location]);
  });

  it('is not to be stored, for HEAD as for GET, and nothing else is redirected', async () => {
    for (const method of ['GET', 'HEAD']) {
      const answer = await ask('/redirect/nas/a', { method });
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([302, 'no-store']);
    }
    const posted = await ask('/redirect/nas/a', { method: 'POST', body: 'x' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('signs addresses that expire', async () => {
    const { location } = Object.fromEntries((await ask('/redirect/signed/a%2Fb?x=1')).headers);
    const [, signed, signature] = /^http:\/\/[^/]+(.*)&signature=(.*)$/.exec(location!)!;
    expect(signature).toBe(createHmac('sha256', KEY).update(signed!).digest('base64url'));
    const validMs = Number(/^\/media\/a%2Fb\?x=1&expires=(\d+)$/.exec(signed!)?.[1]) * 1000 - Date.now();
    expect(validMs).toBeGreaterThan(50_000);
    expect(validMs).toBeLessThan(62_000);
  });

  it('names no resource that is not configured', async () => {
    expect(await problemOf(await ask('/redirect/other/a'))).toMatchObject({ status: 404, code: 'no-such-resource' });
    expect(await problemOf(await ask('/proxy/other/a'))).toMatchObject({ status: 404, code: 'no-such-resource' });
  });

  it('tells a WebSocket where to go, before the upgrade', async () => {
    const { status, body } = await rawGet(relay.port, '/redirect/sockets/x?a=1', WEBSOCKET_HEADERS);
    const url = `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}/x?a=1`;
    expect([status, JSON.parse(body)]).toMatchObject([421, { code: 'elsewhere', url }]);
  });
});

describe('modes', () => {
  it('a resource that is only fetched never tells its address', async () => {
    upstream.answer = reply('200 OK', {}, 'fetched');
    expect(await (await ask('/redirect/hidden/a?via=redirect')).text()).toBe('fetched');
  });

  it('a resource that is only redirected is never fetched', async () => {
    expect((await ask('/proxy/away/a?via=proxy')).status).toBe(302);
  });

  it('auto: public files are redirected, live paths and private machines are fetched, ?via= overrides', async () => {
    upstream.answer = reply('200 OK', {}, 'fetched');
    const statusOf = async (path: string) => (await ask(path)).status;
    expect(await statusOf('/proxy/public/a.mp4')).toBe(302);
    expect(await statusOf('/redirect/auto/a.mp4')).toBe(200);
    expect(await statusOf('/proxy/auto/a.mp4?via=redirect')).toBe(302);
    expect(await statusOf('/redirect/nas/a?via=proxy')).toBe(200);
    expect(await statusOf('/redirect/nas/a?via=pigeon')).toBe(400);
  });
});

describe('/proxy', () => {
  it('asks for the very path and query, says who asks, and keeps our credentials', async () => {
    upstream.answer = reply('200 OK', {}, 'ok');
    await rawGet(relay.port, '/proxy/nas//a%2Fb/%e9?via=proxy&x=%20', {
      'X-Mine': '1',
      Connection: 'close, X-Mine',
      Cookie: 'a=1; sightline_session=s',
      'X-Forwarded-For': '9.9.9.9',
      Range: 'bytes=0-',
      'If-Range': '"x"',
    });
    // Headers that tell of a proxy in front make the asker a stranger, so that nothing was asked.
    await rawGet(relay.port, '/proxy/nas//a%2Fb/%e9?via=proxy&x=%20', {
      'X-Mine': '1',
      Connection: 'close, X-Mine',
      Cookie: 'a=1; sightline_other=s',
      Range: 'bytes=0-',
      'If-Range': '"x"',
    });
    const lines = upstream.last.request.trim().split('\r\n');
    expect(lines[0]).toBe('GET /media//a%2Fb/%e9?x=%20 HTTP/1.1');
    expect(lines.slice(1).map((line) => line.replace(/sightline-\w+/, 'sightline-x').replace(/:\d+$/, ''))).toEqual([
      'Range: bytes=0-',
      'If-Range: "x"',
      'Cookie: a=1',
      'Via: 1.1 sightline-x',
      'X-Forwarded-For: 127.0.0.1',
      'X-Forwarded-Host: 127.0.0.1',
      'X-Forwarded-Proto: http',
      'Host: 127.0.0.1',
      'Connection: keep-alive',
    ]);
  });

  it('a login in the target goes to the machine, and nowhere else', async () => {
    upstream.answer = reply('401 Unauthorized', { 'WWW-Authenticate': 'Basic realm="127.0.0.1"' });
    const answer = await ask('/proxy/login/x', { headers: { Authorization: 'Basic b3RoZXI=' } });
    const basic = Buffer.from(`me:${SECRET}`).toString('base64');
    expect(upstream.last.request).toContain(`Authorization: Basic ${basic}\r\n`);
    expect(upstream.last.request).toContain('X-Key: k1\r\n');
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, null]);
    expect(relay.stderr().join('\n')).not.toMatch(/p@ss|p%40ss|bWU6cEBz/);
  });

  it('nothing in the headers tells where an answer came from', async () => {
    const at = `http://127.0.0.1:${upstream.port}`;
    upstream.answer = reply('201 Created', {
      Server: 'nginx/1.2',
      Via: `1.1 127.0.0.1:${upstream.port}`,
      'X-Powered-By': 'PHP',
      'X-Backend': `127.0.0.1:${upstream.port}`,
      'Set-Cookie': 'a=1; Domain=127.0.0.1; Path=/media/; HttpOnly',
      Location: `${at}/media/new%2Fone?x=1`,
      'Content-Location': '/elsewhere',
      'Keep-Alive': 'timeout=60',
      'X-Kept': 'yes',
      ETag: '"e"',
    });
    const { head } = await rawGet(relay.port, '/proxy/nas/a');
    expect(head).not.toContain(String(upstream.port));
    expect(head).not.toMatch(/^(server|via|x-powered-by|x-backend|content-location):/im);
    expect(head).toContain('Location: /proxy/nas/new%2Fone?x=1');
    expect(head).toContain('Set-Cookie: a=1; Path=/proxy/nas/; HttpOnly');
    expect(head).toMatch(/^X-Kept: yes\r?$/m);
    expect(head).toMatch(/^Content-Security-Policy: sandbox\r?$/m);
    expect(head.match(/^content-security-policy:/gim)).toHaveLength(1);
  });

  it('headers that come twice pass twice, and ours stand once', async () => {
    upstream.answer = (socket) =>
      socket.write(
        'HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Content-Type-Options: nosniff\r\nContent-Length: 0\r\n\r\n',
      );
    const { head } = await rawGet(relay.port, '/proxy/nas/a');
    expect(head.match(/^set-cookie: .*$/gim)).toEqual(['Set-Cookie: a=1', 'Set-Cookie: b=2']);
    expect(head.match(/^x-content-type-options:/gim)).toHaveLength(1);
  });

  it('a redirect within the resource is ours; one out of it is an error', async () => {
    upstream.answer = reply('302 Found', { Location: '/media/b?x=%2F' });
    expect((await ask('/proxy/nas/a')).headers.get('location')).toBe('/proxy/nas/b?x=%2F');
    for (const location of ['/other', 'http://10.9.8.7/x', `//127.0.0.1:${upstream.port}/media/../x`]) {
      upstream.answer = reply('302 Found', { Location: location });
      const answer = await ask('/proxy/nas/a');
      expect(answer.headers.get('location')).toBeNull();
      expect(await problemOf(answer)).toMatchObject({ status: 502, code: 'upstream-failed' });
    }
  });

  it('playlists name our own paths', async () => {
    const list = `#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="/media/k"\nhttp://127.0.0.1:${upstream.port}/media/1.ts\n2.ts\n`;
    upstream.answer = reply('200 OK', { 'Content-Type': 'application/vnd.apple.mpegurl', ETag: '"1"' }, list);
    const answer = await ask('/proxy/nas/x/index.m3u8', { headers: { Range: 'bytes=0-5' } });
    expect(upstream.last.request).not.toMatch(/^range/im);
    expect(answer.headers.get('etag')).toBe('W/"1"');
    expect(await answer.text()).toBe('#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="/proxy/nas/k"\n/proxy/nas/1.ts\n2.ts\n');
    upstream.answer = reply(
      '200 OK',
      { 'Content-Type': 'application/dash+xml' },
      '<BaseURL>http://10.0.0.7/</BaseURL>',
    );
    expect((await problemOf(await ask('/proxy/nas/x.mpd'))).status).toBe(502);
  });

  it('error pages that name the machine are replaced, others pass', async () => {
    upstream.answer = reply(
      '404 Not Found',
      { 'Content-Type': 'text/html' },
      `<p>Server at 127.0.0.1 Port ${upstream.port}`,
    );
    const replaced = await ask('/proxy/nas/a');
    expect([replaced.status, await replaced.text()]).toEqual([404, 'The resource answers 404.\n']);
    upstream.answer = reply('404 Not Found', { 'Content-Type': 'application/json' }, '{"why":"gone"}');
    expect(await (await ask('/proxy/nas/a')).json()).toEqual({ why: 'gone' });
  });

  it('HEAD has the length and no body; 206 and 304 pass', async () => {
    upstream.answer = (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
    const head = await ask('/proxy/nas/a', { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '1000']);
    upstream.answer = reply('206 Partial Content', { 'Content-Range': 'bytes 2-4/10' }, 'abc');
    const part = await ask('/proxy/nas/a', { headers: { Range: 'bytes=2-4' } });
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, 'bytes 2-4/10', 'abc']);
    upstream.answer = (socket) => socket.write('HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n');
    expect((await ask('/proxy/nas/a', { headers: { 'If-None-Match': '"x"' } })).status).toBe(304);
  });

  it('keeps connections, and asks again when one was closed just then', async () => {
    upstream.answer = reply('200 OK', {}, 'one');
    await (await ask('/proxy/hidden/a')).text();
    const before = upstream.connections.length;
    await (await ask('/proxy/hidden/a')).text();
    expect(upstream.connections.length).toBe(before);
    upstream.answer = (socket, _head, connection) => {
      if (connection === upstream.connections[before - 1]) socket.resetAndDestroy();
      else reply('200 OK', {}, 'two')(socket, '', connection);
    };
    expect(await (await ask('/proxy/hidden/a')).text()).toBe('two');
  });

  it('is reached through HTTP_PROXY, unless NO_PROXY says otherwise', async () => {
    expect(await (await ask('/proxy/named/a?x')).text()).toBe('by way of the proxy');
    const login = `Basic ${Buffer.from('u:pw').toString('base64')}`;
    expect(seenByHttpProxy).toEqual([`GET http://behind.example.test/a?x ${login}`]);
    expect(await problemOf(await ask('/proxy/unknown/a'))).toMatchObject({ status: 502, code: 'upstream-failed' });
    expect(seenByHttpProxy).toHaveLength(1);
  });
});

describe('bodies', () => {
  it('go up as they come, in either framing, with trailers', async () => {
    const seen: string[] = [];
    upstream.answer = (socket, _head, connection) => {
      socket.on('data', () => seen.push(connection.request));
      void eventually(
        () => connection.request,
        (all) => all.includes('0\r\nChecksum: abc\r\n\r\n'),
      ).then(() => reply('200 OK', {}, 'thanks')(socket, '', connection));
    };
    const posted = httpRequest(`${relay.url}/proxy/nas/up`, { method: 'POST', headers: { Trailer: 'Checksum' } });
    posted.write('first');
    await eventually(
      () => upstream.last.request,
      (all) => all.includes('first'),
    );
    posted.write('second');
    posted.addTrailers({ Checksum: 'abc', Host: 'evil' });
    posted.end();
    const [answer] = (await once(posted, 'response')) as [IncomingMessage];
    expect(await textOf(answer)).toBe('thanks');
    expect(upstream.last.request).toContain('Transfer-Encoding: chunked\r\n');
    expect(upstream.last.request).not.toContain('Content-Length');

    upstream.answer = reply('200 OK', {}, 'ok');
    await (await ask('/proxy/nas/up', { method: 'PUT', body: 'four' })).text();
    expect(upstream.last.request).toMatch(/Content-Length: 4\r\n/);
    await (await ask('/proxy/nas/up', { method: 'DELETE' })).text();
    expect(upstream.last.request.split('DELETE ')[1]).not.toMatch(/content-length|transfer-encoding/i);
  });

  it('come down with trailers, and a live stream without an end or a wait', async () => {
    upstream.answer = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Checksum\r\n\r\n');
      socket.write('3\r\nabc\r\n0\r\nChecksum: xyz\r\n\r\n');
    };
    const { body } = await rawGet(relay.port, '/proxy/nas/a', {}, { listenMs: 1_500 });
    expect(body).toBe('3\r\nabc\r\n0\r\nChecksum: xyz\r\n\r\n');

    const sent: number[] = [];
    upstream.answer = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: video/x-flv\r\n\r\n');
      const timer = setInterval(() => {
        sent.push(performance.now());
        socket.write(`tag${sent.length}`);
      }, 60);
      socket.on('close', () => clearInterval(timer));
    };
    const answer = await ask('/proxy/nas/live.flv');
    const reader = answer.body!.getReader();
    const late: number[] = [];
    for (let count = 0; count < 10; count++) {
      await reader.read();
      late.push(performance.now() - sent[count]!);
    }
    await reader.cancel();
    expect(late.sort((a, b) => a - b)[5]).toBeLessThan(60);
  });

  it('headers of a stream come before its first byte', async () => {
    upstream.answer = (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Type: video/x-flv\r\n\r\n');
    const answer = await within(ask('/proxy/nas/quiet.flv'), 2_000, 'no headers');
    expect(answer.headers.get('content-type')).toBe('video/x-flv');
    await answer.body!.cancel();
  });

  it('a viewer that reads slowly slows the machine, and gets every byte', async () => {
    const size = 48 * 1024 * 1024;
    const block = randomBytes(1024 * 1024);
    let written = 0;
    upstream.answer = (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      const fill = () => {
        while (written < size) {
          written += block.length;
          if (!socket.write(block)) return void socket.once('drain', fill);
        }
      };
      fill();
    };
    const [answer] = (await once(get(`${relay.url}/proxy/nas/big`), 'response')) as [IncomingMessage];
    await sleep(700);
    // What kernels and buffers hold, and not all of it.
    expect(written).toBeLessThan(size / 2);
    const hash = createHash('md5');
    for await (const chunk of answer as AsyncIterable<Buffer>) hash.update(chunk);
    const whole = createHash('md5');
    for (let index = 0; index < size / block.length; index++) whole.update(block);
    expect(hash.digest('hex')).toBe(whole.digest('hex'));
  });

  it('a machine that reads slowly slows the client', async () => {
    upstream.answer = (socket) => socket.pause();
    const socket = await openSocket(relay.port);
    socket.write(`POST /proxy/nas/up HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${64 * 1024 * 1024}\r\n\r\n`);
    const block = Buffer.alloc(1024 * 1024);
    let sent = 0;
    const fill = () => {
      while (sent < 64) {
        sent += 1;
        if (!socket.write(block)) return void socket.once('drain', fill);
      }
    };
    fill();
    await sleep(700);
    expect(sent).toBeLessThan(32);
    socket.destroy();
  });

  it('Expect: 100-continue is the machine’s to answer', async () => {
    upstream.answer = (socket, _head, connection) => {
      setTimeout(() => socket.write('HTTP/1.1 100 Continue\r\n\r\n'), 100);
      void eventually(
        () => connection.request,
        (all) => all.endsWith('body'),
      ).then(() => reply('200 OK', {}, 'took it')(socket, '', connection));
    };
    const upload =
      'POST /proxy/nas/up HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n';
    const socket = connect(relay.port, '127.0.0.1');
    let came = '';
    socket.on('data', (chunk) => {
      came += chunk;
      if (came === 'HTTP/1.1 100 Continue\r\n\r\n') socket.write('body');
    });
    const sentAtMs = performance.now();
    socket.write(upload);
    await eventually(
      () => came,
      (all) => all.includes('took it'),
    );
    expect(upstream.last.request).toContain('Expect: 100-continue');
    expect(performance.now() - sentAtMs).toBeLessThan(700);
    socket.destroy();
  });

  it('other interim answers pass, unless they tell of the machine', async () => {
    const hint = (link: string) => `HTTP/1.1 103 Early Hints\r\nLink: ${link}\r\n\r\n`;
    upstream.answer = (socket) =>
      socket.write(
        `HTTP/1.1 102 Processing\r\n\r\n${hint('<a.js>; rel=preload')}${hint('<http://127.0.0.1/b.js>; rel=preload')}HTTP/1.1 204 No Content\r\n\r\n`,
      );
    const { head, body } = await rawGet(relay.port, '/proxy/nas/a');
    expect(head).toBe('HTTP/1.1 102 Processing');
    expect(body.match(/^HTTP.*$|^Link.*$/gim)).toEqual([
      'HTTP/1.1 103 Early Hints',
      'Link: <a.js>; rel=preload',
      'HTTP/1.1 204 No Content',
    ]);
  });

  it('a body that the machine refuses is not asked for', async () => {
    upstream.answer = reply('413 Content Too Large', {}, '');
    const upload =
      'POST /proxy/nas/up HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n';
    const { status, head } = await rawRequest(relay.port, upload, 3_000);
    expect([status, /100 Continue/.test(head), /^connection: close/im.test(head)]).toEqual([413, false, true]);
  });

  it('a machine that does not know Expect gets the body after a while', async () => {
    upstream.answer = (socket, _head, connection) => {
      void eventually(
        () => connection.request,
        (all) => all.endsWith('body'),
      ).then(() => reply('200 OK', {}, 'took it')(socket, '', connection));
    };
    const upload =
      'POST /proxy/nas/up HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nbody';
    const { head, body } = await rawRequest(relay.port, upload, 1_500);
    expect(head).toBe('HTTP/1.1 100 Continue');
    expect(body).toContain('took it');
  });

  it('a route that is not the gateway’s goes on at once', async () => {
    const { head } = await rawRequest(
      relay.port,
      'POST /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody',
    );
    expect(head).toBe('HTTP/1.1 100 Continue');
  });
});

describe('what goes wrong', () => {
  it.each([
    ['refused', 502, 'upstream-failed'],
    ['unknown', 502, 'upstream-failed'],
    ['tls', 504, 'upstream-timeout'],
  ])('%s: %i', async (resource, status, code) => {
    const problem = await problemOf(await ask(`/proxy/${resource}/a`));
    expect(problem).toMatchObject({ status, code });
    expect(JSON.stringify(problem)).not.toMatch(/127\.0\.0\.1|invalid/);
  });

  it('a machine that says nothing is late', async () => {
    upstream.answer = () => {};
    const sentAtMs = performance.now();
    expect(await problemOf(await ask('/proxy/hasty/a'))).toMatchObject({ status: 504, code: 'upstream-timeout' });
    expect(performance.now() - sentAtMs).toBeLessThan(3_000);
    await eventually(
      () => upstream.last.closedAtMs,
      (at) => at !== null,
    );
  });

  it('an error page or a playlist that does not end is late', async () => {
    for (const head of ['404 Not Found', '200 OK\r\nContent-Type: application/vnd.apple.mpegurl']) {
      upstream.answer = (socket) => socket.write(`HTTP/1.1 ${head}\r\n\r\nhalf`);
      expect((await ask('/proxy/hasty/a')).status).toBe(504);
    }
  });

  it('headers may come byte by byte, as long as they come in time', async () => {
    const slowly = (text: string, everyMs: number) => (socket: import('node:net').Socket) => {
      let at = 0;
      const timer = setInterval(() => {
        if (at < text.length) socket.write(text[at++]!);
        else clearInterval(timer);
      }, everyMs);
      socket.on('close', () => clearInterval(timer));
    };
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
    upstream.answer = slowly(head, 3);
    expect(await (await ask('/proxy/hasty/a')).text()).toBe('ok');
    upstream.answer = slowly(head, 100);
    expect((await ask('/proxy/hasty/a')).status).toBe(504);
  });

  it.each([
    ['no answer', ''],
    ['half the headers', 'HTTP/1.1 200 OK\r\nContent-'],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['headers without end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`],
  ])('%s and then the end: 502', async (_, text) => {
    upstream.answer = (socket) => socket.end(text);
    expect(await problemOf(await ask('/proxy/nas/a'))).toMatchObject({ status: 502, code: 'upstream-failed' });
  });

  it.each([
    ['with a length', 'Content-Length: 1000\r\n', 'half', 'end'],
    ['in chunks', 'Transfer-Encoding: chunked\r\n', '4\r\nhalf\r\n', 'end'],
    ['in chunks, reset', 'Transfer-Encoding: chunked\r\n', '4\r\nhalf\r\n', 'reset'],
    ['until the connection ends, reset', '', 'half', 'reset'],
  ])('a machine that dies in the middle of a body %s cuts the viewer off', async (_, header, part, death) => {
    upstream.answer = (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${header}\r\n${part}`);
      setTimeout(() => (death === 'end' ? socket.end() : socket.resetAndDestroy()), 80);
    };
    for (const version of ['1.1', '1.0']) {
      const socket = connect(relay.port, '127.0.0.1');
      let came = '';
      let reset = false;
      socket.on('data', (chunk) => {
        came += chunk;
      });
      socket.on('error', () => {
        reset = true;
      });
      socket.write(`GET /proxy/nas/a HTTP/${version}\r\nHost: 127.0.0.1\r\n\r\n`);
      await within(
        once(socket, 'close').catch(() => {}),
        3_000,
        'not cut',
      );
      expect(came).toContain('half');
      const framed = /^(content-length|transfer-encoding):/im.test(came);
      expect(came.endsWith('0\r\n\r\n')).toBe(false);
      expect(framed || reset).toBe(true);
    }
  });

  it('a viewer that leaves is noticed by the machine within 100 ms', async () => {
    upstream.answer = (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Type: video/x-flv\r\n\r\nFLV');
    const took: number[] = [];
    for (let round = 0; round < 5; round++) {
      const socket = await openSocket(relay.port, 'GET /proxy/nas/live.flv HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
      await once(socket, 'data');
      const { last } = upstream;
      const leftAtMs = performance.now();
      socket.destroy();
      took.push(
        (await eventually(
          () => last.closedAtMs,
          (at) => at !== null,
        ))! - leftAtMs,
      );
    }
    // The middle one: what a busy machine does to a single one says nothing.
    expect(took.sort((a, b) => a - b)[2]).toBeLessThan(100);
  });

  it('a viewer that leaves before the answer, or in the middle of its own body, too', async () => {
    upstream.answer = () => {};
    for (const text of [
      'GET /proxy/nas/a HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
      'POST /proxy/nas/a HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nhalf',
    ]) {
      const count = upstream.connections.length;
      const socket = await openSocket(relay.port, text);
      await eventually(
        () => upstream.connections.length,
        (now) => now > count,
      );
      await sleep(50);
      const leftAtMs = performance.now();
      socket.destroy();
      const closedAtMs = await eventually(
        () => upstream.last.closedAtMs,
        (at) => at !== null,
      );
      expect(closedAtMs! - leftAtMs).toBeLessThan(500);
    }
  });

  it('a resource that leads back here is a loop, found at the second coming', async () => {
    const problem = await problemOf(await ask('/proxy/loop/a'));
    expect(problem).toMatchObject({ status: 508, code: 'loop' });
  });

  it('a request that comes back by way of others is one too', async () => {
    let viaOfRelay = '';
    upstream.answer = (socket, head, connection) => {
      viaOfRelay = /^via: (.*)$/im.exec(head)![1]!;
      reply('200 OK', {}, 'ok')(socket, head, connection);
    };
    await (await ask('/proxy/nas/a')).text();
    expect(await problemOf(await ask('/proxy/nas/a', { headers: { Via: `1.1 other, ${viaOfRelay}` } }))).toMatchObject({
      status: 508,
      code: 'loop',
    });
  });
});

describe('WebSockets through /proxy', () => {
  const open = (path: string, protocols: string[] = []) => new WebSocket(`${relay.wsUrl}${path}`, protocols);

  it('pass messages both ways, and say who asks', async () => {
    sockets.once('connection', (peer, request) => {
      peer.send(`${request.url} ${request.headers['x-forwarded-for']} ${request.headers.via?.replace(/-\w+/, '')}`);
      peer.on('message', (data, isBinary) => peer.send(data, { binary: isBinary }));
    });
    const socket = open('/proxy/sockets/a%2Fb?x=1&via=proxy');
    const [hello] = (await once(socket, 'message')) as [Buffer];
    expect(hello.toString()).toBe('/a%2Fb?x=1 127.0.0.1 1.1 sightline');
    const big = randomBytes(3_000_000);
    socket.send(big);
    const [echo] = (await once(socket, 'message')) as [Buffer];
    expect(echo.equals(big)).toBe(true);
    socket.close(4123, 'bye');
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(4123);
  });

  it('bytes that come with the handshake are not lost, in either direction', async () => {
    upstream.answer = (socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nearly');
    };
    const lines = Object.entries(WEBSOCKET_HEADERS).map(([name, value]) => `${name}: ${value}\r\n`);
    const text = `GET /proxy/nas/ws HTTP/1.1\r\nHost: 127.0.0.1\r\n${lines.join('')}\r\nhasty`;
    const { status, body } = await rawRequest(relay.port, text, 700);
    expect([status, body]).toEqual([101, 'early']);
    expect(upstream.last.request).toMatch(/\r\n\r\nhasty$/);
  });

  it('a refusal of the machine is passed on', async () => {
    const socket = open('/proxy/sockets/no');
    const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    expect(answer.statusCode).toBe(401);
    socket.on('error', () => {});
    socket.terminate();
  });

  it('either side’s end is the other’s', async () => {
    const peer = once(sockets, 'connection') as Promise<[WebSocket]>;
    const socket = open('/proxy/sockets/a');
    const [served] = await peer;
    await once(socket, 'open');
    const left = once(served, 'close');
    const leftAtMs = performance.now();
    socket.terminate();
    await left;
    expect(performance.now() - leftAtMs).toBeLessThan(500);

    const next = once(sockets, 'connection') as Promise<[WebSocket]>;
    const other = open('/proxy/sockets/a');
    const [dies] = await next;
    await once(other, 'open');
    dies.terminate();
    const [code] = (await once(other, 'close')) as [number];
    expect(code).toBe(1006);
  });

  it('failures are problem documents before the upgrade', async () => {
    for (const [resource, status] of [
      ['refused', 502],
      ['other', 404],
    ] as const) {
      const { status: told, body } = await rawGet(relay.port, `/proxy/${resource}/x`, WEBSOCKET_HEADERS);
      expect([told, (JSON.parse(body) as { status: number }).status]).toEqual([status, status]);
    }
  });
});

describe('a relay that ends', () => {
  it('cuts what is open, at once', async () => {
    upstream.answer = (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Type: video/x-flv\r\n\r\nFLV');
    const [answer] = (await once(get(`${relay.url}/proxy/nas/live.flv`), 'response')) as [IncomingMessage];
    await once(answer, 'data');
    const socket = new WebSocket(`${relay.wsUrl}/proxy/sockets/a`);
    await once(socket, 'open');
    const cut = [once(answer, 'error'), once(socket, 'close')];
    const endsAtMs = performance.now();
    expect(await relay.close()).toEqual({ code: 0, signal: null });
    await Promise.all(cut);
    expect(performance.now() - endsAtMs).toBeLessThan(3_000);
    await eventually(
      () => upstream.last.closedAtMs,
      (at) => at !== null,
    );
  });
});
