import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '../server/protocol.ts';
import { CALLERS, CardedRelay } from './support/access-cards.ts';
import { ACCESS_TABLE } from './support/access-table.ts';
import { asked, askRoute, type Card, letterOf, pathOn } from './support/ask-route.ts';

let carded: CardedRelay;

beforeAll(async () => {
  carded = await CardedRelay.open();
});
afterAll(() => carded?.close());

const ask = (method: string, path: string, card: Card) => askRoute(carded.relay.url, method, path, card);

function declaredLines(): string[] {
  return carded.relay.routes.flatMap(({ methods, path }) => methods.map((method) => `${method} ${path}`));
}

async function lettersOn(line: string, camera: string): Promise<string> {
  const [method, path] = line.split(' ') as [string, string];
  let letters = '';
  for (const caller of CALLERS) {
    const answer = await ask(asked(method, path), pathOn(path, camera), carded.cards.get(caller)!);
    letters += line === 'POST /api/session' && answer.status === 400 ? '.' : letterOf(answer);
    const isUser = caller !== 'nobody' && caller !== 'token' && caller !== 'link';
    if (line === 'DELETE /api/session' && isUser) carded.cards.set(caller, await carded.signIn(caller));
  }
  return letters;
}

describe('every route lets in whom the table says, and nobody else', () => {
  it('lists every route and WebSocket path that there is', () => {
    expect([...new Set(declaredLines())].sort()).toEqual(Object.keys(ACCESS_TABLE).sort());
  });

  it.each(Object.entries(ACCESS_TABLE))('%s', async (line, expected) => {
    const words = expected.split(' ');
    const found = [await lettersOn(line, 'yard')];
    if (words.length > 1) found.push(await lettersOn(line, 'shed'));
    expect(found.join(' ')).toBe(expected);
  });

  it.each(Object.keys(ACCESS_TABLE))(
    '%s takes no card that has expired, is another relay’s or was taken back',
    async (line) => {
      const [method, path] = line.split(' ') as [string, string];
      const letters: Record<string, string> = {};
      for (const [name, card] of carded.badCards)
        letters[name] = letterOf(await ask(asked(method, path), pathOn(path, 'yard'), card));
      const nobody = ACCESS_TABLE[line]![0]!;
      expect(letters).toEqual(Object.fromEntries([...carded.badCards.keys()].map((name) => [name, nobody])));
    },
  );
});

describe('a link to a video', () => {
  it.each(Object.entries(ACCESS_TABLE))('opens no more of %s than a link to another camera', async (line, expected) => {
    const [method, path] = line.split(' ') as [string, string];
    const answer = await ask(asked(method, path), pathOn(path, 'shed'), carded.videoLink);
    const letter = line === 'POST /api/session' && answer.status === 400 ? '.' : letterOf(answer);
    expect(letter).toBe(expected.at(-1));
  });

  it('opens its own video, which is not there, and no other', async () => {
    const letters = await Promise.all(
      ['own.mp4', 'x1'].map(async (name) => letterOf(await ask('GET', `/api/video/${name}`, carded.videoLink))),
    );
    expect(letters).toEqual(['.', '3']);
  });
});

describe('what is not theirs', () => {
  it.each(Object.entries(ACCESS_TABLE).filter(([, words]) => / .*4/.test(words)))(
    '%s says the same of it as of what is not there',
    async (line) => {
      const [method, path] = line.split(' ') as [string, string];
      for (const caller of ['few', 'link'] as const) {
        const [theirs, nowhere] = await Promise.all(
          ['shed', 'ghost'].map((camera) => ask(asked(method, path), pathOn(path, camera), carded.cards.get(caller)!)),
        );
        expect(theirs).toEqual(nowhere);
      }
    },
  );

  it('is in no list', async () => {
    for (const caller of ['few', 'token', 'link'] as const) {
      const { headers = {}, query = '' } = carded.cards.get(caller)!;
      const answer = await fetch(`${carded.relay.url}/api/cameras?${query}`, { headers });
      expect(((await answer.json()) as { cameras: { id: string }[] }).cameras.map(({ id }) => id)).toEqual(['yard']);
    }
  });
});

describe('a refusal says what to do', () => {
  it('401 with a challenge', async () => {
    const answer = await fetch(`${carded.relay.url}/api/cameras`);
    expect(answer.headers.get('WWW-Authenticate')).toContain('Bearer');
    expect(((await answer.json()) as Problem).detail).toContain('Sign in');
  });

  it('403 with the right that lacks', async () => {
    const { text } = await ask('POST', '/api/cameras/yard/recording', carded.cards.get('viewer')!);
    expect((JSON.parse(text) as Problem).detail).toContain('"record" on the camera yard');
  });
});
