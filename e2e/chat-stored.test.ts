/** What is kept of a room: over recordings, and over a restart. */
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ChatMessagesAnswer, Problem } from '../server/protocol.ts';
import { ChatClient } from './support/chat-client.ts';
import { useChatRelay } from './support/chat-relay.ts';
import { startRelay } from './support/relay-process.ts';

const chat = useChatRelay();

describe('over recordings', () => {
  it('finds messages by the stream time they belong to', async () => {
    const name = chat.freshRoom();
    const ann = await chat.visitor(name, 'Ann');
    const thenMs = Date.now() - 60_000;
    ann.say('then', { type: 'danmaku', streamTimeMs: thenMs });
    ann.say('a little later', { streamTimeMs: thenMs + 1_000 });
    ann.say('now');
    await ann.untilText('now');
    const ask = async (query: string) => {
      const response = await fetch(`${chat.relay.url}/api/rooms/${name}/messages${query}`);
      return (await response.json()) as ChatMessagesAnswer;
    };
    const texts = async (query: string) => (await ask(query)).messages.map(({ text }) => text);
    expect(await texts('')).toEqual(['then', 'a little later', 'now']);
    expect(await texts(`?from=${thenMs}&to=${thenMs + 1_000}`)).toEqual(['then']);
    const iso = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
    expect(await texts(`?from=${iso(thenMs + 1_000)}&to=${iso(thenMs + 2_000)}`)).toEqual(['a little later']);
    const firstTwo = await ask('?limit=2');
    expect(firstTwo.messages).toHaveLength(2);
    expect(await texts(`?limit=2&cursor=${firstTwo.next}`)).toEqual(['now']);
  });

  it.each([['?from=yesterday'], ['?limit=0'], ['?limit=1e9'], ['?cursor=x'], ['?from=2000&to=1000'], ['?to=-1']])(
    'refuses %s',
    async (query) => {
      const response = await fetch(`${chat.relay.url}/api/rooms/yard/messages${query}`);
      expect(response.status).toBe(400);
      expect(((await response.json()) as Problem).code).toBe('bad-request');
    },
  );

  it('knows no messages of a room that cannot be', async () => {
    const response = await fetch(`${chat.relay.url}/api/rooms/..%2Fyard/messages`);
    expect(response.status).toBe(404);
    expect(((await response.json()) as Problem).code).toBe('no-such-room');
  });
});

it('a relay lets nobody open rooms by default, and finds a room’s last messages after it was away', async () => {
  const config = { dataDir: join(chat.dataDir, '../default'), chat: { rooms: ['lounge'] } };
  const before = await startRelay({ config });
  onTestFinished(async () => void (await before.close()));
  const stranger = new ChatClient(`${before.wsUrl}/chat/elsewhere`);
  expect(await stranger.closed).toMatchObject({ code: 4404, reason: { code: 'no-such-room' } });

  const ann = await ChatClient.join(`${before.wsUrl}/chat/lounge`);
  ann.say('before');
  const { id } = await ann.untilText('before');
  ann.say('deleted');
  ann.send({ type: 'moderate', action: 'delete', messageId: (await ann.untilText('deleted')).id });
  await ann.until('system');
  await before.close();
  expect(await ann.closed).toMatchObject({ code: 1001 });

  const after = await startRelay({ config });
  onTestFinished(async () => void (await after.close()));
  const back = await ChatClient.join(`${after.wsUrl}/chat/lounge`, { hello: { lastId: id } });
  expect(back.first).toMatchObject({ resumed: true, messages: [] });
  const fresh = await ChatClient.join(`${after.wsUrl}/chat/lounge`);
  expect(fresh.first.messages.map(({ text }) => text)).toEqual(['before']);
});
