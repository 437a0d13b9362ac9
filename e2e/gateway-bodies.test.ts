import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { get, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { useGatewayStand } from './support/gateway-stand.ts';
import { openSocket, rawGet, rawRequest } from './support/raw-http.ts';
import { reply } from './support/raw-upstream.ts';
import { eventually, sleep, within } from './support/wait.ts';

const stand = useGatewayStand();
const { ask } = stand;

describe('bodies', () => {
  it('go up as they come, in either framing, with trailers', async () => {
    const seen: string[] = [];
    stand.upstream.answer = (socket, _head, connection) => {
      socket.on('data', () => seen.push(connection.request));
      void eventually(
        () => connection.request,
        (all) => all.includes('0\r\nChecksum: abc\r\n\r\n'),
      ).then(() => reply('200 OK', {}, 'thanks')(socket, '', connection));
    };
    const posted = httpRequest(`${stand.relay.url}/proxy/nas/up`, { method: 'POST', headers: { Trailer: 'Checksum' } });
    posted.write('first');
    await eventually(
      () => stand.upstream.connections.at(-1)?.request ?? '',
      (all) => all.includes('first'),
    );
    posted.write('second');
    posted.addTrailers({ Checksum: 'abc', Host: 'evil' });
    posted.end();
    const [answer] = (await once(posted, 'response')) as [IncomingMessage];
    expect(await textOf(answer)).toBe('thanks');
    expect(stand.upstream.last.request).toContain('Transfer-Encoding: chunked\r\n');
    expect(stand.upstream.last.request).not.toContain('Content-Length');

    stand.upstream.answer = reply('200 OK', {}, 'ok');
    await (await ask('/proxy/nas/up', { method: 'PUT', body: 'four' })).text();
    expect(stand.upstream.last.request).toMatch(/Content-Length: 4\r\n/);
    await (await ask('/proxy/nas/up', { method: 'DELETE' })).text();
    expect(stand.upstream.last.request.split('DELETE ')[1]).not.toMatch(/content-length|transfer-encoding/i);
  });

  it('come down with trailers, and a live stream without an end or a wait', async () => {
    stand.upstream.answer = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Checksum\r\n\r\n');
      socket.write('3\r\nabc\r\n0\r\nChecksum: xyz\r\n\r\n');
    };
    const { body } = await rawGet(stand.relay.port, '/proxy/nas/a', {}, { listenMs: 1_500 });
    expect(body).toBe('3\r\nabc\r\n0\r\nChecksum: xyz\r\n\r\n');

    const sent: number[] = [];
    stand.upstream.answer = (socket) => {
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
    stand.upstream.answer = (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Type: video/x-flv\r\n\r\n');
    const answer = await within(ask('/proxy/nas/quiet.flv'), 2_000, 'no headers');
    expect(answer.headers.get('content-type')).toBe('video/x-flv');
    await answer.body!.cancel();
  });

  it('a viewer that reads slowly slows the machine, and gets every byte', async () => {
    const size = 48 * 1024 * 1024;
    const block = randomBytes(1024 * 1024);
    let written = 0;
    stand.upstream.answer = (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      const fill = () => {
        while (written < size) {
          written += block.length;
          if (!socket.write(block)) return void socket.once('drain', fill);
        }
      };
      fill();
    };
    const [answer] = (await once(get(`${stand.relay.url}/proxy/nas/big`), 'response')) as [IncomingMessage];
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
    stand.upstream.answer = (socket) => socket.pause();
    const socket = await openSocket(stand.relay.port);
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
    stand.upstream.answer = (socket, _head, connection) => {
      setTimeout(() => socket.write('HTTP/1.1 100 Continue\r\n\r\n'), 100);
      void eventually(
        () => connection.request,
        (all) => all.endsWith('body'),
      ).then(() => reply('200 OK', {}, 'took it')(socket, '', connection));
    };
    const upload =
      'POST /proxy/nas/up HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n';
    const socket = connect(stand.relay.port, '127.0.0.1');
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
    expect(stand.upstream.last.request).toContain('Expect: 100-continue');
    expect(performance.now() - sentAtMs).toBeLessThan(700);
    socket.destroy();
  });

  it('other interim answers pass, unless they tell of the machine', async () => {
    const hint = (link: string) => `HTTP/1.1 103 Early Hints\r\nLink: ${link}\r\n\r\n`;
    stand.upstream.answer = (socket) =>
      socket.write(
        `HTTP/1.1 102 Processing\r\n\r\n${hint('<a.js>; rel=preload')}${hint('<http://127.0.0.1/b.js>; rel=preload')}` +
          `${hint('<c.js>; rel=preload\r\nLink: <d.js>; rel=preload')}${hint('<e.js>; rel="preload x"; title="a b"')}` +
          'HTTP/1.1 204 No Content\r\n\r\n',
      );
    const { head, body } = await rawGet(stand.relay.port, '/proxy/nas/a');
    expect(head).toBe('HTTP/1.1 102 Processing');
    expect(body.match(/^HTTP.*$|^Link.*$/gim)).toEqual([
      'HTTP/1.1 103 Early Hints',
      'Link: <a.js>; rel=preload',
      'HTTP/1.1 103 Early Hints',
      'Link: <c.js>; rel=preload, <d.js>; rel=preload',
      'HTTP/1.1 204 No Content',
    ]);
  });

  it('a body that the machine refuses is not asked for', async () => {
    stand.upstream.answer = reply('413 Content Too Large', {}, '');
    const upload =
      'POST /proxy/nas/up HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n';
    const { status, head } = await rawRequest(stand.relay.port, upload, 3_000);
    expect([status, /100 Continue/.test(head), /^connection: close/im.test(head)]).toEqual([413, false, true]);
  });

  it('a machine that does not know Expect gets the body after a while', async () => {
    stand.upstream.answer = (socket, _head, connection) => {
      void eventually(
        () => connection.request,
        (all) => all.endsWith('body'),
      ).then(() => reply('200 OK', {}, 'took it')(socket, '', connection));
    };
    const upload =
      'POST /proxy/nas/up HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nbody';
    const { head, body } = await rawRequest(stand.relay.port, upload, 1_500);
    expect(head).toBe('HTTP/1.1 100 Continue');
    expect(body).toContain('took it');
  });

  it('a route that is not the gateway’s goes on at once', async () => {
    const { head } = await rawRequest(
      stand.relay.port,
      'POST /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody',
    );
    expect(head).toBe('HTTP/1.1 100 Continue');
  });
});
