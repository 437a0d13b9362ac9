import { describe, expect, it } from 'vitest';
import { LOGIN_SECRET, problemOf, useGatewayStand } from './support/gateway-stand.ts';
import { rawGet } from './support/raw-http.ts';
import { reply } from './support/raw-upstream.ts';

const stand = useGatewayStand();
const { ask } = stand;

describe('/proxy', () => {
  it('asks for the very path and query, says who asks, and keeps our credentials', async () => {
    stand.upstream.answer = reply('200 OK', {}, 'ok');
    await rawGet(stand.relay.port, '/proxy/nas//a%2Fb/%e9?via=proxy&x=%20', {
      'X-Mine': '1',
      Connection: 'close, X-Mine',
      Cookie: 'a=1; sightline_session=s',
      'X-Forwarded-For': '9.9.9.9',
      Range: 'bytes=0-',
      'If-Range': '"x"',
    });
    // Headers that tell of a proxy in front make the asker a stranger, so that nothing was asked.
    await rawGet(stand.relay.port, '/proxy/nas//a%2Fb/%e9?via=proxy&x=%20', {
      'X-Mine': '1',
      Connection: 'close, X-Mine',
      Cookie: 'a=1; sightline_other=s',
      Range: 'bytes=0-',
      'If-Range': '"x"',
    });
    const lines = stand.upstream.last.request.trim().split('\r\n');
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
    stand.upstream.answer = reply('401 Unauthorized', { 'WWW-Authenticate': 'Basic realm="127.0.0.1"' });
    const answer = await ask('/proxy/login/x', { headers: { Authorization: 'Basic b3RoZXI=' } });
    const basic = Buffer.from(`me:${LOGIN_SECRET}`).toString('base64');
    expect(stand.upstream.last.request).toContain(`Authorization: Basic ${basic}\r\n`);
    expect(stand.upstream.last.request).toContain('X-Key: k1\r\n');
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, null]);
    expect(stand.relay.stderr().join('\n')).not.toMatch(/p@ss|p%40ss|bWU6cEBz/);
  });

  it('nothing in the headers tells where an answer came from', async () => {
    const at = `http://127.0.0.1:${stand.upstream.port}`;
    stand.upstream.answer = reply('201 Created', {
      Server: 'nginx/1.2',
      Via: `1.1 127.0.0.1:${stand.upstream.port}`,
      'X-Powered-By': 'PHP',
      'X-Backend': `127.0.0.1:${stand.upstream.port}`,
      'Set-Cookie': 'a=1; Domain=127.0.0.1; Path=/media/; HttpOnly',
      Location: `${at}/media/new%2Fone?x=1`,
      'Content-Location': '/elsewhere',
      'Keep-Alive': 'timeout=60',
      'X-Kept': 'yes',
      ETag: '"e"',
    });
    const { head } = await rawGet(stand.relay.port, '/proxy/nas/a');
    expect(head).not.toContain(String(stand.upstream.port));
    expect(head).not.toMatch(/^(server|via|x-powered-by|x-backend|content-location):/im);
    expect(head).toContain('Location: /proxy/nas/new%2Fone?x=1');
    expect(head).toContain('Set-Cookie: a=1; Path=/proxy/nas/; HttpOnly');
    expect(head).toMatch(/^X-Kept: yes\r?$/m);
    expect(head).toMatch(/^Content-Security-Policy: sandbox\r?$/m);
    expect(head.match(/^content-security-policy:/gim)).toHaveLength(1);
  });

  it('headers that come twice pass twice, and ours stand once', async () => {
    stand.upstream.answer = (socket) =>
      socket.write(
        'HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Content-Type-Options: nosniff\r\nContent-Length: 0\r\n\r\n',
      );
    const { head } = await rawGet(stand.relay.port, '/proxy/nas/a');
    expect(head.match(/^set-cookie: .*$/gim)).toEqual(['Set-Cookie: a=1', 'Set-Cookie: b=2']);
    expect(head.match(/^x-content-type-options:/gim)).toHaveLength(1);
  });

  it('a redirect within the resource is ours; one out of it is an error', async () => {
    stand.upstream.answer = reply('302 Found', { Location: '/media/b?x=%2F' });
    expect((await ask('/proxy/nas/a')).headers.get('location')).toBe('/proxy/nas/b?x=%2F');
    for (const location of ['/other', 'http://10.9.8.7/x', `//127.0.0.1:${stand.upstream.port}/media/../x`]) {
      stand.upstream.answer = reply('302 Found', { Location: location });
      const answer = await ask('/proxy/nas/a');
      expect(answer.headers.get('location')).toBeNull();
      expect(await problemOf(answer)).toMatchObject({ status: 502, code: 'upstream-failed' });
    }
  });

  it('playlists name our own paths', async () => {
    const list = `#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="/media/k"\nhttp://127.0.0.1:${stand.upstream.port}/media/1.ts\n2.ts\n`;
    stand.upstream.answer = reply('200 OK', { 'Content-Type': 'application/vnd.apple.mpegurl', ETag: '"1"' }, list);
    const answer = await ask('/proxy/nas/x/index.m3u8', { headers: { Range: 'bytes=0-5' } });
    expect(stand.upstream.last.request).not.toMatch(/^range/im);
    expect(answer.headers.get('etag')).toBe('W/"1"');
    expect(await answer.text()).toBe('#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="/proxy/nas/k"\n/proxy/nas/1.ts\n2.ts\n');
    stand.upstream.answer = reply(
      '200 OK',
      { 'Content-Type': 'application/dash+xml' },
      '<BaseURL>http://10.0.0.7/</BaseURL>',
    );
    expect((await problemOf(await ask('/proxy/nas/x.mpd'))).status).toBe(502);
  });

  it('error pages that name the machine are replaced, others pass', async () => {
    stand.upstream.answer = reply(
      '404 Not Found',
      { 'Content-Type': 'text/html' },
      `<p>Server at 127.0.0.1 Port ${stand.upstream.port}`,
    );
    const replaced = await ask('/proxy/nas/a');
    expect([replaced.status, await replaced.text()]).toEqual([404, 'The resource answers 404.\n']);
    stand.upstream.answer = reply('404 Not Found', { 'Content-Type': 'application/json' }, '{"why":"gone"}');
    expect(await (await ask('/proxy/nas/a')).json()).toEqual({ why: 'gone' });
  });

  it('HEAD has the length and no body; 206 and 304 pass', async () => {
    stand.upstream.answer = (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
    const head = await ask('/proxy/nas/a', { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '1000']);
    stand.upstream.answer = reply('206 Partial Content', { 'Content-Range': 'bytes 2-4/10' }, 'abc');
    const part = await ask('/proxy/nas/a', { headers: { Range: 'bytes=2-4' } });
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, 'bytes 2-4/10', 'abc']);
    stand.upstream.answer = (socket) => socket.write('HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n');
    expect((await ask('/proxy/nas/a', { headers: { 'If-None-Match': '"x"' } })).status).toBe(304);
  });

  it('keeps connections, and asks again when one was closed just then', async () => {
    stand.upstream.answer = reply('200 OK', {}, 'one');
    await (await ask('/proxy/hidden/a')).text();
    const before = stand.upstream.connections.length;
    await (await ask('/proxy/hidden/a')).text();
    expect(stand.upstream.connections.length).toBe(before);
    stand.upstream.answer = (socket, _head, connection) => {
      if (connection === stand.upstream.connections[before - 1]) socket.resetAndDestroy();
      else reply('200 OK', {}, 'two')(socket, '', connection);
    };
    expect(await (await ask('/proxy/hidden/a')).text()).toBe('two');
  });

  it('is reached through HTTP_PROXY, unless NO_PROXY says otherwise', async () => {
    expect(await (await ask('/proxy/named/a?x')).text()).toBe('by way of the proxy');
    const login = `Basic ${Buffer.from('u:pw').toString('base64')}`;
    expect(stand.seenByHttpProxy).toEqual([`GET http://behind.example.test/a?x ${login}`]);
    expect(await problemOf(await ask('/proxy/unknown/a'))).toMatchObject({ status: 502, code: 'upstream-failed' });
    expect(stand.seenByHttpProxy).toHaveLength(1);
  });
});
