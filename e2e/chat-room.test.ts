/** A room as its members see it: welcome, messages, who comes and goes. Who they are is `chat-people.test.ts`. */
import { describe, expect, it } from 'vitest';
import { ChatClient, ELSEWHERE } from './support/chat-client.ts';
import { useChatRelay } from './support/chat-relay.ts';
import { eventually, sleep } from './support/wait.ts';

const chat = useChatRelay({ heartbeatMs: 1_000, pongTimeoutMs: 1_500 });

describe('a room', () => {
  it('welcomes with id, rules, people and the last 50 messages', async () => {
    const name = chat.freshRoom();
    const writers = await Promise.all(Array.from({ length: 20 }, (_, i) => chat.visitor(name, `Writer ${i}`)));
    for (const [i, writer] of writers.entries()) for (let n = 0; n < 3; n++) writer.say(`line ${i} ${n}`);
    await eventually(
      () => writers[0]!.entries.length,
      (n) => n === 60,
    );
    const { first } = await chat.visitor(name, 'Late');
    expect(first).toMatchObject({ version: 1, room: name, count: 21, you: { name: 'Late', moderator: false } });
    expect(first.rules).toMatchObject({ maxCharacters: 500, messages: 3, perMs: 2_000, pauseMs: 10_000 });
    expect(first.members.map((member) => member.name)).toContain('Writer 7');
    expect(first.messages.map(({ id }) => id)).toEqual(writers[0]!.entries.slice(-50).map(({ id }) => id));
  });

  it('gives every member every message, in the same order, with all that belongs to it', async () => {
    const name = chat.freshRoom();
    const [ann, ben] = [await chat.visitor(name, 'Ann', { avatar: 'star' }), await chat.visitor(name, 'Ben')];
    const streamTimeMs = Date.now() - 1_500;
    ann.say('hello', { streamTimeMs });
    const said = await ben.untilText('hello');
    ben.say('over it', { type: 'danmaku', colour: '#FF8800', lane: 'top' });
    const flown = await ann.untilText('over it');
    await Promise.all([ann.untilText('hello'), ben.untilText('over it')]);
    expect(said).toMatchObject({ type: 'message', room: name, text: 'hello', streamTimeMs, clientId: 'c0' });
    expect(said.sender).toMatchObject({ name: 'Ann', avatar: 'star', id: ann.first.you.id });
    expect(flown).toMatchObject({ type: 'danmaku', colour: '#ff8800', lane: 'top' });
    expect(Math.abs(flown.streamTimeMs - Date.now())).toBeLessThan(2_000);
    expect(said.id < flown.id).toBe(true);
    expect(ann.entries.map(({ id }) => id)).toEqual(ben.entries.map(({ id }) => id));
  });

  it('does not believe a stream time that cannot be', async () => {
    const ann = await chat.visitor(chat.freshRoom(), 'Ann');
    ann.say('from the future', { streamTimeMs: Date.now() + 3_600_000 });
    expect(Math.abs((await ann.untilText('from the future')).streamTimeMs - Date.now())).toBeLessThan(2_000);
  });

  it('tells who joins and who leaves, whatever the road, once', async () => {
    const name = chat.freshRoom();
    const ann = await chat.visitor(name, 'Ann');
    const closing = await chat.visitor(name, 'Closing');
    const cut = await chat.visitor(name, 'Cut');
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
    const name = chat.freshRoom();
    const ann = await chat.visitor(name, 'Ann');
    const silent = await chat.join(name, { hello: { name: 'Silent' }, socket: { ...ELSEWHERE, autoPong: false } });
    const left = await ann.until('left');
    expect(left.member.name).toBe('Silent');
    expect((await silent.closed).code).toBe(1006);
    expect(ann.socket.readyState).toBe(ann.socket.OPEN);
  });

  it('is one per camera, and of any name where the configuration allows it', async () => {
    expect((await chat.join('yard')).first.room).toBe('yard');
    expect((await chat.join('Any-name_1')).first.room).toBe('Any-name_1');
    const client = new ChatClient(chat.url('no%20name'));
    expect(await client.closed).toMatchObject({ code: 4404, reason: { code: 'no-such-room' } });
  });

  it('asks for a WebSocket when it is opened with HTTP', async () => {
    const response = await fetch(`${chat.relay.url}/chat/yard`);
    expect(response.status).toBe(426);
  });
});
