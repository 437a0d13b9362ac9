/** A relay in this process with every kind of caller, and what each of them shows; whom it lets in is the tests' business. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Grants } from '../../server/access/grants.ts';
import { hashPassword } from '../../server/access/passwords.ts';
import { Sessions } from '../../server/access/sessions.ts';
import { Tokens } from '../../server/access/tokens.ts';
import { type ConfigInput, configSchema } from '../../server/config/schema.ts';
import type { GrantAnswer } from '../../server/protocol.ts';
import { createRelay, type Relay } from '../../server/relay.ts';
import type { Card } from './ask-route.ts';

/** In the order of the table's letters. */
export const CALLERS = ['nobody', 'viewer', 'few', 'operator', 'admin', 'token', 'link'] as const;
export type Caller = (typeof CALLERS)[number];

const PASSWORD = 'a long enough password';
const OLD_MS = 400 * 86_400_000;
const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

const CONFIG: ConfigInput = {
  server: { port: 0 },
  log: { level: 'silent' },
  ffmpeg: { retryMinMs: 60_000, retryMaxMs: 60_000 },
  cameras: { yard: { url: 'rtsp://127.0.0.1:1/yard' }, shed: { url: 'rtsp://127.0.0.1:1/shed' } },
  adHoc: { allow: ['127.0.0.1'] },
  resources: { archive: { target: 'http://127.0.0.1:1/' } },
};

export class CardedRelay {
  readonly relay: Relay;
  readonly cards = new Map<Caller, Card>();
  /** Everything that no longer, or never, let anybody in. */
  readonly badCards: Map<string, Card>;
  /** Takes nothing but the video `own.mp4`. */
  readonly videoLink: Card;
  readonly #folder: string;

  private constructor(relay: Relay, folder: string, cards: OldAndForeign) {
    this.relay = relay;
    this.#folder = folder;
    this.badCards = cards.bad;
    this.videoLink = cards.videoLink;
  }

  /** The caller closes it. */
  static async open(): Promise<CardedRelay> {
    const folder = await mkdtemp(join(tmpdir(), 'sightline-cards-'));
    const dataDir = join(folder, 'data');
    const passwordHash = await hashPassword(PASSWORD);
    const cards = await makeOldAndForeign(dataDir, join(folder, 'elsewhere'));
    const users = {
      viewer: { passwordHash },
      few: { passwordHash, cameras: { yard: ['see', 'chat'] } },
      operator: { passwordHash, role: 'operator' },
      admin: { passwordHash, role: 'admin' },
    } as const;
    const relay = await createRelay({ config: configSchema.parse({ ...CONFIG, dataDir, access: { users } }) });
    const carded = new CardedRelay(relay, folder, cards);
    await carded.#deal();
    return carded;
  }

  async signIn(user: string): Promise<Card> {
    const answer = await this.#post('/api/session', { user, password: PASSWORD });
    assert.equal(answer.status, 204);
    return { headers: { Cookie: answer.headers.getSetCookie()[0]!.split(';')[0]! } };
  }

  async close(): Promise<void> {
    await this.relay.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #deal(): Promise<void> {
    this.cards.set('nobody', {});
    for (const name of ['viewer', 'few', 'operator', 'admin'] as const) this.cards.set(name, await this.signIn(name));
    const admin = this.cards.get('admin')!;
    const token = () =>
      this.#made<{ id: string; token: string }>('/api/tokens', { name: 'reader', rights: ['see'], cameras: ['yard'] });
    const link = () => this.#made<GrantAnswer>('/api/grants', { camera: 'yard', expires: inAnHour() });
    this.cards.set('token', bearer((await token()).token));
    this.cards.set('link', byLink((await link()).grant));
    const [lostToken, lostLink, lostSession] = [await token(), await link(), await this.signIn('admin')];
    await this.#delete(`/api/tokens/${lostToken.id}`, admin);
    await this.#delete(`/api/grants/${lostLink.id}`, admin);
    await this.#delete('/api/session', lostSession);
    this.badCards.set('a token that was taken back', bearer(lostToken.token));
    this.badCards.set('a link that was taken back', byLink(lostLink.grant));
    this.badCards.set('a session that was ended', lostSession);
    const forged = admin.headers!.Cookie!.replace(/.{4}$/, (end) => [...end].reverse().join('x').slice(0, 4));
    this.badCards.set('a session with another signature', { headers: { Cookie: forged } });
  }

  #post(path: string, body: object, { headers }: Card = {}): Promise<Response> {
    return fetch(this.relay.url + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  }

  async #delete(path: string, { headers = {} }: Card): Promise<void> {
    assert.equal((await fetch(this.relay.url + path, { method: 'DELETE', headers })).status, 204);
  }

  async #made<Made>(path: string, body: object): Promise<Made> {
    const answer = await this.#post(path, body, this.cards.get('admin'));
    assert.equal(answer.status, 201);
    return (await answer.json()) as Made;
  }
}

interface OldAndForeign {
  readonly bad: Map<string, Card>;
  readonly videoLink: Card;
}

/** With the relay's own stores, whose clock is a year behind, and those of another relay. */
async function makeOldAndForeign(dataDir: string, elsewhere: string): Promise<OldAndForeign> {
  const bad = new Map<string, Card>();
  let videoLink: Card = {};
  for (const [where, dir, now] of [
    ['expired', dataDir, () => Date.now() - OLD_MS],
    ['foreign', elsewhere, () => Date.now()],
  ] as const) {
    const sessions = new Sessions({ dataDir: dir, idleMs: WEEK_MS, maxMs: WEEK_MS, now });
    const tokens = new Tokens(dir, now);
    const grants = new Grants(dir, now);
    const expires = new Date(now() + HOUR_MS).toISOString();
    const { cookie } = await sessions.begin('admin', { address: '127.0.0.1', userAgent: '' });
    bad.set(`${where} session`, { headers: { Cookie: `sightline_session=${cookie}` } });
    bad.set(`${where} token`, bearer((await tokens.create({ name: 'x', rights: ['see'], expires }, 'x')).secret));
    bad.set(`${where} link`, byLink((await grants.create({ camera: 'yard', expires }, 'x')).secret));
    if (dir === dataDir) {
      videoLink = byLink((await grants.create({ video: 'own.mp4', expires: inAnHour() }, 'x')).secret);
    }
    await Promise.all([sessions.close(), tokens.close(), grants.close()]);
  }
  return { bad, videoLink };
}

const inAnHour = () => new Date(Date.now() + HOUR_MS).toISOString();
const bearer = (token: string): Card => ({ headers: { Authorization: `Bearer ${token}` } });
const byLink = (grant: string): Card => ({ query: `grant=${grant}` });
