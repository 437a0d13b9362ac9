import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Problem, SessionAnswer } from '../server/protocol.ts';
import { PASSWORD, Person, THROUGH_US } from './support/access-client.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';

const FAR = { 'X-Forwarded-For': '203.0.113.7' };
const CODE = /^Set-up code: (\S+)/m;

/** The status of a request under another name. */
function statusUnder(relay: RelayProcess, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asking = request(`${relay.url}/api/cameras`, { headers: { Host: host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asking.on('error', reject).end();
  });
}

describe('without users', () => {
  let relay: RelayProcess;
  beforeAll(async () => {
    relay = await startRelay({ config: { access: THROUGH_US, cameras: { yard: { url: 'rtsp://127.0.0.1:1/x' } } } });
  });
  afterAll(() => relay?.close());

  it('this machine gets everything', async () => {
    const here = new Person(relay);
    expect((await here.get('/api/cameras')).status).toBe(200);
    expect((await here.get('/api/session')).json<SessionAnswer>()).toMatchObject({ kind: 'local', open: false });
    expect(relay.stdout().join('\n')).not.toMatch(CODE);
  });

  it('a page that makes its own name mean this machine gets nothing', async () => {
    expect(await statusUnder(relay, 'evil.example')).toBe(401);
    expect(await statusUnder(relay, 'localhost:1234')).toBe(200);
  });

  it('another address gets nothing but the set-up page, and the code is printed', async () => {
    const far = new Person(relay, FAR);
    for (const path of [
      '/api/cameras',
      '/api/cameras/yard',
      '/live/yard.jpg',
      '/metrics',
      '/api/users',
      '/api/audit',
    ]) {
      const answer = await far.get(path);
      expect([path, answer.status]).toEqual([path, 401]);
      expect(answer.json<Problem>().detail).toContain('code that it printed');
    }
    expect((await far.get('/api/session')).json<SessionAnswer>()).toMatchObject({
      kind: 'set-up',
      cameras: {},
      rights: [],
    });
    expect(relay.stdout().join('\n')).toMatch(CODE);
    expect(relay.stderr().join('\n')).not.toContain(CODE.exec(relay.stdout().join('\n'))![1]);
  });

  it('the code makes the first administrator, once, and from then on everybody signs in', async () => {
    const far = new Person(relay, FAR);
    const code = CODE.exec(relay.stdout().join('\n'))![1]!;
    const setUp = (over: object) => far.ask('POST', '/api/setup', { code, name: 'anna', password: PASSWORD, ...over });
    expect((await setUp({ code: 'AAAA-AAAA-AAAA' })).status).toBe(403);
    expect((await setUp({ password: 'short' })).status).toBe(400);
    expect((await setUp({ code: code.toLowerCase().replaceAll('-', ' ') })).status).toBe(204);
    expect((await far.get('/api/session')).json<SessionAnswer>()).toMatchObject({
      kind: 'user',
      name: 'anna',
      role: 'admin',
    });
    expect((await far.get('/api/users')).body).not.toContain('scrypt');
    expect((await setUp({ name: 'eve' })).status).toBe(403);
    expect((await new Person(relay).get('/api/cameras')).status).toBe(401);
  });

  it('an untrusted proxy on this machine is not this machine', async () => {
    const plain = await startRelay({ config: { cameras: {} } });
    for (const name of ['X-Forwarded-For', 'Forwarded', 'Via', 'X-Real-IP', 'X-Forwarded-Host']) {
      expect((await new Person(plain, { [name]: '127.0.0.1' }).get('/api/cameras')).status).toBe(401);
    }
    expect((await new Person(plain).get('/api/cameras')).status).toBe(200);
    await plain.close();
  });

  it('access.open lets others in as viewers, and says so', async () => {
    const open = await startRelay({ config: { access: { open: true, maxRequestsPerSecond: 2, ...THROUGH_US } } });
    const far = new Person(open, FAR);
    expect((await far.get('/api/cameras')).status).toBe(200);
    expect((await far.get('/api/users')).status).toBe(403);
    expect((await far.get('/api/session')).json<SessionAnswer>()).toMatchObject({ kind: 'guest', open: true });
    // The limit counts each client behind a trusted proxy by itself.
    const statuses = await Promise.all(Array.from({ length: 25 }, async () => (await far.get('/healthz')).status));
    expect(statuses).toContain(429);
    expect((await new Person(open, { 'X-Forwarded-For': '203.0.113.8' }).get('/healthz')).status).toBe(200);
    await open.close();
  });
});
