/** What the demo cameras answer before it matters who asks and for which camera (RFC 2326 sections 10 to 12). Pure. */
import { header, type RtspHeaders, type RtspRequest } from '../rtsp/message.ts';

export interface RtspReply {
  readonly status: number;
  readonly headers?: RtspHeaders;
  readonly body?: string;
  /** Runs when the reply has been handed to the socket: media must not overtake the answer to PLAY. */
  readonly after?: () => void;
}

const METHODS = ['OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY', 'GET_PARAMETER', 'TEARDOWN'];
/** Known to RFC 2326, and not for a live camera. */
const METHODS_NOT_ALLOWED = ['PAUSE', 'RECORD', 'ANNOUNCE', 'REDIRECT', 'SET_PARAMETER'];

export const OPTIONS_REPLY: RtspReply = { status: 200, headers: [['Public', METHODS.join(', ')]] };

/** The answer to a request that can be refused, or answered, by its form alone; null when it takes a camera. */
export function formalReply(request: RtspRequest): RtspReply | null {
  if (request.version !== '1.0') return { status: 505 };
  if (!header(request, 'CSeq')) return { status: 400 };
  const require = header(request, 'Require');
  if (require) return { status: 551, headers: [['Unsupported', require]] };
  if (!METHODS.includes(request.method)) {
    if (!METHODS_NOT_ALLOWED.includes(request.method)) return { status: 501 };
    return { status: 405, headers: [['Allow', METHODS.join(', ')]] };
  }
  if (request.uri === '*') return request.method === 'OPTIONS' ? OPTIONS_REPLY : { status: 400 };
  return null;
}
