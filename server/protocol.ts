/**
 * What crosses the network as JSON, and the codes both ends branch on. The only file that the page
 * shares with the server, so nothing in it may import anything.
 */

/** Why a camera shows no picture. Stable: logs, API, close reasons and the page's texts use these words. */
export const CAMERA_REASONS = [
  'dns',
  'refused',
  'unreachable',
  'timeout',
  'unauthorized',
  'forbidden',
  'not-found',
  'too-many-sessions',
  'tls',
  'codec',
  'no-video',
  'stalled',
  'ended',
  'corrupt',
  'ffmpeg-missing',
  'ffmpeg-crashed',
] as const;
export type CameraReason = (typeof CAMERA_REASONS)[number];

/** Failures that are about the request or the relay, not about a camera. */
export const RELAY_REASONS = [
  'bad-request',
  'not-signed-in',
  'not-allowed',
  'no-such-camera',
  'no-such-room',
  'no-such-page',
  'method-not-allowed',
  'message-too-big',
  'not-text',
  'too-many-refused',
  'removed',
  'displaced',
  'upgrade-required',
  'too-slow',
  'overloaded',
  'going-away',
  'internal',
  'config',
] as const;
export type ErrorCode = CameraReason | (typeof RELAY_REASONS)[number];

/**
 * A camera's life: `idle` (nobody watches), `starting` (ffmpeg runs, no picture yet), `live`,
 * `waiting` (it failed; the next try is due), `closed` (the relay ends).
 */
export type CameraState = 'idle' | 'starting' | 'live' | 'waiting' | 'closed';

export interface VideoInfo {
  /** `h264`, `hevc` … as the viewer receives it. */
  readonly codec: string;
  /** RFC 6381 codec string, e.g. `avc1.64001f`; empty while unknown. */
  readonly codecString: string;
  readonly width: number;
  readonly height: number;
  /** Frames per second as measured; 0 while unknown. */
  readonly fps: number;
}

export interface AudioInfo {
  readonly codec: string;
  readonly sampleRateHz: number;
  readonly channels: number;
}

/** One entry of `GET /api/cameras`. Never holds an address or credentials. */
export interface CameraInfo {
  readonly id: string;
  readonly title: string;
  /** True for the built-in demo cameras. */
  readonly demo: boolean;
  readonly state: CameraState;
  /** Why there is no picture, when there is none and there should be. */
  readonly reason: CameraReason | null;
  /** The reason as an English sentence, without credentials. */
  readonly message: string | null;
  readonly viewers: number;
  /** RTSP sessions (ffmpegs) the relay holds for this camera now. */
  readonly pulls: number;
  readonly video: VideoInfo | null;
  readonly audio: AudioInfo | null;
  /** Bits per second over the last seconds; 0 while idle. */
  readonly bitrate: number;
  /** Since when the state holds, ISO 8601. */
  readonly since: string;
  /** When the next try is due, ISO 8601, while `waiting`. */
  readonly nextTryAt: string | null;
  readonly lastError: { readonly code: CameraReason; readonly message: string; readonly at: string } | null;
  /** ffmpegs started for this camera since the relay started. */
  readonly starts: number;
}

export interface CamerasAnswer {
  readonly cameras: readonly CameraInfo[];
}

/** RFC 9457. `code` is stable, `detail` is for people. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly camera?: string;
}

/** What a WebSocket close reason holds: JSON, at most 123 bytes (RFC 6455 section 5.5). */
export interface CloseReason {
  readonly code: ErrorCode;
  readonly message: string;
}

/** WebSocket close codes, shared so that the page's reconnect policy and the server agree. */
export const CLOSE = {
  goingAway: 1001,
  notText: 1003,
  policy: 1008,
  messageTooBig: 1009,
  internal: 1011,
  tooSlow: 1013,
  badRequest: 4400,
  notSignedIn: 4401,
  notAllowed: 4403,
  noSuchCamera: 4404,
  cameraTimeout: 4408,
  displaced: 4409,
  codec: 4415,
  cameraUnreachable: 4503,
} as const;

/** Server to page on `/api/events`. `hello` comes first, then `cameras`, then changes. */
export type ServerEvent =
  | { readonly type: 'hello'; readonly version: string; readonly serverTimeMs: number }
  | { readonly type: 'cameras'; readonly cameras: readonly CameraInfo[] }
  | { readonly type: 'camera'; readonly camera: CameraInfo }
  | { readonly type: 'pong'; readonly sentAtMs: number; readonly serverTimeMs: number };

/** Page to server on `/api/events`: a ping carries the page's clock, which the pong returns (clock offset). */
export type ClientEvent = { readonly type: 'ping'; readonly sentAtMs: number };

/**
 * The FLV script tag before each keyframe. flv.js hands it to the page as script data under this name. It is one of the
 * names the FLV specification knows, because ffmpeg takes any other for a data track.
 */
export const ARRIVAL_SCRIPT = 'onCuePoint';

/**
 * `timestampMs` is the keyframe's decode time on the wire, `ptsMs` its presentation time, `arrivedAtMs` the relay's wall
 * clock (Unix ms) when the keyframe came out of ffmpeg, `heldMs` how long ffmpeg had had it by then.
 */
export interface ArrivalMark {
  readonly timestampMs: number;
  readonly ptsMs: number;
  readonly arrivedAtMs: number;
  readonly heldMs: number;
}

/**
 * Text messages on the WebSocket of `/live/:camera.mp4`, where the binary ones are fragmented MP4, each a whole init
 * segment or whole fragments. `init` comes first, and whenever the camera's configuration changed: the next binary
 * message is that init segment. `mark` says when the picture that the next fragment begins with reached the relay:
 * `ptsMs` on the media's own clock (a player's `currentTime` in ms), `arrivedAtMs` as in `ArrivalMark`.
 */
export type Fmp4Message =
  | {
      readonly type: 'init';
      /** Another one with every new init segment of the connection. */
      readonly version: number;
      /** For `MediaSource.isTypeSupported` and `changeType`: `video/mp4; codecs="avc1.64001f,mp4a.40.2"`. */
      readonly mime: string;
      readonly codecs: string;
      readonly width?: number;
      readonly height?: number;
      readonly audio: boolean;
    }
  | { readonly type: 'mark'; readonly ptsMs: number; readonly arrivedAtMs: number };

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
