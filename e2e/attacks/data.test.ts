/**
 * Paths that lead out of their folder, JSON that reaches for the prototypes, lengths that lie, secrets that stay behind,
 * and names that are guessed. Traversal in the video library itself is `range.test.ts`.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../../server/config/schema.ts';
import { createLogger } from '../../server/observe/log.ts';
import type { GrantAnswer } from '../../server/protocol.ts';
import { createRelay, type Relay } from '../../server/relay.ts';
import { PASSWORD, Person, usersOf } from '../support/access-client.ts';
import { ChatClient } from '../support/chat-client.ts';
import { rawGet, rawRequest } from '../support/raw-http.ts';

const SECRET = 'the-contents-of-a-file-outside';
const POISON = ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString'];

let folder: string;
let relay: Relay;
let port: number;
let admin: Person;
let few: Person;
const log: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sightline-data-attack-'));
  const [web, data] = [join(folder, 'web'), join(folder, 'data')];
  for (const path of [join(web, 'assets'), join(data, 'videos'), join(data, 'recordings', 'yard', '2026-11-21')]) {
    await mkdir(path, { recursive: true });
  }
  const outside = [
    'secret.txt',
    'secret.mp4',
    'data/recordings/secret.mp4',
    'data/recordings/yard/secret.mp4',
    'web/.env',
  ];
  for (const path of [...outside, 'secret.jsonl', 'data/secret.m4s']) await writeFile(join(folder, path), SECRET);
  for (const name of ['index.html', 'embed.html', 'assets/app.js']) await writeFile(join(web, name), '<!doctype html>');
  const config = configSchema.parse({
    server: { port: 0 },
    dataDir: data,
    videos: { path: join(data, 'videos') },
    log: { level: 'trace', format: 'json' },
    cameras: { yard: { url: 'rtsp://127.0.0.1:1/x' }, constructor: { url: 'rtsp://127.0.0.1:1/x' } },
    resources: { files: { target: 'http://127.0.0.1:1/' } },
    ffmpeg: { connectTimeoutMs: 500, retryMinMs: 60_000, retryMaxMs: 60_000 },
    access: {
      users: await usersOf({
        admin: { role: 'admin' },
        few: { cameras: { yard: ['see', 'chat'] }, resources: {} },
        // Each counts the failures of its own.
        ...Object.fromEntries(Array.from({ length: 7 }, (_one, at) => [`known${at}`, {}])),
      }),
    },
  });
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      log.push(chunk.toString());
      done();
    },
  });
  relay = await createRelay({
    config,
    webDir: web,
    log: createLogger({ ...config.log, redact: (text) => text, stream: sink }),
  });
  port = Number(new URL(relay.url).port);
  admin = new Person(relay);
  few = new Person(relay);
  expect((await admin.signIn('admin')).status).toBe(204);
  expect((await few.signIn('few')).status).toBe(204);
});

afterAll(async () => {
  await relay?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('path traversal', () => {
  const UP = ['..', '%2e%2e', '..%2f', '..%5c', '..%252f', '..%c0%af', '....//', '..%00'];
  const places: Readonly<Record<string, (up: string) => string[]>> = {
    'the page’s own files': (up) => [
      `/${up}/secret.txt`,
      `/assets/${up}/${up}/secret.txt`,
      `/assets/${up}${up}secret.txt`,
      '/.env',
    ],
    recordings: (up) => [
      `/api/cameras/yard/recordings/files/${up}/secret.mp4`,
      `/api/cameras/yard/recordings/files/${up}secret.mp4`,
      `/api/cameras/${up}/recordings/files/secret.mp4`,
      `/api/cameras/yard/recordings/segments/${up}secret.mp4/init.mp4`,
      `/api/cameras/yard/recordings/segments/${up}/secret.mp4`,
      `/api/cameras/yard/recordings/segments/secret.mp4/${up}0-10.m4s`,
    ],
    'pieces of HLS': (up) => [
      `/live/yard/${up}/secret.m4s`,
      `/live/yard/${up}secret.m4s`,
      `/live/${up}/secret.m4s`,
      `/live/yard/main-${up}-1.m4s`,
    ],
    thumbnails: (up) => [`/api/video/${up}secret.mp4/thumbnail.jpg`, `/api/video/${up}/secret.mp4/thumbnail.jpg`],
    uploads: (up) => [`/api/uploads/${up}/secret.txt`, `/api/uploads/${up}secret.txt`],
    rooms: (up) => [`/api/rooms/${up}/messages`, `/api/rooms/${up}secret/messages`],
    'the machine behind a resource': (up) => [`/proxy/files/${up}/${up}/x`, `/redirect/files/${up}${up}x`],
  };

  it.each(Object.entries(places))('in %s', async (_place, pathsOf) => {
    for (const path of UP.flatMap(pathsOf)) {
      for (const method of ['GET', 'DELETE']) {
        const { status, body, head } = await rawGet(port, path, admin.headers, { method });
        expect(status, `${method} ${path}`).toBeGreaterThan(0);
        expect(status, `${method} ${path}`).not.toBe(500);
        expect(`${head}${body}`, `${method} ${path}`).not.toContain(SECRET);
        expect(body, `${method} ${path}`).not.toContain(folder);
      }
    }
    expect(await readFile(join(folder, 'secret.txt'), 'utf8')).toBe(SECRET);
    expect(await readFile(join(folder, 'data', 'recordings', 'secret.mp4'), 'utf8')).toBe(SECRET);
  });

  it('nothing of the data folder is a page', async () => {
    for (const path of [
      '/access/users.json',
      '/data/access/sessions.json',
      '/../data/access/users.json',
      '/recordings/secret.mp4',
    ]) {
      expect((await rawGet(port, path, admin.headers)).status, path).toBe(404);
    }
  });
});

describe('prototype pollution', () => {
  const poisons = [
    '{"__proto__":{"role":"admin","polluted":true}}',
    '{"constructor":{"prototype":{"polluted":true}}}',
    '{"name":"eve","password":"long enough 123","role":"viewer","__proto__":{"role":"admin"}}',
    '{"name":"eve2","password":"long enough 123","cameras":{"__proto__":["manage"]}}',
    '{"name":"eve3","password":"long enough 123","resources":{"__proto__":["fetch"],"constructor":["fetch"]}}',
    '{"action":"event","name":"x","__proto__":{"polluted":true}}',
    '{"camera":"__proto__","expires":"2099-01-01T00:00:00Z"}',
    '{"user":"__proto__","password":"x"}',
    '{"user":"constructor","password":"x"}',
    '[{"__proto__":{"polluted":true}}]',
  ];
  const routes = [
    ['POST', '/api/session'],
    ['POST', '/api/users'],
    ['PATCH', '/api/users/few'],
    ['POST', '/api/tokens'],
    ['POST', '/api/grants'],
    ['POST', '/api/cameras/yard/recording'],
    ['PUT', '/api/session/password'],
    ['POST', '/api/setup'],
  ] as const;
  const expectClean = () => {
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(({} as Record<string, unknown>).role).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  };

  it('by the body of every route that takes one', async () => {
    for (const [method, path] of routes) {
      for (const body of poisons) {
        const headers = { ...admin.headers, 'Content-Type': 'application/json' };
        const answer = await fetch(relay.url + path, { method, headers, body });
        expect(answer.status, `${method} ${path} ${body}`).not.toBe(500);
        await answer.arrayBuffer();
        expectClean();
      }
    }
    const { users } = (await admin.get('/api/users')).json<{ users: { name: string; role: string }[] }>();
    expect(users.filter(({ role }) => role === 'admin').map(({ name }) => name)).toEqual(['admin']);
  });

  it('by what is said in a room', async () => {
    const url = `${relay.url.replace('http', 'ws')}/chat/yard`;
    const client = await ChatClient.join(url, { socket: { headers: { ...few.headers } } });
    for (const type of ['hello', 'message', 'danmaku', 'moderate', ...POISON]) {
      client.socket.send(
        `{"type":"${type}","text":"x","name":"x","__proto__":{"polluted":true},"member":"__proto__","action":"constructor"}`,
      );
    }
    client.send({ type: 'ping', sentAtMs: 1 });
    await client.until('pong');
    expectClean();
    await client.close();
  });

  it('a name of the prototype’s is nobody’s, be it a user, a camera, a room, a resource or a profile', async () => {
    for (const name of POISON.filter((each) => each !== 'constructor')) {
      for (const path of [
        `/live/${name}.flv`,
        `/api/cameras/${name}`,
        `/api/rooms/${name}/messages`,
        `/proxy/${name}/x`,
        `/api/video/${name}`,
      ]) {
        expect((await admin.get(path)).status, path).toBe(404);
      }
      expect((await admin.get(`/live/yard.flv?profile=${name}`)).status, name).toBe(400);
      expect((await admin.ask('PATCH', `/api/users/${name}`, { role: 'admin' })).status, name).toBe(404);
      expect((await new Person(relay).signIn(name)).status, name).toBe(401);
    }
  });

  it('a camera that is called so opens to nobody who was not given it', async () => {
    expect((await admin.get('/api/cameras/constructor')).status).toBe(200);
    for (const path of ['/api/cameras/constructor', '/live/constructor.flv', '/api/rooms/constructor/messages']) {
      expect((await few.get(path)).status, path).toBe(404);
    }
    expect((await few.get('/proxy/constructor/x')).status).toBe(403);
    expect((await few.get('/proxy/files/x')).status).toBe(403);
  });
});

describe('lengths that lie', () => {
  const create = (headers: string, body = '') => {
    const cookie = `Cookie: ${admin.headers.Cookie}\r\n`;
    const head = `POST /api/uploads HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${cookie}Tus-Resumable: 1.0.0\r\nConnection: close\r\n`;
    return rawRequest(port, `${head}${headers}\r\n${body}`, 2_000);
  };
  const NAME = `Upload-Metadata: filename ${Buffer.from('a.mp4').toString('base64')}\r\n`;

  it.each(['-1', '1e3', '0x10', '9'.repeat(30), 'NaN', 'Infinity', '1.5', '+5', '5, 6', '', ' '])(
    'an upload of %j bytes is refused',
    async (length) => {
      const { status } = await create(`Upload-Length: ${length}\r\n${NAME}Content-Length: 0\r\n`);
      expect([400, 412, 413, 507]).toContain(status);
    },
  );

  it.each([
    'filename',
    'filename !!!!',
    `filename ${Buffer.from('../../../x.mp4').toString('base64')},filename ${Buffer.from('y.mp4').toString('base64')}`,
    ','.repeat(5_000),
    `__proto__ ${Buffer.from('x').toString('base64')}`,
    `is_partial ${Buffer.from('x').toString('base64')}`,
    `id ${Buffer.from('../../x').toString('base64')},path ${Buffer.from('/etc/passwd').toString('base64')}`,
  ])('the metadata %j leads to no other place', async (metadata) => {
    const { status, head } = await create(`Upload-Length: 10\r\nUpload-Metadata: ${metadata}\r\nContent-Length: 0\r\n`);
    expect(status).not.toBe(500);
    expect(status).toBeGreaterThan(0);
    expect(head).not.toMatch(/^location:.*(\.\.|passwd)/im);
    expect((await readdir(folder)).sort()).toEqual(['data', 'secret.jsonl', 'secret.mp4', 'secret.txt', 'web']);
  });

  it('more bytes than were declared are not kept', async () => {
    const { head, status } = await create(`Upload-Length: 10\r\n${NAME}Content-Length: 0\r\n`);
    expect(status).toBe(201);
    const id = /^location: *.*?([\w-]+)\r?$/im.exec(head)![1]!;
    const send = (length: number, body: string, offset = 0) =>
      rawRequest(
        port,
        `PATCH /api/uploads/${id} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${admin.headers.Cookie}\r\nTus-Resumable: 1.0.0\r\n` +
          `Content-Type: application/offset+octet-stream\r\nUpload-Offset: ${offset}\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${body}`,
        1_500,
      );
    expect((await send(5_000, 'x'.repeat(5_000))).status).toBeGreaterThanOrEqual(400);
    expect((await send(1, 'x', -1)).status).toBeGreaterThanOrEqual(400);
    expect((await send(1, 'x', 9_999_999)).status).toBe(409);
    const file = await stat(join(folder, 'data', 'uploads', id)).catch(() => null);
    expect(file?.size ?? 0).toBeLessThanOrEqual(10);
  });

  it('a bomb of compressed JSON is not unpacked beyond what is taken', async () => {
    const { gzipSync } = await import('node:zlib');
    const bomb = gzipSync(Buffer.alloc(50 * 1_048_576, ' '));
    const before = process.memoryUsage().rss;
    const headers = { ...admin.headers, 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
    const answer = await fetch(`${relay.url}/api/users`, { method: 'POST', headers, body: bomb });
    expect(answer.status).toBe(400);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1_048_576);
  });

  it('JSON a hundred thousand brackets deep is no more than bad', async () => {
    const body = '['.repeat(30_000) + ']'.repeat(30_000);
    const headers = { ...admin.headers, 'Content-Type': 'application/json' };
    expect((await fetch(`${relay.url}/api/users`, { method: 'POST', headers, body })).status).toBe(400);
  });
});

describe('secrets', () => {
  it('stand in no log line and no audit line, whichever way they came', async () => {
    const expires = new Date(Date.now() + 3_600_000).toISOString();
    const token = (await admin.ask('POST', '/api/tokens', { name: 'box', rights: ['see'], cameras: ['yard'] })).json<{
      token: string;
    }>().token;
    const { grant } = (await admin.ask('POST', '/api/grants', { camera: 'yard', expires })).json<GrantAnswer>();
    const session = admin.headers.Cookie!.split('=')[1]!;
    const password = 'not-the-right-password-1';
    const stranger = new Person(relay);
    for (const path of [
      '/live/yard.flv',
      '/live/yard.jpg',
      '/live/yard/index.m3u8',
      '/api/cameras',
      '/api/nowhere',
      '/embed/yard',
      '/chat/yard',
    ]) {
      await stranger.get(`${path}?grant=${grant}`);
      await stranger.ask('GET', path, undefined, { Authorization: `Bearer ${token}` });
      await stranger.ask('GET', path, undefined, { Referer: `${relay.url}/embed/yard?grant=${grant}` });
      await stranger.get(`${path}?token=${token}&x=${session}`);
      await stranger.get(`/${grant}${path}`);
    }
    await stranger.signIn('admin', password);
    await stranger.signIn(password, PASSWORD);
    const audit = (await admin.get('/api/audit')).body;
    expect(audit).toContain('shared');
    const written = await readFile(join(folder, 'data', 'access', 'audit.jsonl'), 'utf8');
    const texts = { log: log.join(''), audit, written, stored: await storedText() };
    expect(texts.log.length).toBeGreaterThan(500);
    for (const [where, text] of Object.entries(texts)) {
      for (const [what, secret] of Object.entries({ token, grant, session, password, PASSWORD })) {
        expect(text.includes(secret), `${what} in the ${where}`).toBe(false);
      }
    }
  });

  const storedText = async () => {
    const access = join(folder, 'data', 'access');
    const texts = await Promise.all((await readdir(access)).map((name) => readFile(join(access, name), 'latin1')));
    return texts.join('\n');
  };

  it('come back in no answer but the one that made them', async () => {
    for (const path of ['/api/tokens', '/api/grants', '/api/sessions', '/api/users', '/api/session', '/api/audit']) {
      expect((await admin.get(path)).body, path).not.toMatch(/sl[stg]_[\w-]{16,}|scrypt\$/);
    }
  });
});

describe('the audit', () => {
  it('cannot be filled with what was never done, nor with what is long', async () => {
    const path = join(folder, 'data', 'access', 'audit.jsonl');
    const lines = async () => {
      await admin.get('/api/audit');
      return (await readFile(path, 'utf8')).split('\n');
    };
    const before = (await lines()).length;
    for (let at = 0; at < 20; at++) {
      await few.ask('DELETE', `/live/yard/${at}${'a'.repeat(8_000)}`);
      await few.ask('POST', `/api/cameras/yard?${at}`);
      await admin.ask('DELETE', `/api/users/${'b'.repeat(8_000)}`);
      await admin.get(`/live/${'c'.repeat(8_000)}${at}.jpg`);
    }
    const after = await lines();
    expect(Math.max(...after.map((line) => line.length))).toBeLessThan(1_000);
    // What looks like a sight of a camera, once for all that begin alike.
    expect(after.length - before).toBeLessThan(25);
  });
});

describe('guessing who there is', () => {
  it('takes as long for a user as for nobody, and is answered alike', async () => {
    const timed = async (name: string) => {
      const startedMs = performance.now();
      const { status, body } = await new Person(relay).signIn(name, 'not the password');
      return { status, body, ms: performance.now() - startedMs };
    };
    const [known, unknown]: [number[], number[]] = [[], []];
    const answers = new Set<string>();
    // By turns, so that a busy machine is busy for both.
    for (let at = 0; at < 7; at++) {
      const pair = [await timed(`known${at}`), await timed(`ghost${at}`)] as const;
      known.push(pair[0].ms);
      unknown.push(pair[1].ms);
      for (const { status, body } of pair) if (status !== 429) answers.add(`${status} ${body}`);
    }
    expect(answers.size).toBe(1);
    const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
    const ratio = median(known) / median(unknown);
    expect(ratio).toBeGreaterThan(0.4);
    expect(ratio).toBeLessThan(2.5);
  });
});
