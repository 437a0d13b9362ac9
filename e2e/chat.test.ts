import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChatMessagesAnswer, Problem } from '../server/protocol.ts';
import { ChatClient, type ChatClientOptions, ELSEWHERE } from './support/chat-client.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { eventually, sleep } from './support/wait.ts';

const KEY = 'a-moderator-key-for-tests';
let relay: RelayProcess;
const open: ChatClient[] = [];
let rooms = 0;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sightline-chat-'));
  relay = await startRelay({
    config: {
      access: { open: true },
      cameras: { yard: { url: 'rtsp://127.0.0.1:1/yard' } },
      chat: { freeRooms: true, heartbeatMs: 1_000, pongTimeoutMs: 3_000, moderatorKey: KEY, words: ['darn'] },
    },
  });
});
afterAll(async () => {
  for (const client of open) client.socket.terminate();
  await relay?.close();
  await rm(folder, { recursive: true, force: true });
});

const room = () => `room-${rooms++}`;
const url = (name: string) => `${relay.wsUrl}/chat/${name}`;
async function join_(name: string, options: ChatClientOptions = {}) {
  const client = await ChatClient.join(url(name), options);
  open.push(client);
  return client;
}
const visitor = (name: string, who: string, more: ChatClientOptions['hello'] = {}) =>
  join_(name, { hello: { name: who, ...more }, socket: ELSEWHERE });

describe('a room', () => {
  it('welcomes with id, rules, people and the last 50 messages', async () => {
    const name = room();
    const writers = await Promise.all(Array.from({ length: 20 }, (_, i) => visitor(name, `Writer ${i}`)));
    for (const [i, writer] of writers.entries()) for (let n = 0; n < 3; n++) writer.say(`line ${i} ${n}`);
    await eventually(
      () => writers[0]!.entries.length,
      (n) => n === 60,
    );
    const { first } = await visitor(name, 'Late');
    expect(first).toMatchObject({ version: 1, room: name, count: 21, you: { name: 'Late', moderator: false } });
    expect(first.rules).toMatchObject({ maxCharacters: 500, messages: 3, perMs: 2_000, pauseMs: 10_000 });
    expect(first.members.map((member) => member.name)).toContain('Writer 7');
    expect(first.messages.map(({ id }) => id)).toEqual(writers[0]!.entries.slice(-50).map(({ id }) => id));
  });

  it('gives every member every message, in the same order, with all that belongs to it', async () => {
    const name = room();
    const [ann, ben] = [await visitor(name, 'Ann', { avatar: 'star' }), await visitor(name, 'Ben')];
    const streamTimeMs = Date.now() - 1_500;
    ann.say('hello', { streamTimeMs });
    ben.say('over it', { type: 'danmaku', colour: '#FF8800', lane: 'top' });
    const said = await ben.untilText('hello');
    const flown = await ann.untilText('over it');
    expect(said).toMatchObject({ type: 'message', room: name, text: 'hello', streamTimeMs, clientId: 'c0' });
    expect(said.sender).toMatchObject({ name: 'Ann', avatar: 'star', id: ann.first.you.id });
    expect(flown).toMatchObject({ type: 'danmaku', colour: '#ff8800', lane: 'top' });
    expect(Math.abs(flown.streamTimeMs - Date.now())).toBeLessThan(2_000);
    expect(said.id < flown.id).toBe(true);
    expect(ann.entries.map(({ id }) => id)).toEqual(ben.entries.map(({ id }) => id));
  });

  it('does not believe a stream time that cannot be', async () => {
    const ann = await visitor(room(), 'Ann');
    ann.say('from the future', { streamTimeMs: Date.now() + 3_600_000 });
    expect(Math.abs((await ann.untilText('from the future')).streamTimeMs - Date.now())).toBeLessThan(2_000);
  });

  it('tells who joins and who leaves, whatever the road, once', async () => {
    const name = room();
    const ann = await visitor(name, 'Ann');
    const closing = await visitor(name, 'Closing');
    const cut = await visitor(name, 'Cut');
    await closing.close();
    cut.socket.terminate();
    await ann.until('left', 1);
    await sleep(200);
    expect(ann.of('joined').map(({ member, count }) => [member.name, count])).toEqual([
      ['Closing', 2],
      ['Cut', 3],
    ]);
    expect(
      ann
        .of('left')
        .map(({ member }) => member.name)
        .sort(),
    ).toEqual(['Closing', 'Cut']);
    expect(ann.of('left').at(-1)?.count).toBe(1);
  });

  it('lets a member that stays silent go after a ping', async () => {
    const name = room();
    const ann = await visitor(name, 'Ann');
    const silent = await join_(name, { hello: { name: 'Silent' }, socket: { ...ELSEWHERE, autoPong: false } });
    const left = await ann.until('left');
    expect(left.member.name).toBe('Silent');
    expect((await silent.closed).code).toBe(1006);
    expect(ann.socket.readyState).toBe(ann.socket.OPEN);
  });

  it('is one per camera, or of any name where the configuration allows it', async () => {
    expect((await join_('yard')).first.room).toBe('yard');
    const strict = await startRelay({ config: { cameras: { yard: { url: 'rtsp://127.0.0.1:1/yard' } } } });
    try {
      const client = new ChatClient(`${strict.wsUrl}/chat/elsewhere`);
      expect(await client.closed).toMatchObject({ code: 4404, reason: { code: 'no-such-room' } });
    } finally {
      await strict.close();
    }
  });

  it('asks for a WebSocket when it is opened with HTTP', async () => {
    const response = await fetch(`${relay.url}/chat/yard`);
    expect(response.status).toBe(426);
  });
});

describe('people', () => {
  it('have names that are unique in the room, look-alikes included', async () => {
    const name = room();
    await visitor(name, 'Anna');
    expect((await visitor(name, 'Anna')).first.you.name).toBe('Anna 2');
    expect((await visitor(name, 'Аnnа')).first.you.name).toBe('Аnnа 3');
    expect((await visitor(name, 'Ａｎｎａ')).first.you.name).toBe('Anna 4');
  });

  it('cannot pass for the operator, and are told', async () => {
    const name = room();
    const sham = await visitor(name, '0perаtor');
    expect(sham.first.you.name).toMatch(/^Guest /);
    expect((await sham.until('error')).code).toBe('name-reserved');
    expect((await visitor(name, 'Operator', { moderatorKey: KEY })).first.you).toMatchObject({
      name: 'Operator',
      moderator: true,
    });
  });

  it('choose an avatar that is shipped, not one from anywhere', async () => {
    const ann = await visitor(room(), 'Ann', { avatar: 'https://elsewhere.example/track.gif' });
    expect((await ann.until('error')).code).toBe('bad-avatar');
    ann.send({ type: 'hello', avatar: 'moon' });
    expect((await ann.until('welcome', 1)).you.avatar).toBe('moon');
  });

  it('are the same person when they come back, and displace their ghost', async () => {
    const name = room();
    const ann = await visitor(name, 'Ann', { tabId: 'one' });
    const ben = await visitor(name, 'Ben');
    const { browserId, you } = ann.first;
    const again = await visitor(name, 'Ann', { browserId, tabId: 'one' });
    expect(await ann.closed).toMatchObject({ code: 4409, reason: { code: 'displaced' } });
    expect(again.first.you).toEqual(you);
    expect(again.first.count).toBe(2);
    await sleep(200);
    expect(ben.of('left')).toEqual([]);
    expect(ben.of('joined')).toEqual([]);
    await again.close();
    const later = await visitor(name, 'Ann');
    expect(later.first.you.name).toBe('Ann 2');
    expect((await visitor(name, 'Ann', { browserId })).first.you).toEqual(you);
  });

  it('may have two tabs, and are there until the last is closed', async () => {
    const name = room();
    const ben = await visitor(name, 'Ben');
    const one = await visitor(name, 'Ann', { tabId: 'one' });
    const two = await visitor(name, 'Ann', { browserId: one.first.browserId, tabId: 'two' });
    expect(two.first.count).toBe(2);
    await one.close();
    await sleep(200);
    expect(ben.of('left')).toEqual([]);
    await two.close();
    expect((await ben.until('left')).member.name).toBe('Ann');
  });

  it('can say who they are later', async () => {
    const name = room();
    const ben = await visitor(name, 'Ben');
    const guest = await join_(name, { socket: ELSEWHERE });
    expect(guest.first.you.name).toMatch(/^Guest \d+/);
    guest.send({ type: 'hello', name: 'Carol' });
    expect((await guest.until('welcome', 1)).you.name).toBe('Carol');
    expect((await ben.until('presence')).members?.map((member) => member.name)).toContain('Carol');
  });
});

describe('coming back', () => {
  it('gets what was missed, in order and nothing twice', async () => {
    const name = room();
    const [ann, ben] = [await visitor(name, 'Ann'), await visitor(name, 'Ben')];
    ann.say('one');
    const { id: lastId } = await ben.untilText('one');
    await ben.close();
    ann.say('two');
    ann.say('three');
    await ann.untilText('three');
    const back = await visitor(name, 'Ben', { browserId: ben.first.browserId, lastId });
    expect(back.first.resumed).toBe(true);
    expect(back.first.messages.map(({ text }) => text)).toEqual(['two', 'three']);
  });

  it('may send again what it does not know to have arrived', async () => {
    const name = room();
    const [ann, ben] = [await visitor(name, 'Ann'), await visitor(name, 'Ben')];
    ann.say('only once', { clientId: 'x1' });
    const { id } = await ben.untilText('only once');
    ann.socket.terminate();
    const back = await visitor(name, 'Ann', { browserId: ann.first.browserId });
    back.say('only once', { clientId: 'x1' });
    expect((await back.untilText('only once')).id).toBe(id);
    await sleep(100);
    expect(ben.entries).toHaveLength(1);
  });

  it('is told when there is a gap, as after an id that nobody knows', async () => {
    const { first } = await visitor(room(), 'Ann', { lastId: 'never-was-an-id' });
    expect(first.resumed).toBe(false);
  });

  it('finds the room’s last messages after the relay was away', async () => {
    const name = room();
    const config = { dataDir: join(folder, 'restart'), chat: { rooms: [name] } };
    const before = await startRelay({ config });
    const ann = await ChatClient.join(`${before.wsUrl}/chat/${name}`);
    ann.say('before');
    const { id } = await ann.untilText('before');
    ann.say('deleted');
    ann.send({ type: 'moderate', action: 'delete', messageId: (await ann.untilText('deleted')).id });
    await ann.until('system');
    await before.close();
    expect(await ann.closed).toMatchObject({ code: 1001 });
    const after = await startRelay({ config });
    try {
      const back = await ChatClient.join(`${after.wsUrl}/chat/${name}`, { hello: { lastId: id } });
      expect(back.first).toMatchObject({ resumed: true, messages: [] });
      const fresh = await ChatClient.join(`${after.wsUrl}/chat/${name}`);
      expect(fresh.first.messages.map(({ text }) => text)).toEqual(['before']);
    } finally {
      await after.close();
    }
  });
});

describe('manners', () => {
  it('are three messages in two seconds, then a pause, told with its seconds', async () => {
    const name = room();
    const [ann, ben] = [await visitor(name, 'Ann'), await visitor(name, 'Ben')];
    for (const text of ['one', 'two', 'three', 'four']) ann.say(text);
    expect(await ann.until('error')).toMatchObject({ code: 'slow-down', retryInSeconds: 10, clientId: 'c3' });
    ben.say('not me');
    await ann.untilText('not me');
    expect(ben.entries.map(({ text }) => text)).toEqual(['one', 'two', 'three', 'not me']);
  });

  it('hold for who goes out and comes in again', async () => {
    const name = room();
    const ann = await visitor(name, 'Ann');
    for (const text of ['one', 'two', 'three', 'four']) ann.say(text);
    await ann.until('error');
    await ann.close();
    const back = await visitor(name, 'Ann', { browserId: ann.first.browserId });
    back.say('five', { clientId: 'another' });
    expect((await back.until('error')).code).toBe('slow-down');
  });

  it.each([
    ['nothing', '  ', 'empty'],
    ['501 characters', 'x'.repeat(501), 'too-long'],
  ])('refuse %s', async (_what, text, code) => {
    const ann = await visitor(room(), 'Ann');
    ann.say(text);
    expect(await ann.until('error')).toMatchObject({ code, clientId: 'c0' });
  });

  it('refuse the same again and mask listed words', async () => {
    const ann = await visitor(room(), 'Ann');
    ann.say('darn it');
    await ann.untilText('**** it');
    ann.say('DARN it!');
    expect((await ann.until('error')).code).toBe('duplicate');
  });
});

describe('moderators', () => {
  it('are clients on this machine, or who has the key; others are refused', async () => {
    const name = room();
    expect((await join_(name)).first.you.moderator).toBe(true);
    const ann = await visitor(name, 'Ann');
    ann.send({ type: 'moderate', action: 'close' });
    expect((await ann.until('error')).code).toBe('not-allowed');
    expect((await visitor(name, 'Mo', { moderatorKey: KEY })).first.you.moderator).toBe(true);
    expect((await visitor(name, 'No', { moderatorKey: `${KEY}x` })).first.you.moderator).toBe(false);
  });

  it('mute, unmute, delete, slow, close, open and remove, and all of it is written down', async () => {
    const name = room();
    const mod = await join_(name, { hello: { name: 'Mo' } });
    const ann = await visitor(name, 'Ann');
    const annId = ann.first.you.id;

    ann.say('rude');
    const { id } = await mod.untilText('rude');
    mod.send({ type: 'moderate', action: 'delete', messageId: id });
    expect(await ann.until('system', 0)).toEqual({ type: 'system', event: 'deleted', messageId: id });
    expect((await visitor(name, 'New')).first).toMatchObject({ messages: [], deleted: [id] });

    mod.send({ type: 'moderate', action: 'mute', member: annId, seconds: 60 });
    expect(await ann.until('system', 1)).toMatchObject({ event: 'muted', member: { name: 'Ann' }, seconds: 60 });
    ann.say('but');
    expect(await ann.until('error', 0)).toMatchObject({ code: 'muted', retryInSeconds: 60 });
    mod.send({ type: 'moderate', action: 'unmute', member: annId });
    expect(await ann.until('system', 2)).toMatchObject({ event: 'unmuted' });

    mod.send({ type: 'moderate', action: 'slow', seconds: 30 });
    expect(await ann.until('system', 3)).toMatchObject({ event: 'rules', rules: { slowModeMs: 30_000 } });
    ann.say('too soon');
    expect(await ann.until('error', 1)).toMatchObject({ code: 'slow-mode' });
    mod.send({ type: 'moderate', action: 'slow', seconds: 0 });

    mod.send({ type: 'moderate', action: 'close' });
    expect(await ann.until('system', 5)).toMatchObject({ event: 'rules', rules: { closed: true } });
    ann.say('anyone?');
    expect(await ann.until('error', 2)).toMatchObject({ code: 'room-closed' });
    mod.say('moderators may');
    await ann.untilText('moderators may');
    mod.send({ type: 'moderate', action: 'open' });

    mod.send({ type: 'moderate', action: 'remove', member: annId });
    expect(await ann.closed).toMatchObject({ code: 4403, reason: { code: 'removed' } });
    const back = new ChatClient(url(name), { hello: { browserId: ann.first.browserId }, socket: ELSEWHERE });
    expect(await back.closed).toMatchObject({ code: 4403 });

    const lines = relay.logLines().flatMap(({ audit }) => (audit as { room: string; action: string }) ?? []);
    const actions = ['delete', 'mute', 'unmute', 'slow', 'slow', 'close', 'open', 'remove'];
    expect(lines.filter((line) => line.room === name).map(({ action }) => action)).toEqual(actions);
  });

  it('leave an audit file with who, whom and what', async () => {
    const dataDir = join(folder, 'audit');
    const other = await startRelay({
      config: { access: { open: true }, dataDir, chat: { rooms: ['a'], words: ['darn'] } },
    });
    const mod = await ChatClient.join(`${other.wsUrl}/chat/a`, { hello: { name: 'Mo' } });
    const ann = await ChatClient.join(`${other.wsUrl}/chat/a`, { hello: { name: 'Ann' }, socket: ELSEWHERE });
    ann.say('darn');
    await ann.untilText('****');
    mod.send({ type: 'moderate', action: 'mute', member: ann.first.you.id });
    await ann.until('system');
    await other.close();
    const lines = (await readFile(join(dataDir, 'chat/audit.jsonl'), 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { action: 'word', by: null, target: { name: 'Ann' }, text: 'darn' },
      { action: 'mute', by: { name: 'Mo', address: '127.0.0.1' }, target: { name: 'Ann' }, seconds: 600 },
    ]);
    expect(await readdir(join(dataDir, 'chat/rooms/a'))).toHaveLength(1);
  });
});

describe('over recordings', () => {
  it('finds messages by the stream time they belong to', async () => {
    const name = room();
    const ann = await visitor(name, 'Ann');
    const thenMs = Date.now() - 60_000;
    ann.say('then', { type: 'danmaku', streamTimeMs: thenMs });
    ann.say('a little later', { streamTimeMs: thenMs + 1_000 });
    ann.say('now');
    await ann.untilText('now');
    const ask = async (query: string) => {
      const response = await fetch(`${relay.url}/api/rooms/${name}/messages${query}`);
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
      const response = await fetch(`${relay.url}/api/rooms/yard/messages${query}`);
      expect(response.status).toBe(400);
      expect(((await response.json()) as Problem).code).toBe('bad-request');
    },
  );

  it('knows no messages of a room that cannot be', async () => {
    const response = await fetch(`${relay.url}/api/rooms/..%2Fyard/messages`);
    expect(response.status).toBe(404);
    expect(((await response.json()) as Problem).code).toBe('no-such-room');
  });
});
