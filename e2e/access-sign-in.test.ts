/** The door: signing in, guessing, and what another site's page can do with a person's cookie. */
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Problem } from '../server/protocol.ts';
import { Person } from './support/access-client.ts';
import { AccessHouse } from './support/access-house.ts';
import { sleep } from './support/wait.ts';

let house: AccessHouse;

beforeAll(async () => {
  house = await AccessHouse.open();
});
afterAll(() => house?.close());

describe('signing in', () => {
  it('gives a cookie that scripts and other sites do not get, and that only TLS carries where there is TLS', async () => {
    const plain = (await house.from('203.0.113.8').signIn('vera')).headers.get('set-cookie')!;
    expect(plain).toMatch(/^sightline_session=sls_[\w-]+\.[\w-]+; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax$/);
    const behindTls = new Person(house.relay, { 'X-Forwarded-For': '203.0.113.8', 'X-Forwarded-Proto': 'https' });
    expect((await behindTls.signIn('vera')).headers.get('set-cookie')).toMatch(
      /^__Host-sightline_session=sls_\S+ Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure$/,
    );
    expect((await behindTls.get('/api/cameras')).status).toBe(200);
    // What a neighbour of the domain could plant.
    const planted = { Cookie: behindTls.headers.Cookie!.replace('__Host-', '') };
    expect((await behindTls.ask('GET', '/api/cameras', undefined, planted)).status).toBe(401);
  });

  it('begins a session of its own, whatever cookie the browser came with', async () => {
    const person = await house.signedIn('vera');
    const before = person.headers.Cookie!;
    await person.signIn('vera');
    expect(person.headers.Cookie).not.toBe(before);
    expect((await new Person(house.relay, { Cookie: before }).get('/api/cameras')).status).toBe(401);
  });

  it('says the same of a wrong name and a wrong password, in about the same time', async () => {
    const timed = async (name: string, address: string) => {
      const startedAtMs = performance.now();
      const answer = await house.from(address).signIn(name, 'not the password');
      return { status: answer.status, detail: answer.json<Problem>().detail, ms: performance.now() - startedAtMs };
    };
    const known = await timed('vera', '203.0.113.20');
    const unknown = await timed('nobody', '203.0.113.21');
    expect({ ...unknown, ms: 0 }).toEqual({ ...known, ms: 0 });
    expect(known.status).toBe(401);
    expect(Math.min(known.ms, unknown.ms)).toBeGreaterThan(10);
    expect(Math.max(known.ms, unknown.ms) / Math.min(known.ms, unknown.ms)).toBeLessThan(5);
  });

  it('makes who is wrong too often wait, longer each time, and nobody else', async () => {
    const guesser = house.from('203.0.113.30');
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) statuses.push((await guesser.signIn('vera', `guess ${i}`)).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    const held = await guesser.signIn('vera');
    expect(held.status).toBe(429);
    expect(Number(held.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await house.from('203.0.113.31').signIn('vera')).status).toBe(204);
    await sleep(1_200);
    expect((await guesser.signIn('vera', 'guess again')).status).toBe(401);
    expect((await guesser.signIn('vera')).json<Problem>().detail).toMatch(/again in 2 s/);
  });
});

describe('another site’s page', () => {
  it.each([
    ['by Sec-Fetch-Site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['by Sec-Fetch-Site of a neighbour', { 'Sec-Fetch-Site': 'same-site' }],
    ['by Origin', { Origin: 'https://evil.example' }],
    ['without an origin of its own', { Origin: 'null' }],
  ])('changes nothing in a person’s name: %s', async (_how, headers) => {
    const answer = await house.admin.ask('POST', '/api/tokens', { name: 'x', rights: ['see'] }, headers);
    expect(answer.status).toBe(403);
    expect((await house.admin.ask('DELETE', '/api/session', undefined, headers)).status).toBe(403);
  });

  it('opens no WebSocket with their cookie', async () => {
    const socket = new WebSocket(`${house.relay.wsUrl}/api/events`, {
      headers: house.admin.headers,
      origin: 'https://evil.example',
    });
    const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(answer.statusCode).toBe(403);
  });
});
