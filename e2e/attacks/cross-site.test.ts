/** What a page of another site can do with the browser of somebody who is signed in here, or runs the relay: nothing. */
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../../server/config/schema.ts';
import { createRelay, type Relay } from '../../server/relay.ts';
import { Person, usersOf } from '../support/access-client.ts';
import { rawGet, WEBSOCKET_HEADERS } from '../support/raw-http.ts';

const EVIL = 'https://evil.example';
const FILLED: Readonly<Record<string, string>> = { camera: 'yard', room: 'yard', resource: 'files' };

let folder: string;
let relay: Relay;
let port: number;
let admin: Person;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sightline-cross-site-'));
  const config = configSchema.parse({
    server: { port: 0 },
    dataDir: folder,
    cameras: { yard: { url: 'rtsp://127.0.0.1:1/x' } },
    resources: { files: { target: 'http://127.0.0.1:1/' } },
    adHoc: { allow: ['127.0.0.1'] },
    access: { users: await usersOf({ admin: { role: 'admin' } }) },
  });
  relay = await createRelay({ config, webDir: folder, log: pino({ level: 'silent' }) });
  port = Number(new URL(relay.url).port);
  admin = new Person(relay);
  expect((await admin.signIn('admin')).status).toBe(204);
});

afterAll(async () => {
  await relay?.close();
  await rm(folder, { recursive: true, force: true });
});

const pathOf = (path: string) => path.replace(/:(\w+)|\{\*\w+\}/g, (_all, name: string) => FILLED[name] ?? 'x1');

/** The status; `fetch` would not let us set what a browser sets. */
function statusOf(method: string, path: string, headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const all = { ...admin.headers, ...headers, Connection: 'close' };
    const asking = request({ host: '127.0.0.1', port, method, path, headers: all }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asking.on('error', reject);
    asking.end();
  });
}

/** As browsers mark what a page of another site sends. */
const MARKS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'by a form': { Origin: EVIL, 'Sec-Fetch-Site': 'cross-site', 'Content-Type': 'application/x-www-form-urlencoded' },
  'by a script': { Origin: EVIL, 'Sec-Fetch-Site': 'cross-site', 'Content-Type': 'text/plain' },
  'from a neighbour of the same domain': { Origin: 'http://other.127.0.0.1', 'Sec-Fetch-Site': 'same-site' },
  'from a browser without Sec-Fetch-Site': { Origin: EVIL },
  'from another port of this machine': { Origin: 'http://127.0.0.1:1', 'Sec-Fetch-Site': 'same-site' },
  'from a sandboxed frame': { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' },
  'with a forged name of the proxy': { Origin: EVIL, 'X-Forwarded-Host': 'evil.example' },
};

describe('CSRF: every method that changes something, on every route', () => {
  const changing = () =>
    relay.routes
      .filter(({ methods }) => !methods.includes('UPGRADE'))
      .flatMap(({ methods, path, permissions }) => {
        const named = methods.includes('*') ? ['POST', 'PUT', 'PATCH', 'DELETE'] : methods;
        // Where a method has no permission of its own, nothing answers it but the 405.
        const guarded = named.filter((method) => (permissions[method] ?? permissions['*']) !== undefined);
        return guarded.map((method) => ({ method, path: pathOf(path) }));
      })
      .filter(({ method }) => !['GET', 'HEAD', 'OPTIONS'].includes(method));

  it.each(Object.keys(MARKS))('%s', async (mark) => {
    const routes = changing();
    expect(routes.length).toBeGreaterThan(25);
    const through: string[] = [];
    for (const { method, path } of routes) {
      const status = await statusOf(method, path, MARKS[mark]!);
      if (status !== 403) through.push(`${method} ${path}: ${status}`);
    }
    expect(through).toEqual([]);
  });

  it('no GET changes anything: it answers the same twice, and the session lives', async () => {
    const paths = relay.routes.flatMap(({ methods, path }) => (methods.includes('GET') ? [pathOf(path)] : []));
    for (const path of paths.filter((each) => each.startsWith('/api/') && !each.includes('recordings/'))) {
      expect(await statusOf('GET', path, {}), path).toBe(await statusOf('GET', path, {}));
    }
    expect((await admin.get('/api/users')).status).toBe(200);
  });

  it('a method in disguise is no other method', async () => {
    const disguises = { 'X-HTTP-Method-Override': 'DELETE', 'X-HTTP-Method': 'DELETE', 'X-Method-Override': 'DELETE' };
    expect(await statusOf('GET', '/api/session?_method=DELETE', disguises)).toBe(200);
    expect((await admin.get('/api/users')).status).toBe(200);
  });
});

describe('cross-site WebSocket hijacking', () => {
  const sockets = () =>
    relay.routes.filter(({ methods }) => methods.includes('UPGRADE')).map(({ path }) => pathOf(path));

  it.each([
    EVIL,
    'null',
    'http://127.0.0.1:1',
    'http://127.0.0.1.evil.example',
    'file://',
    'http://localhost@evil.example',
    '',
  ])('on every path, from the origin %j', async (origin) => {
    const paths = sockets();
    expect(paths.length).toBeGreaterThanOrEqual(7);
    for (const path of paths) {
      const { status } = await rawGet(port, path, { ...WEBSOCKET_HEADERS, ...admin.headers, Origin: origin });
      expect(status, path).toBe(403);
    }
  });

  it('a path that is none tells a page of another site no more', async () => {
    const { status } = await rawGet(port, '/nowhere', { ...WEBSOCKET_HEADERS, Origin: EVIL });
    expect(status).toBe(403);
  });
});

describe('session fixation', () => {
  it('a cookie that the attacker knows is not the one after signing in', async () => {
    const attacker = new Person(relay);
    await attacker.signIn('admin');
    const planted = attacker.headers.Cookie!;
    const victim = new Person(relay, { Cookie: planted });
    await victim.signIn('admin');
    expect(victim.headers.Cookie).not.toBe(planted);
    expect((await new Person(relay, { Cookie: planted }).get('/api/users')).status).toBe(401);
    expect((await victim.get('/api/users')).status).toBe(200);
  });

  it('a value of the attacker’s making is never taken over', async () => {
    for (const made of [
      'sightline_session=sls_aaaaaaaaaaaaaaaaaaaaaaaa.bbbb',
      'sightline_session=',
      'sightline_session=__proto__',
    ]) {
      const victim = new Person(relay, { Cookie: made });
      expect((await victim.get('/api/users')).status).toBe(401);
      await victim.signIn('admin');
      expect(victim.headers.Cookie).not.toBe(made);
    }
  });

  it('a session in the address or in a body is none', async () => {
    const value = admin.headers.Cookie!.split('=')[1]!;
    const stranger = new Person(relay);
    for (const path of [
      `/api/users?sightline_session=${value}`,
      `/api/users?session=${value}`,
      `/api/users;${value}`,
    ]) {
      expect((await stranger.get(path)).status, path).not.toBe(200);
    }
    expect((await stranger.ask('GET', '/api/users', undefined, { Authorization: `Bearer ${value}` })).status).toBe(401);
  });
});

describe('clickjacking and leaks by headers', () => {
  it('no page of another site may frame anything of ours', async () => {
    for (const path of ['/', '/embed/yard', '/api/cameras', '/api/users', '/live/yard.jpg', '/nowhere']) {
      const csp = (await admin.get(path)).headers.get('content-security-policy') ?? '';
      expect(/frame-ancestors ([^;]*)/.exec(csp)?.[1], path).toBe("'self'");
    }
  });

  it('what is no link does not open the frame', async () => {
    for (const query of ['?grant=', '?grant=x', '?Grant=slg_x', '#grant=slg_x']) {
      const csp = (await admin.get(`/embed/yard${query}`)).headers.get('content-security-policy') ?? '';
      expect(csp, query).toContain("frame-ancestors 'self'");
    }
  });

  it('every answer keeps its address to itself, and is what it says it is', async () => {
    for (const path of ['/', '/embed/yard?grant=slg_x', '/api/cameras', '/live/yard.jpg', '/api/users', '/nowhere']) {
      const { headers } = await admin.get(path);
      expect(headers.get('referrer-policy'), path).toBe('no-referrer');
      expect(headers.get('x-content-type-options'), path).toBe('nosniff');
      const isForOtherSites = path.startsWith('/embed/');
      expect(headers.get('cross-origin-opener-policy'), path).toBe(isForOtherSites ? null : 'same-origin');
      expect(headers.get('x-powered-by'), path).toBeNull();
      expect(headers.get('content-security-policy'), path).not.toMatch(/unsafe-(inline|eval)/);
    }
  });
});
