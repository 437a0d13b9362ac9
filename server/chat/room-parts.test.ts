import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatEntry, ChatServerMessage } from '../protocol.ts';
import { Broadcast, tickMs } from './broadcast.ts';
import { readClientFrame } from './client-frame.ts';
import { entryId, History, isEntryId, RESUME_ENTRIES } from './history.ts';
import type { Member } from './member.ts';
import { messagesQuery } from './messages-route.ts';
import { identify, People } from './people.ts';
import { Presence } from './presence.ts';
import { textFrame } from './wire.ts';

const sender = { id: 'a', name: 'Ann', avatar: 'star', moderator: false };
const entry = (id: string, more: Partial<ChatEntry> = {}): ChatEntry => ({
  type: 'message',
  id,
  room: 'r',
  atMs: 1,
  streamTimeMs: 1,
  sender,
  text: id,
  ...more,
});
const fakeMember = () => ({}) as Member;

describe('the history', () => {
  it('gives ids that rise, also within a millisecond and when the clock goes back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1.7e12, max: 1.7e12 + 50 }), { minLength: 2, maxLength: 200 }),
        (times) => {
          const history = new History([], entryId(0, 0));
          const ids = times.map((timeMs) => history.nextId(timeMs));
          expect(ids).toEqual([...ids].sort());
          expect(new Set(ids).size).toBe(ids.length);
          expect(ids.every(isEntryId)).toBe(true);
        },
      ),
    );
  });

  it('continues above what was stored, whatever the clock says', () => {
    const stored = entryId(2_000_000_000_000, 7);
    expect(new History([entry(stored)], entryId(0, 0)).nextId(1_000) > stored).toBe(true);
  });

  it('gives what came after an id, and null when it cannot know', () => {
    const history = new History([], entryId(100, 0));
    const ids = Array.from({ length: RESUME_ENTRIES + 10 }, (_, i) => entryId(200 + i, 0));
    for (const id of ids) history.add(entry(id));
    expect(history.size).toBe(RESUME_ENTRIES);
    expect(history.after(ids[9]!)?.length).toBe(RESUME_ENTRIES);
    expect(history.after(ids[8]!)).toBeNull();
    expect(history.after(ids.at(-1)!)).toEqual([]);
    expect(history.after('nonsense')).toBeNull();
    expect(new History([], entryId(100, 0)).after(entryId(99, 0))).toBeNull();
  });

  it('gives newcomers the last fifty, without what was deleted', () => {
    const history = new History([], entryId(0, 0));
    for (let i = 0; i < 60; i++) history.add(entry(entryId(i, 0)));
    expect((JSON.parse(history.welcomeJson()) as ChatEntry[]).map(({ id }) => id)[0]).toBe(entryId(10, 0));
    history.delete(entryId(59, 0));
    expect((JSON.parse(history.welcomeJson()) as ChatEntry[]).at(-1)?.id).toBe(entryId(58, 0));
    expect(history.deleted).toEqual([entryId(59, 0)]);
  });
});

describe('people', () => {
  it('have an id that follows from the secret and does not hold it', () => {
    const { browserId, personId } = identify('a-secret-of-mine');
    expect(identify(browserId).personId).toBe(personId);
    expect(personId).toMatch(/^[0-9a-f]{16}$/);
    expect(identify(undefined).browserId).not.toBe(identify(undefined).browserId);
    expect(identify('short').browserId).not.toBe('short');
  });

  it('are forgotten when nothing is worth remembering', () => {
    const people = new People(60_000);
    for (let i = 0; i < 5_000; i++) {
      const member = fakeMember();
      const person = people.arrive(identify(undefined).personId);
      people.enter(person, member, '');
      people.leave(person, member, i);
    }
    expect([people.count, people.rememberedCount]).toEqual([0, 0]);
  });

  it('keep their names for a while, but not more of them than there is room for', () => {
    const people = new People(60_000);
    for (let i = 0; i < 3_000; i++) {
      const member = fakeMember();
      const person = people.arrive(identify(undefined).personId);
      people.enter(person, member, '');
      people.rename(person, `Name ${i}`);
      people.leave(person, member, i);
    }
    expect(people.rememberedCount).toBe(2_000);
    people.tidy(62_999);
    expect(people.rememberedCount).toBe(0);
  });

  it('are remembered as long as something is held against them', () => {
    const people = new People(1_000);
    const [member, person] = [fakeMember(), people.arrive('aaaaaaaaaaaaaaaa')];
    people.enter(person, member, '');
    person.mutedUntilMs = 100_000;
    people.leave(person, member, 0);
    people.tidy(50_000);
    expect(people.get(person.id)).toBe(person);
    people.tidy(100_000);
    expect(people.get(person.id)).toBeUndefined();
  });
});

describe('presence', () => {
  it('names each while there are few, and only counts, once a second, when there are many', async () => {
    const people = new People(0);
    const told: ChatServerMessage[] = [];
    const presence = new Presence(people, (message) => told.push(message));
    const come = () => {
      const [member, person] = [fakeMember(), people.arrive(identify(undefined).personId)];
      people.enter(person, member, '');
      presence.came(person);
      return () => {
        people.leave(person, member, 0);
        presence.went(person);
      };
    };
    const leaves = Array.from({ length: 1_000 }, come);
    expect(told.length).toBe(50);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(told.slice(50)).toEqual([{ type: 'presence', count: 1_000 }]);
    for (const leave of leaves.slice(10)) leave();
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(told.length).toBe(52);
    expect(told.at(-1)).toMatchObject({ type: 'presence', count: 10 });
    expect(told.at(-1)).toHaveProperty('members.length', 10);
    leaves[0]!();
    expect(told.at(-1)).toMatchObject({ type: 'left', count: 9 });
    presence.close();
  });
});

describe('a broadcast', () => {
  it('is written once to each member for all that was said in a tick, serialised once', async () => {
    const writes: [Buffer, number][] = [];
    const members = new Set([1, 2, 3].map(() => ({ send: (frames: Buffer, n: number) => writes.push([frames, n]) })));
    const broadcast = new Broadcast(members);
    let serialised = 0;
    for (let i = 0; i < 5; i++) broadcast.send({ i, toJSON: () => ({ i, n: ++serialised }) });
    expect(writes).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(serialised).toBe(5);
    expect(writes.map(([, n]) => n)).toEqual([5, 5, 5]);
    expect(new Set(writes.map(([frames]) => frames)).size).toBe(1);
    broadcast.close();
  });

  it.each([
    [1, 0],
    [32, 0],
    [200, 5],
    [1_000, 25],
    [100_000, 25],
  ])('gathers for %i members during %i ms', (members, ms) => {
    expect(tickMs(members)).toBe(ms);
  });

  it.each([0, 1, 125, 126, 65_535, 65_536, 100_000])('frames %i bytes as RFC 6455 says', (length) => {
    const frame = textFrame('x'.repeat(length));
    expect(frame[0]).toBe(0x81);
    const size = frame[1]!;
    expect(size).toBeLessThan(128);
    const [told, header] =
      size < 126 ? [size, 2] : size === 126 ? [frame.readUInt16BE(2), 4] : [Number(frame.readBigUInt64BE(2)), 10];
    expect([told, frame.length - header]).toEqual([length, length]);
  });
});

describe('reading a frame', () => {
  it('never throws, and whatever is understood has the shape it should have', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
        const frame = readClientFrame(text);
        if (!frame.ok) expect(frame.error.message).not.toBe('');
      }),
    );
    const keys = fc.constantFrom('text', 'clientId', 'colour', 'lane', 'streamTimeMs', 'seconds', 'name', 'member');
    const types = fc.constantFrom('hello', 'message', 'danmaku', 'ping', 'moderate');
    fc.assert(
      fc.property(types, fc.dictionary(keys, fc.jsonValue()), (type, fields) => {
        const frame = readClientFrame(JSON.stringify({ ...fields, type }));
        if (!frame.ok || (frame.message.type !== 'message' && frame.message.type !== 'danmaku')) return;
        expect(typeof frame.message.text).toBe('string');
        expect(frame.message.colour ?? '#000000').toMatch(/^#[0-9a-f]{6}$/);
      }),
    );
  });

  it('takes keys from the frame itself, not from what objects inherit', () => {
    expect(readClientFrame('{"__proto__":{"type":"ping"}}')).toMatchObject({ ok: false });
  });
});

describe('a period', () => {
  it('is the last 24 hours when none is given', () => {
    const nowMs = 1_800_000_000_000;
    const query = messagesQuery(new URLSearchParams(), nowMs);
    expect(query.toMs).toBeGreaterThan(nowMs);
    expect(query.toMs - query.fromMs).toBe(86_400_000);
  });
});
