/**
 * What the chat panel shows, and how each message from the relay changes it. Pure; the socket is `chat-link.ts`.
 */
import type {
  ChatEntry,
  ChatErrorCode,
  ChatLane,
  ChatPerson,
  ChatRules,
  ChatServerMessage,
  ChatSystemMessage,
} from '../../server/protocol.ts';

/** Older lines leave the page. */
const MAX_LINES = 300;

/** Something that was written here and that the relay has not confirmed yet. */
export interface Pending {
  readonly clientId: string;
  readonly type: 'message' | 'danmaku';
  readonly text: string;
  readonly colour?: string;
  readonly lane?: ChatLane;
  readonly streamTimeMs?: number;
  /** Why the relay refused it; null while it is on its way. */
  readonly error: ChatErrorCode | null;
}

export type Line =
  | { readonly kind: 'entry'; readonly key: string; readonly entry: ChatEntry }
  | { readonly kind: 'notice'; readonly key: string; readonly notice: Notice };

export type Notice = { readonly event: 'gap' } | Extract<ChatSystemMessage, { readonly member: ChatPerson }>;

export interface ChatState {
  /** `off`: there is no such room here. `removed`: a moderator closed the door. */
  readonly link: 'connecting' | 'up' | 'lost' | 'full' | 'removed' | 'off';
  readonly you: ChatPerson | null;
  readonly rules: ChatRules | null;
  readonly count: number;
  readonly members: readonly ChatPerson[];
  readonly lines: readonly Line[];
  readonly pending: readonly Pending[];
  /** The newest message there is; what to resume from. */
  readonly lastId: string | null;
  /** Until when the relay takes nothing from us, page clock. */
  readonly pausedUntilMs: number;
  /** Messages of others since the panel was last looked at. */
  readonly unread: number;
  /** What the relay did not like about a name or an avatar. */
  readonly profileError: ChatErrorCode | null;
  readonly muted: ReadonlySet<string>;
}

export const INITIAL_CHAT: ChatState = {
  link: 'connecting',
  you: null,
  rules: null,
  count: 0,
  members: [],
  lines: [],
  pending: [],
  lastId: null,
  pausedUntilMs: 0,
  unread: 0,
  profileError: null,
  muted: new Set(),
};

const PROFILE_ERRORS: readonly ChatErrorCode[] = ['bad-name', 'name-reserved', 'bad-avatar'];

/** Pure. `nowMs` is the page's clock; `watching` is whether the panel is being looked at. */
export function receive(state: ChatState, message: ChatServerMessage, nowMs: number, watching: boolean): ChatState {
  switch (message.type) {
    case 'welcome':
      return welcomed(state, message, watching);
    case 'message':
    case 'danmaku':
      return withEntries(state, [message], watching);
    case 'joined': {
      const others = state.members.filter(({ id }) => id !== message.member.id);
      return { ...state, count: message.count, members: [...others, message.member] };
    }
    case 'left':
      return {
        ...state,
        count: message.count,
        members: state.members.filter(({ id }) => id !== message.member.id),
      };
    case 'presence': {
      const members = message.members ?? [];
      const you = members.find(({ id }) => id === state.you?.id) ?? state.you;
      return { ...state, count: message.count, members, you };
    }
    case 'system':
      return systemSaid(state, message);
    case 'error':
      return refused(state, message, nowMs);
    case 'pong':
      return state;
  }
}

/** Pure: with something new to be sent, or sent again. */
export function withPending(state: ChatState, pending: Pending): ChatState {
  const others = state.pending.filter(({ clientId }) => clientId !== pending.clientId);
  return { ...state, pending: [...others, pending] };
}

/** Pure. */
export function withoutPending(state: ChatState, clientId: string): ChatState {
  return { ...state, pending: state.pending.filter((each) => each.clientId !== clientId) };
}

function welcomed(
  state: ChatState,
  welcome: Extract<ChatServerMessage, { type: 'welcome' }>,
  watching: boolean,
): ChatState {
  const { you, rules, count, members, resumed, messages, deleted } = welcome;
  const base: ChatState = { ...state, link: 'up', you, rules, count, members, profileError: null };
  const known = new Set(state.lines.flatMap((line) => (line.kind === 'entry' ? [line.entry.id] : [])));
  const overlaps = messages.some(({ id }) => known.has(id));
  // A gap is told only between messages: what a newcomer never saw is not missing.
  const isGap = !resumed && known.size > 0 && messages.length > 0 && !overlaps;
  const gap: Line = { kind: 'notice', key: `gap-${welcome.connectionId}`, notice: { event: 'gap' } };
  const before = isGap ? { ...base, lines: [...base.lines, gap] } : base;
  // The first welcome holds history, which nobody calls unread.
  const caughtUp = withEntries(before, messages, watching || known.size === 0);
  return { ...caughtUp, lines: caughtUp.lines.filter(({ key }) => !deleted.includes(key)) };
}

function withEntries(state: ChatState, entries: readonly ChatEntry[], watching: boolean): ChatState {
  const known = new Set(state.lines.map(({ key }) => key));
  const added = entries.filter(({ id }) => !known.has(id));
  const confirmed = new Set(
    entries.flatMap(({ clientId, sender }) =>
      clientId !== undefined && sender.id === state.you?.id ? [clientId] : [],
    ),
  );
  const lines = [...state.lines, ...added.map((entry): Line => ({ kind: 'entry', key: entry.id, entry }))];
  const lastId = entries.reduce((last, { id }) => (last === null || id > last ? id : last), state.lastId);
  const ofOthers = added.filter(({ sender }) => sender.id !== state.you?.id).length;
  return {
    ...state,
    lines: lines.slice(-MAX_LINES),
    lastId,
    pending: confirmed.size === 0 ? state.pending : state.pending.filter(({ clientId }) => !confirmed.has(clientId)),
    unread: watching ? 0 : state.unread + ofOthers,
  };
}

function systemSaid(state: ChatState, message: ChatSystemMessage): ChatState {
  if (message.event === 'rules') return { ...state, rules: message.rules };
  if (message.event === 'deleted') {
    return { ...state, lines: state.lines.filter(({ key }) => key !== message.messageId) };
  }
  const muted = new Set(state.muted);
  if (message.event === 'muted') muted.add(message.member.id);
  if (message.event === 'unmuted') muted.delete(message.member.id);
  const key = `${message.event}-${message.member.id}-${state.lines.length}-${state.lastId ?? ''}`;
  const notice: Line = { kind: 'notice', key, notice: message };
  return { ...state, muted, lines: [...state.lines, notice].slice(-MAX_LINES) };
}

function refused(state: ChatState, error: Extract<ChatServerMessage, { type: 'error' }>, nowMs: number): ChatState {
  if (PROFILE_ERRORS.includes(error.code)) return { ...state, profileError: error.code };
  const pausedUntilMs =
    error.retryInSeconds === undefined
      ? state.pausedUntilMs
      : Math.max(state.pausedUntilMs, nowMs + error.retryInSeconds * 1000);
  const pending = state.pending.map((each) =>
    each.clientId === error.clientId ? { ...each, error: error.code } : each,
  );
  return { ...state, pausedUntilMs, pending };
}
