/** Messages of `/chat/:room`, version 1; `server/chat/README.md` explains them with examples. */

/** Version of the chat's messages, told in `welcome`. Rises when a client of the old one would misunderstand. */
export const CHAT_VERSION = 1;

/** The drawn avatars that the page ships; any other avatar is an https URL on the configured allow-list. */
export const CHAT_AVATARS = [
  'wave',
  'peak',
  'star',
  'leaf',
  'bolt',
  'drop',
  'moon',
  'sun',
  'kite',
  'ring',
  'sail',
  'reed',
] as const;
export type ChatAvatar = (typeof CHAT_AVATARS)[number];

/** How a danmaku crosses the picture: through it from the right, or still at the top or the bottom. */
export const CHAT_LANES = ['scroll', 'top', 'bottom'] as const;
export type ChatLane = (typeof CHAT_LANES)[number];

/** Why the chat refused something. Stable: clients branch on these words. */
export const CHAT_ERRORS = [
  'bad-json',
  'unknown-type',
  'bad-field',
  'empty',
  'too-long',
  'duplicate',
  'word',
  'slow-down',
  'slow-mode',
  'muted',
  'room-closed',
  'bad-name',
  'name-reserved',
  'bad-avatar',
  'not-allowed',
  'no-such-target',
] as const;
export type ChatErrorCode = (typeof CHAT_ERRORS)[number];

/** A person in a room: one browser, however many of its tabs are there. */
export interface ChatPerson {
  /** The same each time the browser comes back. */
  readonly id: string;
  /** Unique in the room. */
  readonly name: string;
  /** One of `CHAT_AVATARS`, or an https URL. */
  readonly avatar: string;
  readonly moderator: boolean;
}

/** A message or danmaku as it is sent to members, stored and answered by `GET /api/rooms/:room/messages`. */
export interface ChatEntry {
  readonly type: 'message' | 'danmaku';
  /** Unique in the room; later ones sort after earlier ones as text. */
  readonly id: string;
  readonly room: string;
  /** When the relay took it, Unix ms. */
  readonly atMs: number;
  /** The relay's arrival time of the picture the sender was looking at, Unix ms. */
  readonly streamTimeMs: number;
  readonly sender: ChatPerson;
  readonly text: string;
  /** What the sender called it. */
  readonly clientId?: string;
  /** `#rrggbb`; danmaku only. */
  readonly colour?: string;
  /** Danmaku only. */
  readonly lane?: ChatLane;
}

/** What a room asks of its members. */
export interface ChatRules {
  /** Unicode code points. */
  readonly maxCharacters: number;
  /** This many messages within `perMs`; then a pause of `pauseMs`. */
  readonly messages: number;
  readonly perMs: number;
  readonly pauseMs: number;
  /** Least time between two messages of one member while slow mode is on; 0 while it is off. */
  readonly slowModeMs: number;
  /** True while only moderators may write. */
  readonly closed: boolean;
  /** How often a client that cannot see WebSocket pings should send `ping`. */
  readonly heartbeatMs: number;
}

/** Server to chat client. `welcome` comes first, and again after each later `hello`. */
export type ChatServerMessage =
  | {
      readonly type: 'welcome';
      readonly version: number;
      readonly room: string;
      readonly serverTimeMs: number;
      /** This connection's own id. */
      readonly connectionId: string;
      /** To be kept by the client and sent with the next `hello`: whoever knows it is this person. */
      readonly browserId: string;
      readonly you: ChatPerson;
      readonly rules: ChatRules;
      /** People here. */
      readonly count: number;
      /** At most 50 of them. */
      readonly members: readonly ChatPerson[];
      /** True when `messages` holds everything after the `lastId` of `hello`. */
      readonly resumed: boolean;
      /** Oldest first. */
      readonly messages: readonly ChatEntry[];
      /** Ids of messages that were deleted lately. */
      readonly deleted: readonly string[];
    }
  | ChatEntry
  | { readonly type: 'joined'; readonly member: ChatPerson; readonly count: number }
  | { readonly type: 'left'; readonly member: ChatPerson; readonly count: number }
  | {
      readonly type: 'presence';
      readonly count: number;
      /** Everyone, in rooms of at most 50. */
      readonly members?: readonly ChatPerson[];
    }
  | ChatSystemMessage
  | {
      readonly type: 'error';
      readonly code: ChatErrorCode;
      readonly message: string;
      /** What was refused, when it had one. */
      readonly clientId?: string;
      /** The key at fault, for `bad-field`. */
      readonly field?: string;
      /** When to try again, whole seconds, for `slow-down`, `slow-mode` and `muted`. */
      readonly retryInSeconds?: number;
    }
  | { readonly type: 'pong'; readonly serverTimeMs: number; readonly sentAtMs?: number };

/** What a moderator did. */
export type ChatSystemMessage =
  | { readonly type: 'system'; readonly event: 'deleted'; readonly messageId: string }
  | {
      readonly type: 'system';
      readonly event: 'muted' | 'removed';
      readonly member: ChatPerson;
      readonly seconds: number;
    }
  | { readonly type: 'system'; readonly event: 'unmuted'; readonly member: ChatPerson }
  | { readonly type: 'system'; readonly event: 'rules'; readonly rules: ChatRules };

export type ChatModeration =
  | {
      readonly type: 'moderate';
      readonly action: 'mute' | 'remove';
      readonly member: string;
      readonly seconds?: number;
    }
  | { readonly type: 'moderate'; readonly action: 'unmute'; readonly member: string }
  | { readonly type: 'moderate'; readonly action: 'delete'; readonly messageId: string }
  /** 0 ends slow mode. */
  | { readonly type: 'moderate'; readonly action: 'slow'; readonly seconds: number }
  | { readonly type: 'moderate'; readonly action: 'close' | 'open' };

export interface ChatHello {
  readonly type: 'hello';
  /** From an earlier `welcome`. */
  readonly browserId?: string;
  /** A new connection with the same `browserId` and `tabId` takes the old one's place. */
  readonly tabId?: string;
  readonly name?: string;
  readonly avatar?: string;
  /** The last message the client has: it gets those after it. */
  readonly lastId?: string;
  readonly moderatorKey?: string;
}

/** Chat client to server. The plain text `heartbeat` is a `ping` too. */
export type ChatClientMessage =
  | ChatHello
  | {
      readonly type: 'message' | 'danmaku';
      readonly text: string;
      /** At most 64 characters; the same one again within minutes is the same message. */
      readonly clientId?: string;
      readonly streamTimeMs?: number;
      readonly colour?: string;
      readonly lane?: ChatLane;
    }
  | { readonly type: 'ping'; readonly sentAtMs?: number }
  | ChatModeration;

/** `GET /api/rooms/:room/messages`, ordered by stream time. */
export interface ChatMessagesAnswer {
  readonly room: string;
  readonly messages: readonly ChatEntry[];
  /** The `cursor` for the rest; null when there is no more. */
  readonly next: string | null;
}
