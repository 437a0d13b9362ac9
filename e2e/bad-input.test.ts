import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Problem } from '../server/protocol.ts';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { FlvClient } from './support/flv-client.ts';
import { type RawAnswer, rawGet, rawRequest, WEBSOCKET_HEADERS } from './support/raw-http.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { within } from './support/wait.ts';

const PLAIN_PATHS = ['/', '/embed/yard', '/api/cameras', '/api/cameras/yard', '/healthz', '/readyz', '/metrics'];
const WEBSOCKET_PATHS = ['/live/yard.flv', '/api/events'];
const MAX_MESSAGE_BYTES = 4_096;

describe('bad input is answered in kind and changes nothing', () => {
  let demo: DemoRtsp;
  let relay: RelayProcess;
  beforeAll(async () => {
    demo = await startDemoRtsp();
    relay = await startRelay({ config: { cameras: { yard: demo.of('yard') }, ffmpeg: { idleTimeoutMs: 0 } } });
  });
  afterAll(async () => {
    await relay?.close();
    await demo?.close();
  });

  const expectProblem = (answer: RawAnswer, status: number, code: string) => {
    expect(answer.status).toBe(status);
    expect(answer.head).toMatch(/content-type: application\/problem\+json/i);
    const problem = JSON.parse(answer.body) as Problem;
    expect(problem).toMatchObject({ status, code, type: `urn:sightline:problem:${code}` });
    expect(problem.detail).not.toMatch(/node_modules|\bat .+:\d+:\d+/);
    return problem;
  };
  const closeOf = async (target: string, act: (socket: WebSocket) => void = () => {}) => {
    const socket = new WebSocket(`${relay.wsUrl}${target}`);
    const closed = once(socket, 'close') as Promise<[number, Buffer]>;
    socket.on('open', () => act(socket));
    socket.on('error', () => {});
    const [code, reason] = await within(closed, 10_000, `${target} stays open`);
    return { code, reason: reason.length > 0 ? JSON.parse(reason.toString()) : null };
  };

  describe('an unknown camera', () => {
    it.each(['nope', '__proto__', 'constructor', 'YARD', 'yard%2F..', '..%2Fyard', 'yard.flv', 'ya%00rd'])(
      '%s is 404 over HTTP',
      async (id) => {
        for (const method of ['GET', 'HEAD']) {
          const answer = await rawGet(relay.port, `/live/${id}.flv`, {}, { method });
          if (method === 'GET') expectProblem(answer, 404, 'no-such-camera');
          else expect(answer.status).toBe(404);
        }
        expectProblem(await rawGet(relay.port, `/api/cameras/${id}`), 404, 'no-such-camera');
      },
    );
    it('closes a WebSocket with 4404 and says so', async () => {
      for (const id of ['nope', '__proto__']) {
        expect(await closeOf(`/live/${id}.flv`)).toEqual({
          code: 4404,
          reason: { code: 'no-such-camera', message: expect.any(String) },
        });
      }
    });
  });

  it.each(['join=sideways', 'audio=2', 'audio=', 'join=fast&join=live', 'join=__proto__'])(
    'the query %s is refused, naming the parameter and what is allowed',
    async (query) => {
      const name = query.slice(0, query.indexOf('='));
      const problem = expectProblem(await rawGet(relay.port, `/live/yard.flv?${query}`), 400, 'bad-request');
      expect(problem.detail).toContain(`"${name}"`);
      expect(problem.detail).toContain('allowed is');
      expect((await rawGet(relay.port, `/live/yard.flv?${query}`, {}, { method: 'HEAD' })).status).toBe(400);
      const closed = await closeOf(`/live/yard.flv?${query}`);
      expect(closed).toMatchObject({ code: 4400, reason: { code: 'bad-request' } });
      expect(closed.reason.message).toContain(`"${name}"`);
    },
  );

  it('a profile that does not exist is refused, to who only asks for the head as well', async () => {
    const { starts } = await relay.camera('yard');
    for (const format of ['flv', 'mp4']) {
      const target = `/live/yard.${format}?profile=nope`;
      expectProblem(await rawGet(relay.port, target), 400, 'bad-request');
      expect((await rawGet(relay.port, target, {}, { method: 'HEAD' })).status).toBe(400);
    }
    expect((await relay.camera('yard')).starts).toBe(starts);
  });

  it('unknown query parameters are left alone', async () => {
    const viewer = new FlvClient(`${relay.url}/live/yard.flv?utm_source=x&t=1`);
    await viewer.untilKeyframe();
    await viewer.leave();
  });

  it.each(['/live/%zz.flv', '/api/cameras/%E0%A4%A', '/embed/%c0%ae'])(
    'the malformed escape in %s is a 400 without a stack',
    async (target) => {
      const answer = await rawGet(relay.port, target);
      expectProblem(answer, 400, 'bad-request');
    },
  );

  it.each(['POST', 'PUT', 'DELETE', 'PATCH'])('%s is 405 wherever GET works', async (method) => {
    for (const path of [...PLAIN_PATHS, '/live/yard.flv']) {
      const answer = await rawGet(relay.port, path, { 'Content-Length': '0' }, { method });
      expectProblem(answer, 405, 'method-not-allowed');
      expect(answer.head).toMatch(/allow: GET, HEAD/i);
    }
  });

  it('a plain GET on a WebSocket’s path is 426 and names the protocol', async () => {
    const answer = await rawGet(relay.port, '/api/events');
    expectProblem(answer, 426, 'upgrade-required');
    expect(answer.head).toMatch(/upgrade: websocket/i);
  });

  it.each([...PLAIN_PATHS, ...WEBSOCKET_PATHS, '/nowhere'])(
    'an upgrade to h2c on %s is answered as if it had not been asked for',
    async (path) => {
      const listenMs = 1_500;
      const plain = await rawGet(relay.port, path, {}, { listenMs });
      const h2c = {
        Connection: 'Upgrade, HTTP2-Settings',
        Upgrade: 'h2c',
        'HTTP2-Settings': 'AAMAAABkAAQCAAAAAAIAAAAA',
      };
      const upgraded = await rawGet(relay.port, path, h2c, { listenMs });
      expect(upgraded.status).toBe(plain.status);
      expect(upgraded.status).not.toBe(101);
      const type = /content-type: [^\r]+/i;
      expect(type.exec(upgraded.head)?.[0]).toBe(type.exec(plain.head)?.[0]);
    },
  );

  it.each([...PLAIN_PATHS, '/nowhere', '/live/yard', '/live/yard.flv/', '/live/a/b.flv'])(
    'a WebSocket on %s is refused with 404',
    async (path) => {
      expectProblem(await rawGet(relay.port, path, WEBSOCKET_HEADERS), 404, 'no-such-page');
    },
  );

  it('a WebSocket handshake without a key, or of another version, is refused with 400', async () => {
    for (const path of WEBSOCKET_PATHS) {
      const { 'Sec-WebSocket-Key': _key, ...keyless } = WEBSOCKET_HEADERS;
      expect((await rawGet(relay.port, path, keyless)).status).toBe(400);
      expect((await rawGet(relay.port, path, { ...WEBSOCKET_HEADERS, 'Sec-WebSocket-Version': '7' })).status).toBe(400);
    }
  });

  it.each(['http://evil.example', 'null', 'https://127.0.0.1.evil.example', 'file://'])(
    'a page of %s may not open a WebSocket',
    async (origin) => {
      for (const path of WEBSOCKET_PATHS) {
        const answer = await rawGet(relay.port, path, { ...WEBSOCKET_HEADERS, Origin: origin });
        expectProblem(answer, 403, 'not-allowed');
      }
    },
  );

  it('a page of the relay’s own may', async () => {
    const viewer = new FlvClient(`${relay.wsUrl}/live/yard.flv`, { headers: { Origin: relay.url } });
    await viewer.untilKeyframe();
    await viewer.leave();
  });

  it('headers over 16 KB are refused with 431', async () => {
    const answer = await rawGet(relay.port, '/api/cameras', { Cookie: 'x'.repeat(20_000) });
    expect(answer.status).toBe(431);
    const target = await rawGet(relay.port, `/live/yard.flv?x=${'y'.repeat(20_000)}`, WEBSOCKET_HEADERS);
    expect(target.status).toBe(431);
  });

  it('what is not HTTP is refused with 400', async () => {
    for (const text of ['\x16\x03\x01\x02\x00', 'GET\r\n\r\n']) {
      expect((await rawRequest(relay.port, text)).status).toBe(400);
    }
  });

  it.each(WEBSOCKET_PATHS)('a message over 4 KB on %s closes it with 1009', async (path) => {
    const { code } = await closeOf(path, (socket) => socket.send(Buffer.alloc(MAX_MESSAGE_BYTES + 1)));
    expect(code).toBe(1009);
  });

  it.each([
    ['text', 'hello'],
    ['bytes', Buffer.from([1, 2, 3])],
  ])('%s sent to the FLV socket close it with 4400', async (_what, message) => {
    const closed = await closeOf('/live/yard.flv', (socket) => socket.send(message));
    expect(closed).toMatchObject({ code: 4400, reason: { code: 'bad-request' } });
  });

  it.each(['hello', '{', '[]', 'null', '{"type":"ping"}', '{"type":"ping","sentAtMs":"now"}'])(
    '%s sent to the event socket closes it with 4400',
    async (message) => {
      const closed = await closeOf('/api/events', (socket) => socket.send(message));
      expect(closed).toMatchObject({ code: 4400, reason: { code: 'bad-request' } });
    },
  );

  it('frames that break the protocol end their own connection only', async () => {
    const viewer = new FlvClient(`${relay.wsUrl}/live/yard.flv`);
    await viewer.untilKeyframe();
    const handshake = Object.entries(WEBSOCKET_HEADERS).map(([name, value]) => `${name}: ${value}\r\n`);
    const request = `GET /live/yard.flv HTTP/1.1\r\nHost: 127.0.0.1\r\n${handshake.join('')}\r\n`;
    for (const frame of [
      '\x82\x05abcde',
      '\xff\xff\xff\xff\xff\xff\xff\xff',
      '\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff',
    ]) {
      const answer = await rawRequest(relay.port, request + Buffer.from(frame, 'latin1').toString('latin1'), 4_000);
      expect(answer.status).toBe(101);
    }
    await viewer.untilMorePictures(10);
    await viewer.leave();
  });

  it('no failure of the relay’s own is logged through all of this', () => {
    const errors = relay.logLines().filter(({ level }) => level === 'error' || level === 'fatal');
    expect(errors).toEqual([]);
    expect(relay.stderr().filter((line) => !line.startsWith('{'))).toEqual([]);
  });
});
