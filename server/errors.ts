/**
 * The one error family of the relay. Codes are stable; what each means on HTTP and on a WebSocket is
 * decided here and nowhere else. Branch on `code`, never on the text.
 */
import type { ErrorCode } from './protocol.ts';

interface Outcome {
  /** HTTP status of the problem document (RFC 9457). */
  readonly status: number;
  /** WebSocket close code (RFC 6455 section 7.4; 4000 to 4999 are ours, mostly 4000 + HTTP status). */
  readonly close: number;
  readonly title: string;
}

const OUTCOMES: Readonly<Record<ErrorCode, Outcome>> = {
  'bad-request': { status: 400, close: 4400, title: 'The request is not understood' },
  'not-signed-in': { status: 401, close: 4401, title: 'Sign in first' },
  'not-allowed': { status: 403, close: 4403, title: 'Not allowed' },
  'no-such-camera': { status: 404, close: 4404, title: 'No such camera' },
  'no-such-room': { status: 404, close: 4404, title: 'No such chat room' },
  'no-such-page': { status: 404, close: 4404, title: 'Nothing is here' },
  'no-such-resource': { status: 404, close: 4404, title: 'No such resource' },
  'no-such-video': { status: 404, close: 4404, title: 'No such video' },
  'not-a-video': { status: 415, close: 4400, title: 'Not a video' },
  'not-playable': { status: 415, close: 4400, title: 'A browser cannot play this video' },
  'being-recorded': { status: 409, close: 4400, title: 'This video is still being recorded' },
  'precondition-failed': { status: 412, close: 4400, title: 'It is not as the request supposes' },
  'range-not-satisfiable': { status: 416, close: 4400, title: 'Those bytes are not there' },
  'upload-too-big': { status: 413, close: 4400, title: 'The video is too big' },
  'quota-reached': { status: 507, close: 4400, title: 'There is no room for the video' },
  'method-not-allowed': { status: 405, close: 4400, title: 'That method does not work here' },
  'mixed-recording': { status: 409, close: 4400, title: 'One file cannot hold all of this' },
  'message-too-big': { status: 413, close: 1009, title: 'Too big' },
  'not-text': { status: 415, close: 1003, title: 'Only text messages are understood' },
  'too-many-refused': { status: 429, close: 1008, title: 'Too many messages had to be refused' },
  'too-many-attempts': { status: 429, close: 1008, title: 'Too many attempts' },
  removed: { status: 403, close: 4403, title: 'A moderator removed you from this room' },
  displaced: { status: 409, close: 4409, title: 'Another connection has taken this one’s place' },
  'already-published': { status: 409, close: 4409, title: 'Somebody else sends this camera’s picture' },
  'upgrade-required': { status: 426, close: 4400, title: 'Open this as a WebSocket' },
  'too-slow': { status: 503, close: 1013, title: 'The connection cannot keep up' },
  overloaded: { status: 503, close: 1013, title: 'The relay is at its limit' },
  'going-away': { status: 503, close: 1001, title: 'The relay is shutting down' },
  elsewhere: { status: 421, close: 4421, title: 'Ask the machine that has it' },
  'upstream-failed': { status: 502, close: 4502, title: 'The resource cannot be fetched' },
  'upstream-timeout': { status: 504, close: 4504, title: 'The resource did not answer in time' },
  loop: { status: 508, close: 4508, title: 'The resource leads back here' },
  internal: { status: 500, close: 1011, title: 'Something broke in the relay' },
  config: { status: 500, close: 1011, title: 'The configuration is not valid' },

  dns: { status: 503, close: 4503, title: 'The camera’s name cannot be resolved' },
  refused: { status: 503, close: 4503, title: 'The camera refuses the connection' },
  unreachable: { status: 503, close: 4503, title: 'The camera cannot be reached' },
  timeout: { status: 504, close: 4408, title: 'The camera did not answer in time' },
  unauthorized: { status: 503, close: 4503, title: 'The camera refuses the user name or password' },
  forbidden: { status: 503, close: 4503, title: 'The camera forbids this user the stream' },
  'not-found': { status: 503, close: 4503, title: 'The camera has no stream under this path' },
  'too-many-sessions': { status: 503, close: 4503, title: 'The camera is serving as many sessions as it can' },
  redirected: { status: 503, close: 4503, title: 'The camera sends us to another address' },
  tls: { status: 503, close: 4503, title: 'The encrypted connection to the camera failed' },
  codec: { status: 503, close: 4415, title: 'The camera’s codec cannot be served' },
  'no-video': { status: 503, close: 4503, title: 'The camera sends no video' },
  stalled: { status: 503, close: 4503, title: 'The camera stopped sending video' },
  ended: { status: 503, close: 4503, title: 'The camera ended the stream' },
  corrupt: { status: 503, close: 4503, title: 'The camera’s stream is damaged' },
  'no-publisher': { status: 503, close: 4503, title: 'Nobody sends the camera’s picture' },
  'ffmpeg-missing': { status: 503, close: 4503, title: 'ffmpeg is not installed' },
  'ffmpeg-crashed': { status: 503, close: 4503, title: 'ffmpeg stopped unexpectedly' },
};

export interface RelayErrorOptions extends ErrorOptions {
  /** When it may be tried again, where that is known; told as `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** When what it is about happened, ISO 8601; told as `at`. */
  readonly at?: string;
}

/** An error with a stable code. `message` is for people and holds no credentials. */
export class RelayError extends Error {
  override readonly name = 'RelayError';
  readonly code: ErrorCode;
  /** Whole seconds; null where it is not known. */
  readonly retryAfterSeconds: number | null;
  readonly at: string | null;

  constructor(code: ErrorCode, message: string = OUTCOMES[code].title, options: RelayErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
    this.at = options.at ?? null;
  }

  get status(): number {
    return OUTCOMES[this.code].status;
  }

  get closeCode(): number {
    return OUTCOMES[this.code].close;
  }

  get title(): string {
    return OUTCOMES[this.code].title;
  }

  /** Whatever was thrown, as a RelayError: ours as it is, anything else as `internal` with the cause kept. */
  static from(error: unknown): RelayError {
    if (error instanceof RelayError) return error;
    return new RelayError('internal', undefined, { cause: error });
  }
}
