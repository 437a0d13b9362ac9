/** What may be said and how often, and what moderators do. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ChatClient, ELSEWHERE } from './support/chat-client.ts';
import { MODERATOR_KEY, useChatRelay } from './support/chat-relay.ts';
import { eventually } from './support/wait.ts';

const chat = useChatRelay();

describe('manners', () => {
  it('are three messages in two seconds, then a pause, told with its seconds', async () => {
    const name = chat.freshRoom();
    const [ann, ben] = [await chat.visitor(name, 'Ann'), await chat.visitor(name, 'Ben')];
    for (const text of ['one', 'two', 'three', 'four']) ann.say(text);
    expect(await ann.until('error')).toMatchObject({ code: 'slow-down', retryInSeconds: 10, clientId: 'c3' });
    ben.say('not me');
    await Promise.all([ann.untilText('not me'), ben.untilText('not me')]);
    expect(ben.entries.map(({ text }) => text)).toEqual(['one', 'two', 'three', 'not me']);
  });

  it('hold for who goes out and comes in again', async () => {
    const name = chat.freshRoom();
    const ann = await chat.visitor(name, 'Ann');
    for (const text of ['one', 'two', 'three', 'four']) ann.say(text);
    await ann.until('error');
    await ann.close();
    const back = await chat.visitor(name, 'Ann', { browserId: ann.first.browserId });
    back.say('five', { clientId: 'another' });
    expect((await back.until('error')).code).toBe('slow-down');
  });

  it.each([
    ['nothing', '  ', 'empty'],
    ['501 characters', 'x'.repeat(501), 'too-long'],
  ])('refuse %s', async (_what, text, code) => {
    const ann = await chat.visitor(chat.freshRoom(), 'Ann');
    ann.say(text);
    expect(await ann.until('error')).toMatchObject({ code, clientId: 'c0' });
  });

  it('refuse the same again and mask listed words', async () => {
    const ann = await chat.visitor(chat.freshRoom(), 'Ann');
    ann.say('darn it');
    await ann.untilText('**** it');
    ann.say('DARN it!');
    expect((await ann.until('error')).code).toBe('duplicate');
  });
});

describe('moderators', () => {
  it('are clients on this machine, or who has the key; others are refused', async () => {
    const name = chat.freshRoom();
    expect((await chat.join(name)).first.you.moderator).toBe(true);
    const ann = await chat.visitor(name, 'Ann');
    ann.send({ type: 'moderate', action: 'close' });
    expect((await ann.until('error')).code).toBe('not-allowed');
    expect((await chat.visitor(name, 'Mo', { moderatorKey: MODERATOR_KEY })).first.you.moderator).toBe(true);
    expect((await chat.visitor(name, 'No', { moderatorKey: `${MODERATOR_KEY}x` })).first.you.moderator).toBe(false);
  });

  it('mute, unmute, delete, slow, close, open and remove, and all of it is written down', async () => {
    const name = chat.freshRoom();
    const mod = await chat.join(name, { hello: { name: 'Mo' } });
    const ann = await chat.visitor(name, 'Ann');
    const annId = ann.first.you.id;

    ann.say('rude');
    const { id } = await mod.untilText('rude');
    mod.send({ type: 'moderate', action: 'delete', messageId: id });
    expect(await ann.until('system', 0)).toEqual({ type: 'system', event: 'deleted', messageId: id });
    expect((await chat.visitor(name, 'New')).first).toMatchObject({ messages: [], deleted: [id] });

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
    const back = new ChatClient(chat.url(name), { hello: { browserId: ann.first.browserId }, socket: ELSEWHERE });
    expect(await back.closed).toMatchObject({ code: 4403 });

    const lines = chat.relay.logLines().flatMap(({ audit }) => (audit as { room: string; action: string }) ?? []);
    const actions = ['delete', 'mute', 'unmute', 'slow', 'slow', 'close', 'open', 'remove'];
    expect(lines.filter((line) => line.room === name).map(({ action }) => action)).toEqual(actions);
  });

  it('leave an audit file with who, whom and what', async () => {
    const name = chat.freshRoom();
    const mod = await chat.join(name, { hello: { name: 'Mo' } });
    const ann = await chat.visitor(name, 'Ann');
    ann.say('darn');
    await ann.untilText('****');
    mod.send({ type: 'moderate', action: 'mute', member: ann.first.you.id });
    await ann.until('system');
    const audited = async () => {
      const lines = (await readFile(join(chat.dataDir, 'chat/audit.jsonl'), 'utf8')).trim().split('\n');
      return lines.map((line) => JSON.parse(line)).filter(({ room }) => room === name);
    };
    expect(await eventually(audited, (lines) => lines.length === 2)).toMatchObject([
      { action: 'word', by: null, target: { name: 'Ann' }, text: 'darn' },
      { action: 'mute', by: { name: 'Mo', address: '127.0.0.1' }, target: { name: 'Ann' }, seconds: 600 },
    ]);
  });
});
