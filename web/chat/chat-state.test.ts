import { describe, expect, it } from 'vitest';
import type { ChatEntry, ChatPerson, ChatRules, ChatServerMessage } from '../../server/protocol.ts';
import { overlaySettings } from './chat-preferences.ts';
import { type ChatState, INITIAL_CHAT, type Pending, receive, withoutPending, withPending } from './chat-state.ts';

const me: ChatPerson = { id: 'me', name: 'Me', avatar: 'star', moderator: false };
const ann: ChatPerson = { id: 'ann', name: 'Ann', avatar: 'leaf', moderator: false };
const rules: ChatRules = {
  maxCharacters: 500,
  messages: 3,
  perMs: 2_000,
  pauseMs: 10_000,
  slowModeMs: 0,
  closed: false,
  heartbeatMs: 15_000,
};
const entry = (id: string, more: Partial<ChatEntry> = {}): ChatEntry => ({
  type: 'message',
  id,
  room: 'r',
  atMs: 1,
  streamTimeMs: 1,
  sender: ann,
  text: id,
  ...more,
});
const welcome = (more: Partial<Extract<ChatServerMessage, { type: 'welcome' }>> = {}): ChatServerMessage => ({
  type: 'welcome',
  version: 1,
  room: 'r',
  serverTimeMs: 1,
  connectionId: 'c1',
  browserId: 'b',
  you: me,
  rules,
  count: 2,
  members: [me, ann],
  resumed: false,
  messages: [],
  deleted: [],
  ...more,
});
const pending: Pending = { clientId: 'p1', type: 'message', text: 'hi', error: null };
const run = (messages: readonly ChatServerMessage[], from: ChatState = INITIAL_CHAT, watching = false) =>
  messages.reduce((state, message) => receive(state, message, 1_000, watching), from);
const texts = (state: ChatState) =>
  state.lines.map((line) => (line.kind === 'entry' ? line.entry.text : `(${line.notice.event})`));

describe('the chat on the page', () => {
  it('shows history without calling it unread, then counts what others say while nobody looks', () => {
    const state = run([welcome({ messages: [entry('1'), entry('2')] }), entry('3'), entry('4', { sender: me })]);
    expect(texts(state)).toEqual(['1', '2', '3', '4']);
    expect(state).toMatchObject({ link: 'up', unread: 1, lastId: '4' });
    expect(run([entry('5')], state, true).unread).toBe(0);
  });

  it('resumes without doubles and without a gap', () => {
    const before = run([welcome({ messages: [entry('1')] }), entry('2')]);
    const after = run([welcome({ connectionId: 'c2', resumed: true, messages: [entry('3')] })], {
      ...before,
      link: 'lost',
    });
    expect(texts(after)).toEqual(['1', '2', '3']);
    expect(after.unread).toBe(2);
  });

  it('says where something may be missing', () => {
    const before = run([welcome({ messages: [entry('1')] })]);
    expect(texts(run([welcome({ connectionId: 'c2', messages: [entry('8'), entry('9')] })], before))).toEqual([
      '1',
      '(gap)',
      '8',
      '9',
    ]);
    const overlapping = run([welcome({ connectionId: 'c2', messages: [entry('1'), entry('2')] })], before);
    expect(texts(overlapping)).toEqual(['1', '2']);
  });

  it('keeps what was written until the relay has said it, and only ours', () => {
    const waiting = withPending(run([welcome()]), pending);
    expect(run([entry('1', { clientId: 'p1', sender: ann })], waiting).pending).toHaveLength(1);
    expect(run([entry('1', { clientId: 'p1', sender: me })], waiting).pending).toEqual([]);
    expect(withoutPending(waiting, 'p1').pending).toEqual([]);
  });

  it('says why something was not sent and until when to wait', () => {
    const waiting = withPending(run([welcome()]), pending);
    const refused = run(
      [{ type: 'error', code: 'slow-down', message: '', clientId: 'p1', retryInSeconds: 10 }],
      waiting,
    );
    expect(refused.pending).toEqual([{ ...pending, error: 'slow-down' }]);
    expect(refused.pausedUntilMs).toBe(11_000);
    expect(run([{ type: 'error', code: 'name-reserved', message: '' }], waiting).profileError).toBe('name-reserved');
  });

  it('follows who is here, one by one and in lists', () => {
    const ben = { ...ann, id: 'ben', name: 'Ben' };
    const state = run([
      welcome(),
      { type: 'joined', member: ben, count: 3 },
      { type: 'left', member: ann, count: 2 },
      { type: 'joined', member: ben, count: 2 },
    ]);
    expect([state.count, state.members.map(({ id }) => id)]).toEqual([2, ['me', 'ben']]);
    expect(run([{ type: 'presence', count: 80 }], state)).toMatchObject({ count: 80, members: [] });
    const renamed = { ...me, name: 'Myself' };
    expect(run([{ type: 'presence', count: 1, members: [renamed] }], state).you?.name).toBe('Myself');
  });

  it('takes away what moderators delete, also what they deleted meanwhile', () => {
    const state = run([welcome({ messages: [entry('1'), entry('2'), entry('3')] })]);
    expect(texts(run([{ type: 'system', event: 'deleted', messageId: '2' }], state))).toEqual(['1', '3']);
    expect(texts(run([welcome({ connectionId: 'c2', resumed: true, deleted: ['1'] })], state))).toEqual(['2', '3']);
  });

  it('keeps a bounded number of lines', () => {
    const state = run(Array.from({ length: 1_000 }, (_, i) => entry(String(i).padStart(4, '0'))));
    expect(state.lines).toHaveLength(300);
    expect(texts(state).at(-1)).toBe('0999');
  });
});

describe('stored overlay settings', () => {
  it.each([
    [null, 1],
    ['nonsense', 1],
    ['[]', 1],
    ['{"size":1.2}', 1.2],
    ['{"size":99}', 1],
    ['{"size":"1.2"}', 1],
  ])('%j give the size %d', (text, size) => {
    expect(overlaySettings(text)).toMatchObject({ on: true, size });
  });
});
