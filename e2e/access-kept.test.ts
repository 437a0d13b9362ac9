/** What is kept of access: over a restart, from a copy of the folder, unreadable to others, and the audit. */
import { cp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditEntry, SessionAnswer } from '../server/protocol.ts';
import { PASSWORD, Person } from './support/access-client.ts';
import { AccessHouse } from './support/access-house.ts';

let house: AccessHouse;

beforeAll(async () => {
  house = await AccessHouse.open();
});
afterAll(() => house?.close());

describe('what is kept', () => {
  it('survives a restart and comes back from a copy of the folder', async () => {
    const token = (await house.admin.ask('POST', '/api/tokens', { name: 'nas', rights: ['see'] })).json<{
      token: string;
    }>().token;
    house.secrets.push(token);
    await house.admin.ask('POST', '/api/users', { name: 'tim', password: PASSWORD });
    const { paths } = await house.share({});
    const cookie = house.admin.headers.Cookie!;
    await house.relay.close();
    await cp(join(house.dataDir, 'access'), join(house.folder, 'backup'), { recursive: true });
    await rm(house.dataDir, { recursive: true });
    await cp(join(house.folder, 'backup'), join(house.dataDir, 'access'), { recursive: true });
    const outputs = [...house.relay.stdout(), ...house.relay.stderr()];
    await house.start();
    const asked = [
      await new Person(house.relay, { Cookie: cookie }).get('/api/users'),
      await new Person(house.relay, { Authorization: `Bearer ${token}` }).get('/api/cameras/yard'),
      await new Person(house.relay).get(`/${paths.jpg}`),
    ];
    expect(asked.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await house.from('203.0.113.10').signIn('tim')).status).toBe(204);
    house.admin = new Person(house.relay, { Cookie: cookie });
    expect((await house.admin.get('/api/session')).json<SessionAnswer>()).toMatchObject({ name: 'admin' });
    for (const secret of house.secrets) expect(outputs.join('\n')).not.toContain(secret);
  });

  it('is for the owner’s eyes, and holds no secret as it is', async () => {
    const { token } = (await house.admin.ask('POST', '/api/tokens', { name: 'box', rights: ['see'] })).json<{
      token: string;
    }>();
    house.secrets.push(token);
    await house.share({});
    await house.admin.ask('POST', '/api/users', { name: 'kim', password: PASSWORD });
    const names = await readdir(join(house.dataDir, 'access'));
    expect(names.sort()).toEqual(['audit.jsonl', 'grants.json', 'sessions.json', 'tokens.json', 'users.json']);
    for (const name of names) {
      const file = join(house.dataDir, 'access', name);
      expect([name, (await stat(file)).mode & 0o777]).toEqual([name, 0o600]);
      const text = await readFile(file, 'utf8');
      for (const secret of house.secrets) expect(text).not.toContain(secret);
    }
  });

  it('tells administrators who saw, shared and changed what, from where', async () => {
    const vera = await house.signedIn('vera');
    await vera.get('/live/yard.jpg');
    await house.from('203.0.113.30').signIn('vera', 'a guess');
    const { paths, id } = await house.share({});
    await house.from('198.51.100.5').get(`/${paths.jpg}`);
    await house.admin.ask('PATCH', '/api/users/nobody-known', { role: 'viewer' });
    await house.admin.ask('POST', '/api/users', { name: 'tom', password: PASSWORD });
    await house.admin.ask('PATCH', '/api/users/tom', { role: 'operator' });
    const { entries } = (await house.admin.get('/api/audit')).json<{ entries: AuditEntry[] }>();
    const has = (wanted: Partial<AuditEntry>) => expect(entries).toContainEqual(expect.objectContaining(wanted));
    has({ who: 'vera', what: 'saw', camera: 'yard', address: '203.0.113.7' });
    has({ who: 'vera', what: 'sign-in-refused', address: '203.0.113.30' });
    has({ who: 'admin', what: 'shared', camera: 'yard' });
    has({ who: `link ${id}`, what: 'saw', camera: 'yard', address: '198.51.100.5' });
    has({ who: 'admin', what: 'PATCH /api/users/tom' });
    expect(entries.some(({ what }) => what.includes('nobody-known'))).toBe(false);
  });
});
