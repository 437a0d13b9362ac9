/** JSON and names that reach for the prototypes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Person } from '../support/access-client.ts';
import { type AttackedRelay, startAttackedRelay } from '../support/attacked-relay.ts';
import { ChatClient } from '../support/chat-client.ts';

const POISON = ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString'];

let attacked: AttackedRelay;

beforeAll(async () => {
  attacked = await startAttackedRelay();
});
afterAll(() => attacked?.close());

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
        const headers = { ...attacked.admin.headers, 'Content-Type': 'application/json' };
        const answer = await fetch(attacked.relay.url + path, { method, headers, body });
        expect(answer.status, `${method} ${path} ${body}`).not.toBe(500);
        await answer.arrayBuffer();
        expectClean();
      }
    }
    const { users } = (await attacked.admin.get('/api/users')).json<{ users: { name: string; role: string }[] }>();
    expect(users.filter(({ role }) => role === 'admin').map(({ name }) => name)).toEqual(['admin']);
  });

  it('by what is said in a room', async () => {
    const url = `${attacked.relay.url.replace('http', 'ws')}/chat/yard`;
    const client = await ChatClient.join(url, { socket: { headers: { ...attacked.few.headers } } });
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
        expect((await attacked.admin.get(path)).status, path).toBe(404);
      }
      expect((await attacked.admin.get(`/live/yard.flv?profile=${name}`)).status, name).toBe(400);
      expect((await attacked.admin.ask('PATCH', `/api/users/${name}`, { role: 'admin' })).status, name).toBe(404);
      expect((await new Person(attacked.relay).signIn(name)).status, name).toBe(401);
    }
  });

  it('a camera that is called so opens to nobody who was not given it', async () => {
    expect((await attacked.admin.get('/api/cameras/constructor')).status).toBe(200);
    for (const path of ['/api/cameras/constructor', '/live/constructor.flv', '/api/rooms/constructor/messages']) {
      expect((await attacked.few.get(path)).status, path).toBe(404);
    }
    expect((await attacked.few.get('/proxy/constructor/x')).status).toBe(403);
    expect((await attacked.few.get('/proxy/files/x')).status).toBe(403);
  });
});
