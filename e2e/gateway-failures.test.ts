import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { problemOf, useGatewayStand } from './support/gateway-stand.ts';
import { openSocket } from './support/raw-http.ts';
import { reply } from './support/raw-upstream.ts';
import { eventually, sleep, within } from './support/wait.ts';

const stand = useGatewayStand();
const { ask } = stand;

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
    stand.upstream.answer = () => {};
    const sentAtMs = performance.now();
    expect(await problemOf(await ask('/proxy/hasty/a'))).toMatchObject({ status: 504, code: 'upstream-timeout' });
    expect(performance.now() - sentAtMs).toBeLessThan(3_000);
    await eventually(
      () => stand.upstream.last.closedAtMs,
      (at) => at !== null,
    );
  });

  it('an error page or a playlist that does not end is late', async () => {
    for (const head of ['404 Not Found', '200 OK\r\nContent-Type: application/vnd.apple.mpegurl']) {
      stand.upstream.answer = (socket) => socket.write(`HTTP/1.1 ${head}\r\n\r\nhalf`);
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
    stand.upstream.answer = slowly(head, 3);
    expect(await (await ask('/proxy/hasty/a')).text()).toBe('ok');
    stand.upstream.answer = slowly(head, 100);
    expect((await ask('/proxy/hasty/a')).status).toBe(504);
  });

  it.each([
    ['no answer', ''],
    ['half the headers', 'HTTP/1.1 200 OK\r\nContent-'],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['headers without end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`],
  ])('%s and then the end: 502', async (_, text) => {
    stand.upstream.answer = (socket) => socket.end(text);
    expect(await problemOf(await ask('/proxy/nas/a'))).toMatchObject({ status: 502, code: 'upstream-failed' });
  });

  it.each([
    ['with a length', 'Content-Length: 1000\r\n', 'half', 'end'],
    ['in chunks', 'Transfer-Encoding: chunked\r\n', '4\r\nhalf\r\n', 'end'],
    ['in chunks, reset', 'Transfer-Encoding: chunked\r\n', '4\r\nhalf\r\n', 'reset'],
    ['until the connection ends, reset', '', 'half', 'reset'],
  ])('a machine that dies in the middle of a body %s cuts the viewer off', async (_, header, part, death) => {
    stand.upstream.answer = (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${header}\r\n${part}`);
      setTimeout(() => (death === 'end' ? socket.end() : socket.resetAndDestroy()), 80);
    };
    for (const version of ['1.1', '1.0']) {
      const socket = connect(stand.relay.port, '127.0.0.1');
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
    stand.upstream.answer = (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Type: video/x-flv\r\n\r\nFLV');
    const took: number[] = [];
    for (let round = 0; round < 5; round++) {
      const socket = await openSocket(stand.relay.port, 'GET /proxy/nas/live.flv HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
      await once(socket, 'data');
      const { last } = stand.upstream;
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
    stand.upstream.answer = () => {};
    for (const text of [
      'GET /proxy/nas/a HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
      'POST /proxy/nas/a HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nhalf',
    ]) {
      const count = stand.upstream.connections.length;
      const socket = await openSocket(stand.relay.port, text);
      await eventually(
        () => stand.upstream.connections.length,
        (now) => now > count,
      );
      await sleep(50);
      const leftAtMs = performance.now();
      socket.destroy();
      const closedAtMs = await eventually(
        () => stand.upstream.last.closedAtMs,
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
    stand.upstream.answer = (socket, head, connection) => {
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

describe('/metrics', () => {
  it('counts requests, bytes and failures by resource, and what is open', async () => {
    const metrics = async () => {
      const lines = (await (await ask('/metrics')).text())
        .split('\n')
        .filter((line) => line.startsWith('sightline_gateway'));
      const values = new Map(
        lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
      );
      return (name: string) => values.get(`sightline_gateway_${name}`) ?? 0;
    };
    const before = await metrics();
    stand.upstream.answer = reply('200 OK', {}, 'x'.repeat(10_000));
    await (await ask('/proxy/auto/a')).text();
    await ask('/redirect/auto/a?via=redirect');
    await ask('/proxy/refused/a');
    stand.upstream.answer = (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Type: video/x-flv\r\n\r\nFLV');
    const live = await ask('/proxy/auto/live.flv');
    const now = await metrics();
    const grew = (name: string) => now(name) - before(name);
    expect(grew('requests_total{resource="auto",passage="proxy"}')).toBe(2);
    expect(grew('requests_total{resource="auto",passage="redirect"}')).toBe(1);
    expect(grew('sent_bytes_total{resource="auto"}')).toBeGreaterThan(10_000);
    expect(grew('failures_total{resource="refused",code="upstream-failed"}')).toBe(1);
    expect(now('open{resource="auto"}')).toBe(1);
    await live.body!.cancel();
    await eventually(
      async () => (await metrics())('open{resource="auto"}'),
      (open) => open === 0,
    );
  });
});

describe('a relay that ends', () => {
  it('cuts what is open, at once', async () => {
    stand.upstream.answer = (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Type: video/x-flv\r\n\r\nFLV');
    const [answer] = (await once(get(`${stand.relay.url}/proxy/nas/live.flv`), 'response')) as [IncomingMessage];
    await once(answer, 'data');
    const socket = new WebSocket(`${stand.relay.wsUrl}/proxy/sockets/a`);
    await once(socket, 'open');
    const cut = [once(answer, 'error'), once(socket, 'close')];
    const endsAtMs = performance.now();
    expect(await stand.relay.close()).toEqual({ code: 0, signal: null });
    await Promise.all(cut);
    expect(performance.now() - endsAtMs).toBeLessThan(3_000);
    await eventually(
      () => stand.upstream.last.closedAtMs,
      (at) => at !== null,
    );
  });
});
