/** Error codes and close codes: what both ends branch on. */

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
  'redirected',
  'tls',
  'codec',
  'no-video',
  'stalled',
  'ended',
  'corrupt',
  'no-publisher',
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
  'no-such-resource',
  'no-such-video',
  'not-a-video',
  'not-playable',
  'being-recorded',
  'precondition-failed',
  'range-not-satisfiable',
  'upload-too-big',
  'quota-reached',
  'method-not-allowed',
  'mixed-recording',
  'message-too-big',
  'not-text',
  'too-many-refused',
  'too-many-attempts',
  'removed',
  'displaced',
  'already-published',
  'upgrade-required',
  'too-slow',
  'overloaded',
  'going-away',
  'elsewhere',
  'upstream-failed',
  'upstream-timeout',
  'loop',
  'internal',
  'config',
] as const;
export type ErrorCode = CameraReason | (typeof RELAY_REASONS)[number];

/** RFC 9457. `code` is stable, `detail` is for people. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly camera?: string;
  /** Where a client must go itself, with `elsewhere`. */
  readonly url?: string;
  /** When the format changed, with `mixed-recording`: what comes before is one MP4, what begins then another. */
  readonly at?: string;
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
