import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Problem, SessionAnswer } from '../server/protocol.ts';
import { Person, THROUGH_US, usersOf } from './support/access-client.ts';
import { CLIENT, type OidcProvider, startOidcProvider } from './support/oidc-provider.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';

let provider: OidcProvider;
let relay: RelayProcess;

beforeAll(async () => {
  provider = await startOidcProvider();
  const { anna } = await usersOf({ anna: { role: 'admin' } });
  const oidc = {
    issuer: provider.issuer,
    clientId: CLIENT.id,
    clientSecret: CLIENT.secret,
    publicUrl: 'http://127.0.0.1/',
  };
  const users = { anna: anna!, ben: { role: 'operator' as const } };
  relay = await startRelay({ config: { access: { ...THROUGH_US, users, oidc, userHeader: 'X-Signed-In' } } });
});
afterAll(async () => {
  await relay?.close();
  await provider?.close();
});

/** The browser's way there and back. @returns the relay's answer to the way back */
async function comeBy(person: Person, change: (back: URL) => void = () => {}) {
  const sent = await person.get('/api/session/oidc');
  expect(sent.status).toBe(302);
  const back = provider.signIn(sent.headers.get('location')!);
  change(back);
  return person.get(back.pathname + back.search);
}

describe('signing in at another service', () => {
  it('begins a session for a user, by the name that the service confirms', async () => {
    const person = new Person(relay);
    provider.claims = { preferred_username: 'ben' };
    const answer = await comeBy(person);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/']);
    const session = answer.headers.getSetCookie().find((cookie) => cookie.startsWith('sightline_session='))!;
    const ben = new Person(relay, { Cookie: session.split(';')[0]! });
    expect((await ben.get('/api/session')).json<SessionAnswer>()).toMatchObject({
      name: 'ben',
      role: 'operator',
      oidc: true,
    });
  });

  it('lets nobody in who is no user here', async () => {
    provider.claims = { preferred_username: 'eve' };
    const answer = await comeBy(new Person(relay));
    expect([answer.status, answer.json<Problem>().detail]).toEqual([403, 'eve is no user here. Ask an administrator.']);
  });

  it.each<[string, (back: URL) => void]>([
    ['with another state', (back) => back.searchParams.set('state', 'x')],
    ['with another code', (back) => back.searchParams.set('code', 'x')],
    ['without a code', (back) => back.searchParams.delete('code')],
  ])('takes no way back %s', async (_what, change) => {
    provider.claims = { preferred_username: 'anna' };
    expect((await comeBy(new Person(relay), change)).status).toBe(401);
  });

  it('takes no way back that another browser began', async () => {
    const back = provider.signIn((await new Person(relay).get('/api/session/oidc')).headers.get('location')!);
    expect((await new Person(relay).get(back.pathname + back.search)).status).toBe(401);
  });

  it('never writes the client’s secret down', () => {
    expect([...relay.stderr(), ...relay.stdout()].join('\n')).not.toContain(CLIENT.secret);
  });
});

describe('a header that a trusted proxy sets', () => {
  const as = (name: string) => ({ 'X-Forwarded-For': '203.0.113.7', 'X-Signed-In': name });

  it('names the user, if there is one', async () => {
    expect((await new Person(relay, as('ben')).get('/api/session')).json<SessionAnswer>()).toMatchObject({
      name: 'ben',
    });
    expect((await new Person(relay, as('eve')).get('/api/cameras')).status).toBe(401);
  });

  it('means nothing from anybody else', async () => {
    const users = { ben: { role: 'admin' as const } };
    const bare = await startRelay({ config: { access: { users, userHeader: 'X-Signed-In' } } });
    expect((await new Person(bare, as('ben')).get('/api/cameras')).status).toBe(401);
    await bare.close();
  });
});
