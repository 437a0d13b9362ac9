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
  'no-such-page',
  'method-not-allowed',
  'message-too-big',
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
  policy: 1008,
  messageTooBig: 1009,
  internal: 1011,
  tooSlow: 1013,
  badRequest: 4400,
  notSignedIn: 4401,
  notAllowed: 4403,
  noSuchCamera: 4404,
  cameraTimeout: 4408,
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
 * The FLV script tag before each keyframe. flv.js hands it to the page as script data under this name.
 * `timestampMs` is the keyframe's decode time on the wire, `ptsMs` its presentation time, `arrivedAtMs` the
 * relay's wall clock (Unix ms) when the keyframe came in.
 */
export const ARRIVAL_SCRIPT = 'onSightlineArrival';
export interface ArrivalMark {
  readonly timestampMs: number;
  readonly ptsMs: number;
  readonly arrivedAtMs: number;
}
