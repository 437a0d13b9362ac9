import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Grants } from '../server/access/grants.ts';
import { hashPassword } from '../server/access/passwords.ts';
import { Sessions } from '../server/access/sessions.ts';
import { Tokens } from '../server/access/tokens.ts';
import { type ConfigInput, configSchema } from '../server/config/schema.ts';
import type { GrantAnswer, Problem } from '../server/protocol.ts';
import { createRelay, type Relay } from '../server/relay.ts';
import { asked, askRoute, type Card, letterOf, pathOn } from './support/ask-route.ts';

/**
 * Written by hand, a line for every method of every route. The callers, in this order:
 *
 *     nobody, viewer, few, operator, admin, token, link
 *
 * `few` is a user with `see` and `chat` on the camera `yard` and nothing else; the token may `see` the yard; the link
 * leads to the yard. `.` is let in, `1` is 401, `3` is 403, `4` is 404 in the words for a camera (or room) that does not
 * exist. Where there are two words, the first is about the yard and the second about the camera `shed`.
 */
const TABLE: Readonly<Record<string, string>> = {
  'GET /': '.......',
  'GET /embed/:camera': '....... .......',
  'GET /embed/video/:name': '.......',
  '* /{*path}': '.......',
  'GET /healthz': '.......',
  'GET /readyz': '.......',
  'GET /metrics': '1333.33',
  'GET /api/openapi.json': '1......',

  'GET /api/session': '.......',
  // A wrong password for all.
  'POST /api/session': '.......',
  'DELETE /api/session': '.......',
  'GET /api/session/oidc': '.......',
  'GET /api/session/oidc/callback': '.......',
  'PUT /api/session/password': '1.....3',
  'POST /api/setup': '.......',
  'GET /api/users': '1333.33',
  'POST /api/users': '1333.33',
  'PATCH /api/users/:name': '1333.33',
  'DELETE /api/users/:name': '1333.33',
  'GET /api/sessions': '1333.33',
  'DELETE /api/sessions/:id': '1333.33',
  'GET /api/tokens': '1333.33',
  'POST /api/tokens': '1333.33',
  'DELETE /api/tokens/:id': '1333.33',
  'GET /api/grants': '1.....3',
  'POST /api/grants': '1.....3',
  'DELETE /api/grants/:id': '1.....3',
  'GET /api/audit': '1333.33',

  'GET /api/cameras': '1......',
  'GET /api/cameras/:camera': '1...... 1.4..44',
  'POST /api/cameras/:camera/probe': '1333.33 1343.44',
  'POST /api/cameras/:camera/retry': '1...... 1.4..44',
  'GET /api/rooms/:room/messages': '1....3. 1.4..44',
  'UPGRADE /api/events': '1......',
  '* /api/events': '.......',
  'UPGRADE /chat/:room': '1....3. 1.4..44',
  '* /chat/:room': '....... .......',

  // For a camera that is sent to, its own key is what it takes; others are but watched here.
  'POST /live/:camera.flv': '1...... 1.4..44',
  'GET /live/:camera.flv': '1...... 1.4..44',
  'HEAD /live/:camera.flv': '1...... 1.4..44',
  'UPGRADE /live/:camera.flv': '1...... 1.4..44',
  'GET /live/:camera.mp4': '1...... 1.4..44',
  'HEAD /live/:camera.mp4': '1...... 1.4..44',
  'UPGRADE /live/:camera.mp4': '1...... 1.4..44',
  'GET /live/:camera/:file': '1...... 1.4..44',
  'GET /live/:camera.jpg': '1.3..3. 1.4..44',
  'HEAD /live/:camera.jpg': '1.3..3. 1.4..44',
  'GET /live/:camera.mjpeg': '1...... 1.4..44',
  'HEAD /live/:camera.mjpeg': '1...... 1.4..44',
  'GET /live.flv': '1.4..44',
  'UPGRADE /live.flv': '1.4..44',

  'GET /api/cameras/:camera/recording': '1...... 1.4..44',
  'POST /api/cameras/:camera/recording': '133..33 134..44',
  'POST /api/cameras/:camera/recording/event': '133..33 134..44',
  'GET /api/cameras/:camera/recordings': '1.3..33 1.4..44',
  'GET /api/cameras/:camera/recordings/index.m3u8': '1.3..33 1.4..44',
  'GET /api/cameras/:camera/recordings/export.mp4': '1.3..33 1.4..44',
  'GET /api/cameras/:camera/recordings/segments/:name/:part': '1.3..33 1.4..44',
  'GET /api/cameras/:camera/recordings/files/:name': '1.3..33 1.4..44',

  '* /redirect/:resource/{*path}': '133..33',
  '* /proxy/:resource/{*path}': '133..33',
  'UPGRADE /redirect/:resource/{*path}': '133..33',
  'UPGRADE /proxy/:resource/{*path}': '133..33',

  'GET /api/videos': '1....33',
  'GET /api/video': '1....33',
  'GET /api/video/:name': '1....33',
  'DELETE /api/video/:name': '1333.33',
  'GET /api/video/:name/thumbnail.jpg': '1....33',
  '* /api/uploads': '1333.33',
  '* /api/uploads/:upload': '1333.33',
};

const CALLERS = ['nobody', 'viewer', 'few', 'operator', 'admin', 'token', 'link'] as const;
type Caller = (typeof CALLERS)[number];
const PASSWORD = 'a long enough password';
const OLD_MS = 400 * 86_400_000;

const config: ConfigInput = {
  server: { port: 0 },
  log: { level: 'silent' },
  ffmpeg: { retryMinMs: 60_000, retryMaxMs: 60_000 },
  cameras: { yard: { url: 'rtsp://127.0.0.1:1/yard' }, shed: { url: 'rtsp://127.0.0.1:1/shed' } },
  adHoc: { allow: ['127.0.0.1'] },
  resources: { archive: { target: 'http://127.0.0.1:1/' } },
};

let relay: Relay;
let folder: string;
const cards = new Map<Caller, Card>();
/** Everything that no longer, or never, let anybody in. */
const badCards = new Map<string, Card>();
/** Takes nothing but the video `own.mp4`. */
let videoLink: Card = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sightline-matrix-'));
  const [dataDir, elsewhere] = [join(folder, 'data'), join(folder, 'elsewhere')];
  const passwordHash = await hashPassword(PASSWORD);
  await makeOldAndForeign(dataDir, elsewhere);
  const users = {
    viewer: { passwordHash },
    few: { passwordHash, cameras: { yard: ['see', 'chat'] } },
    operator: { passwordHash, role: 'operator' },
    admin: { passwordHash, role: 'admin' },
  } as const;
  relay = await createRelay({ config: configSchema.parse({ ...config, dataDir, access: { users } }) });
  cards.set('nobody', {});
  for (const name of ['viewer', 'few', 'operator', 'admin'] as const) cards.set(name, await signIn(name));
  const token = async () =>
    (await made('/api/tokens', { name: 'reader', rights: ['see'], cameras: ['yard'] })) as {
      id: string;
      token: string;
    };
  const expires = new Date(Date.now() + 3_600_000).toISOString();
  const link = async () => (await made('/api/grants', { camera: 'yard', expires })) as GrantAnswer;
  cards.set('token', bearer((await token()).token));
  cards.set('link', byLink((await link()).grant));
  const [lostToken, lostLink, lostSession] = [await token(), await link(), await signIn('admin')];
  await ask('DELETE', `/api/tokens/${lostToken.id}`, cards.get('admin')!);
  await ask('DELETE', `/api/grants/${lostLink.id}`, cards.get('admin')!);
  await ask('DELETE', '/api/session', lostSession);
  badCards.set('a token that was taken back', bearer(lostToken.token));
  badCards.set('a link that was taken back', byLink(lostLink.grant));
  badCards.set('a session that was ended', lostSession);
  const forged = cards
    .get('admin')!
    .headers!.Cookie!.replace(/.{4}$/, (end) => [...end].reverse().join('x').slice(0, 4));
  badCards.set('a session with another signature', { headers: { Cookie: forged } });
});

afterAll(async () => {
  await relay?.close();
  await rm(folder, { recursive: true, force: true });
});

const ask = (method: string, path: string, card: Card) => askRoute(relay.url, method, path, card);

/** With the relay's own stores, whose clock is a year behind, and those of another relay. */
async function makeOldAndForeign(dataDir: string, elsewhere: string): Promise<void> {
  for (const [where, dir, now] of [
    ['expired', dataDir, () => Date.now() - OLD_MS],
    ['foreign', elsewhere, () => Date.now()],
  ] as const) {
    const sessions = new Sessions({ dataDir: dir, idleMs: 604_800_000, maxMs: 604_800_000, now });
    const tokens = new Tokens(dir, now);
    const grants = new Grants(dir, now);
    const expires = new Date(now() + 3_600_000).toISOString();
    const { cookie } = await sessions.begin('admin', { address: '127.0.0.1', userAgent: '' });
    badCards.set(`${where} session`, { headers: { Cookie: `sightline_session=${cookie}` } });
    badCards.set(`${where} token`, bearer((await tokens.create({ name: 'x', rights: ['see'], expires }, 'x')).secret));
    badCards.set(`${where} link`, byLink((await grants.create({ camera: 'yard', expires }, 'x')).secret));
    if (dir === dataDir) {
      const untilLater = new Date(Date.now() + 3_600_000).toISOString();
      videoLink = byLink((await grants.create({ video: 'own.mp4', expires: untilLater }, 'x')).secret);
    }
    await Promise.all([sessions.close(), tokens.close(), grants.close()]);
  }
}

const bearer = (token: string): Card => ({ headers: { Authorization: `Bearer ${token}` } });
const byLink = (grant: string): Card => ({ query: `grant=${grant}` });

async function signIn(user: string): Promise<Card> {
  const answer = await fetch(`${relay.url}/api/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ user, password: PASSWORD }),
  });
  expect(answer.status).toBe(204);
  return { headers: { Cookie: answer.headers.getSetCookie()[0]!.split(';')[0]! } };
}

async function made(path: string, body: object): Promise<unknown> {
  const headers = { 'Content-Type': 'application/json', ...cards.get('admin')!.headers };
  const answer = await fetch(relay.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(answer.status).toBe(201);
  return answer.json();
}

function declaredLines(): string[] {
  return relay.routes.flatMap(({ methods, path }) => methods.map((method) => `${method} ${path}`));
}

async function lettersOn(line: string, camera: string): Promise<string> {
  const [method, path] = line.split(' ') as [string, string];
  let letters = '';
  for (const caller of CALLERS) {
    const answer = await ask(asked(method, path), pathOn(path, camera), cards.get(caller)!);
    letters += line === 'POST /api/session' && answer.status === 400 ? '.' : letterOf(answer);
    const isUser = caller !== 'nobody' && caller !== 'token' && caller !== 'link';
    if (line === 'DELETE /api/session' && isUser) cards.set(caller, await signIn(caller));
  }
  return letters;
}

describe('every route lets in whom the table says, and nobody else', () => {
  it('lists every route and WebSocket path that there is', () => {
    expect([...new Set(declaredLines())].sort()).toEqual(Object.keys(TABLE).sort());
  });

  it.each(Object.entries(TABLE))('%s', async (line, expected) => {
    const words = expected.split(' ');
    const found = [await lettersOn(line, 'yard')];
    if (words.length > 1) found.push(await lettersOn(line, 'shed'));
    expect(found.join(' ')).toBe(expected);
  });

  it.each(Object.keys(TABLE))(
    '%s takes no card that has expired, is another relay’s or was taken back',
    async (line) => {
      const [method, path] = line.split(' ') as [string, string];
      const letters: Record<string, string> = {};
      for (const [name, card] of badCards)
        letters[name] = letterOf(await ask(asked(method, path), pathOn(path, 'yard'), card));
      const nobody = TABLE[line]![0]!;
      expect(letters).toEqual(Object.fromEntries([...badCards.keys()].map((name) => [name, nobody])));
    },
  );
});

describe('a link to a video', () => {
  it.each(Object.entries(TABLE))('opens no more of %s than a link to another camera', async (line, expected) => {
    const [method, path] = line.split(' ') as [string, string];
    const answer = await ask(asked(method, path), pathOn(path, 'shed'), videoLink);
    const letter = line === 'POST /api/session' && answer.status === 400 ? '.' : letterOf(answer);
    expect(letter).toBe(expected.at(-1));
  });

  it('opens its own video, which is not there, and no other', async () => {
    const letters = await Promise.all(
      ['own.mp4', 'x1'].map(async (name) => letterOf(await ask('GET', `/api/video/${name}`, videoLink))),
    );
    expect(letters).toEqual(['.', '3']);
  });
});

describe('what is not theirs', () => {
  it.each(Object.entries(TABLE).filter(([, words]) => / .*4/.test(words)))(
    '%s says the same of it as of what is not there',
    async (line) => {
      const [method, path] = line.split(' ') as [string, string];
      for (const caller of ['few', 'link'] as const) {
        const [theirs, nowhere] = await Promise.all(
          ['shed', 'ghost'].map((camera) => ask(asked(method, path), pathOn(path, camera), cards.get(caller)!)),
        );
        expect(theirs).toEqual(nowhere);
      }
    },
  );

  it('is in no list', async () => {
    for (const caller of ['few', 'token', 'link'] as const) {
      const { headers = {}, query = '' } = cards.get(caller)!;
      const answer = await fetch(`${relay.url}/api/cameras?${query}`, { headers });
      expect(((await answer.json()) as { cameras: { id: string }[] }).cameras.map(({ id }) => id)).toEqual(['yard']);
    }
  });
});

describe('a refusal says what to do', () => {
  it('401 with a challenge', async () => {
    const answer = await fetch(`${relay.url}/api/cameras`);
    expect(answer.headers.get('WWW-Authenticate')).toContain('Bearer');
    expect(((await answer.json()) as Problem).detail).toContain('Sign in');
  });

  it('403 with the right that lacks', async () => {
    const { text } = await ask('POST', '/api/cameras/yard/recording', cards.get('viewer')!);
    expect((JSON.parse(text) as Problem).detail).toContain('"record" on the camera yard');
  });
});
