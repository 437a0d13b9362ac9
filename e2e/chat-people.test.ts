/** Who is who in a room: names, tabs, ghosts, and coming back after a while. What is said is `chat-room.test.ts`. */
import { describe, expect, it } from 'vitest';
import { ELSEWHERE } from './support/chat-client.ts';
import { MODERATOR_KEY, useChatRelay } from './support/chat-relay.ts';
import { sleep } from './support/wait.ts';

const chat = useChatRelay();

describe('people', () => {
  it('have names that are unique in the room, look-alikes included', async () => {
    const name = chat.freshRoom();
    await chat.visitor(name, 'Anna');
    expect((await chat.visitor(name, 'Anna')).first.you.name).toBe('Anna 2');
    expect((await chat.visitor(name, 'Аnnа')).first.you.name).toBe('Аnnа 3');
    expect((await chat.visitor(name, 'Ａｎｎａ')).first.you.name).toBe('Anna 4');
  });

  it('cannot pass for the operator, and are told', async () => {
    const name = chat.freshRoom();
    const sham = await chat.visitor(name, '0perаtor');
    expect(sham.first.you.name).toMatch(/^Guest /);
    expect((await sham.until('error')).code).toBe('name-reserved');
    expect((await chat.visitor(name, 'Operator', { moderatorKey: MODERATOR_KEY })).first.you).toMatchObject({
      name: 'Operator',
      moderator: true,
    });
  });

  it('choose an avatar that is shipped, not one from anywhere', async () => {
    const ann = await chat.visitor(chat.freshRoom(), 'Ann', { avatar: 'https://elsewhere.example/track.gif' });
    expect((await ann.until('error')).code).toBe('bad-avatar');
    ann.send({ type: 'hello', avatar: 'moon' });
    expect((await ann.until('welcome', 1)).you.avatar).toBe('moon');
  });

  it('are the same person when they come back, and displace their ghost', async () => {
    const name = chat.freshRoom();
    const ann = await chat.visitor(name, 'Ann', { tabId: 'one' });
    const ben = await chat.visitor(name, 'Ben');
    const { browserId, you } = ann.first;
    const again = await chat.visitor(name, 'Ann', { browserId, tabId: 'one' });
    expect(await ann.closed).toMatchObject({ code: 4409, reason: { code: 'displaced' } });
    expect(again.first.you).toEqual(you);
    expect(again.first.count).toBe(2);
    await sleep(200);
    expect(ben.of('left')).toEqual([]);
    expect(ben.of('joined')).toEqual([]);
    await again.close();
    const later = await chat.visitor(name, 'Ann');
    expect(later.first.you.name).toBe('Ann 2');
    expect((await chat.visitor(name, 'Ann', { browserId })).first.you).toEqual(you);
  });

  it('may have two tabs, and are there until the last is closed', async () => {
    const name = chat.freshRoom();
    const ben = await chat.visitor(name, 'Ben');
    const one = await chat.visitor(name, 'Ann', { tabId: 'one' });
    const two = await chat.visitor(name, 'Ann', { browserId: one.first.browserId, tabId: 'two' });
    expect(two.first.count).toBe(2);
    await one.close();
    await sleep(200);
    expect(ben.of('left')).toEqual([]);
    await two.close();
    expect((await ben.until('left')).member.name).toBe('Ann');
  });

  it('can say who they are later', async () => {
    const name = chat.freshRoom();
    const ben = await chat.visitor(name, 'Ben');
    const guest = await chat.join(name, { socket: ELSEWHERE });
    expect(guest.first.you.name).toMatch(/^Guest \d+/);
    guest.send({ type: 'hello', name: 'Carol' });
    expect((await guest.until('welcome', 1)).you.name).toBe('Carol');
    expect((await ben.until('presence')).members?.map((member) => member.name)).toContain('Carol');
  });
});

describe('somebody who says who they are without end', () => {
  it('is answered a few times, and the room hears no more of it than that', async () => {
    const name = chat.freshRoom();
    const ben = await chat.visitor(name, 'Ben');
    const eve = await chat.visitor(name, 'Eve');
    for (let i = 0; i < 20; i++) eve.send({ type: 'hello', name: `Eve ${i}`, lastId: '0000000000000' });
    expect(await eve.until('error', 14)).toMatchObject({ code: 'slow-down', retryInSeconds: 2 });
    expect(eve.of('welcome')).toHaveLength(1 + 5);
    expect(ben.of('presence').length).toBeLessThanOrEqual(5);
    // Nobody is silenced by it.
    eve.say('still here');
    expect((await ben.untilText('still here')).sender.name).toBe('Eve 4');
  });
});

describe('coming back', () => {
  it('gets what was missed, in order and nothing twice', async () => {
    const name = chat.freshRoom();
    const [ann, ben] = [await chat.visitor(name, 'Ann'), await chat.visitor(name, 'Ben')];
    ann.say('one');
    const { id: lastId } = await ben.untilText('one');
    await ben.close();
    ann.say('two');
    ann.say('three');
    await ann.untilText('three');
    const back = await chat.visitor(name, 'Ben', { browserId: ben.first.browserId, lastId });
    expect(back.first.resumed).toBe(true);
    expect(back.first.messages.map(({ text }) => text)).toEqual(['two', 'three']);
  });

  it('may send again what it does not know to have arrived', async () => {
    const name = chat.freshRoom();
    const [ann, ben] = [await chat.visitor(name, 'Ann'), await chat.visitor(name, 'Ben')];
    ann.say('only once', { clientId: 'x1' });
    const { id } = await ben.untilText('only once');
    ann.socket.terminate();
    const back = await chat.visitor(name, 'Ann', { browserId: ann.first.browserId });
    back.say('only once', { clientId: 'x1' });
    expect((await back.untilText('only once')).id).toBe(id);
    await sleep(100);
    expect(ben.entries).toHaveLength(1);
  });

  it('is told when there is a gap, as after an id that nobody knows', async () => {
    const { first } = await chat.visitor(chat.freshRoom(), 'Ann', { lastId: 'never-was-an-id' });
    expect(first.resumed).toBe(false);
  });
});
