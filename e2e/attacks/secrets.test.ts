/** Secrets that stay behind, an audit that is flooded, and names that are guessed. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GrantAnswer } from '../../server/protocol.ts';
import { PASSWORD, Person } from '../support/access-client.ts';
import { type AttackedRelay, startAttackedRelay } from '../support/attacked-relay.ts';

let attacked: AttackedRelay;

beforeAll(async () => {
  attacked = await startAttackedRelay();
});
afterAll(() => attacked?.close());

describe('secrets', () => {
  it('stand in no log line and no audit line, whichever way they came', async () => {
    const expires = new Date(Date.now() + 3_600_000).toISOString();
    const token = (
      await attacked.admin.ask('POST', '/api/tokens', { name: 'box', rights: ['see'], cameras: ['yard'] })
    ).json<{
      token: string;
    }>().token;
    const { grant } = (
      await attacked.admin.ask('POST', '/api/grants', { camera: 'yard', expires })
    ).json<GrantAnswer>();
    const session = attacked.admin.headers.Cookie!.split('=')[1]!;
    const password = 'not-the-right-password-1';
    const stranger = new Person(attacked.relay);
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
      await stranger.ask('GET', path, undefined, { Referer: `${attacked.relay.url}/embed/yard?grant=${grant}` });
      await stranger.get(`${path}?token=${token}&x=${session}`);
      await stranger.get(`/${grant}${path}`);
    }
    await stranger.signIn('admin', password);
    await stranger.signIn(password, PASSWORD);
    const audit = (await attacked.admin.get('/api/audit')).body;
    expect(audit).toContain('shared');
    const written = await readFile(join(attacked.folder, 'data', 'access', 'audit.jsonl'), 'utf8');
    const texts = { log: attacked.log.join(''), audit, written, stored: await storedText() };
    expect(texts.log.length).toBeGreaterThan(500);
    for (const [where, text] of Object.entries(texts)) {
      for (const [what, secret] of Object.entries({ token, grant, session, password, PASSWORD })) {
        expect(text.includes(secret), `${what} in the ${where}`).toBe(false);
      }
    }
  });

  const storedText = async () => {
    const access = join(attacked.folder, 'data', 'access');
    const texts = await Promise.all((await readdir(access)).map((name) => readFile(join(access, name), 'latin1')));
    return texts.join('\n');
  };

  it('come back in no answer but the one that made them', async () => {
    for (const path of ['/api/tokens', '/api/grants', '/api/sessions', '/api/users', '/api/session', '/api/audit']) {
      expect((await attacked.admin.get(path)).body, path).not.toMatch(/sl[stg]_[\w-]{16,}|scrypt\$/);
    }
  });
});

describe('the audit', () => {
  it('cannot be filled with what was never done, nor with what is long', async () => {
    const path = join(attacked.folder, 'data', 'access', 'audit.jsonl');
    const lines = async () => {
      await attacked.admin.get('/api/audit');
      return (await readFile(path, 'utf8')).split('\n');
    };
    const before = (await lines()).length;
    for (let at = 0; at < 20; at++) {
      await attacked.few.ask('DELETE', `/live/yard/${at}${'a'.repeat(8_000)}`);
      await attacked.few.ask('POST', `/api/cameras/yard?${at}`);
      await attacked.admin.ask('DELETE', `/api/users/${'b'.repeat(8_000)}`);
      await attacked.admin.get(`/live/${'c'.repeat(8_000)}${at}.jpg`);
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
      const { status, body } = await new Person(attacked.relay).signIn(name, 'not the password');
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
