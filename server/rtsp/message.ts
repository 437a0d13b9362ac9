/**
 * RTSP messages (RFC 2326) as both ends need them: an incremental parser for requests, responses and interleaved
 * frames, and the serialiser. Logins are `authentication.ts`; sockets and sessions belong to whoever feeds this.
 */
import { RelayError } from '../errors.ts';

/** Header fields in the order of the wire; names keep their spelling and are compared without regard to case. */
export type RtspHeaders = readonly (readonly [name: string, value: string])[];

export interface RtspRequest {
  readonly kind: 'request';
  readonly method: string;
  readonly uri: string;
  /** `1.0` or whatever the peer claims. */
  readonly version: string;
  readonly headers: RtspHeaders;
  readonly body: Buffer;
}

export interface RtspResponse {
  readonly kind: 'response';
  readonly version: string;
  readonly status: number;
  readonly reason: string;
  readonly headers: RtspHeaders;
  readonly body: Buffer;
}

/** Binary data between messages (RFC 2326 section 10.12). */
export interface InterleavedFrame {
  readonly kind: 'interleaved';
  readonly channel: number;
  readonly payload: Buffer;
}

export type RtspMessage = RtspRequest | RtspResponse;
export type RtspItem = RtspMessage | InterleavedFrame;

export interface RtspParserLimits {
  /** Start line and headers together; default 16 KiB. */
  readonly maxHeaderBytes?: number;
  /** Default 64 KiB. */
  readonly maxBodyBytes?: number;
}

/** Reason phrases of RFC 2326 section 7.1.1, as far as they are used here. */
export const RTSP_REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  454: 'Session Not Found',
  455: 'Method Not Valid in This State',
  459: 'Aggregate Operation Not Allowed',
  460: 'Only Aggregate Operation Allowed',
  461: 'Unsupported Transport',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  505: 'RTSP Version Not Supported',
  551: 'Option Not Supported',
};

const INTERLEAVED_MARK = 0x24;
const INTERLEAVED_HEADER_BYTES = 4;
const CR = 0x0d;
const LF = 0x0a;
const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const REQUEST_LINE = /^([A-Za-z0-9_-]{1,32}) (\S+) RTSP\/(\d{1,3}\.\d{1,3})$/;
const STATUS_LINE = /^RTSP\/(\d{1,3}\.\d{1,3}) (\d{3})(?: (.*))?$/;

/** Pure: the first field of that name, or undefined. */
export function header(message: { readonly headers: RtspHeaders }, name: string): string | undefined {
  return headerValues(message, name)[0];
}

/** Pure: all fields of that name; `WWW-Authenticate` may come once per scheme. */
export function headerValues(message: { readonly headers: RtspHeaders }, name: string): string[] {
  const wanted = name.toLowerCase();
  return message.headers.filter(([field]) => field.toLowerCase() === wanted).map(([, value]) => value);
}

/** Pure: a message as bytes. `Content-Length` is added for a body; line breaks in names or values throw. */
export function serialiseMessage(message: {
  readonly start: string;
  readonly headers: RtspHeaders;
  readonly body?: Buffer | string;
}): Buffer {
  const body = Buffer.from(message.body ?? '');
  const fields = message.headers.filter(([name]) => name.toLowerCase() !== 'content-length');
  const lines = [message.start, ...fields.map(([name, value]) => `${name}: ${value}`)];
  if (body.length > 0) lines.push(`Content-Length: ${body.length}`);
  if (lines.some((line) => /[\r\n]/.test(line))) throw new RelayError('internal', 'A header holds a line break');
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]);
}

/** Pure: the bytes of a request. */
export function serialiseRequest(request: Omit<RtspRequest, 'kind' | 'version' | 'body'> & { body?: Buffer | string }) {
  return serialiseMessage({ ...request, start: `${request.method} ${request.uri} RTSP/1.0` });
}

/** Pure: the bytes of a response; the reason phrase follows from the status. */
export function serialiseResponse(response: { status: number; headers: RtspHeaders; body?: Buffer | string }): Buffer {
  const reason = RTSP_REASONS[response.status] ?? 'Unknown';
  return serialiseMessage({ ...response, start: `RTSP/1.0 ${response.status} ${reason}` });
}

/** Pure: binary data as it goes between messages; at most 65535 bytes. */
export function serialiseInterleaved(channel: number, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(INTERLEAVED_HEADER_BYTES + payload.length);
  frame[0] = INTERLEAVED_MARK;
  frame[1] = channel;
  frame.writeUInt16BE(payload.length, 2);
  frame.set(payload, INTERLEAVED_HEADER_BYTES);
  return frame;
}

/**
 * Bytes in, messages and interleaved frames out, whatever the chunk boundaries. Holds at most one unfinished item within
 * its limits. Throws `RelayError('corrupt')` on anything that is not RTSP, and again on every later call.
 */
export class RtspParser {
  readonly #maxHeaderBytes: number;
  readonly #maxBodyBytes: number;
  #pending: Buffer = Buffer.alloc(0);
  /** Up to here `#pending` holds no end of headers: a peer that sends byte by byte costs no quadratic search. */
  #searched = 0;
  /** Bytes needed before another look is worth it. */
  #wanted = 0;
  #failure: RelayError | null = null;

  constructor(limits: RtspParserLimits = {}) {
    this.#maxHeaderBytes = limits.maxHeaderBytes ?? 16_384;
    this.#maxBodyBytes = limits.maxBodyBytes ?? 65_536;
  }

  /** Takes the next bytes and returns the items that they complete, in order. */
  push(chunk: Buffer): RtspItem[] {
    if (this.#failure) throw this.#failure;
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const items: RtspItem[] = [];
    while (this.#pending.length > 0 && this.#pending.length >= this.#wanted) {
      const item = this.#next();
      if (!item) break;
      items.push(item);
    }
    // A copy, so that a few pending bytes do not pin a large chunk.
    this.#pending = Buffer.from(this.#pending);
    return items;
  }

  #next(): RtspItem | null {
    if (this.#searched === 0) {
      let start = 0;
      while (this.#pending[start] === CR || this.#pending[start] === LF) start++;
      this.#pending = this.#pending.subarray(start);
      if (this.#pending.length === 0) return null;
      if (this.#pending[0] === INTERLEAVED_MARK) return this.#nextInterleaved();
    }
    const end = this.#findHeaderEnd();
    if (end < 0 || end > this.#maxHeaderBytes) {
      if (this.#pending.length > this.#maxHeaderBytes) this.#fail('The headers of an RTSP message are too long');
      return null;
    }
    const head = parseHead(this.#pending.toString('utf8', 0, end));
    if (typeof head === 'string') this.#fail(head);
    const bodyBytes = contentLength(head.headers);
    if (bodyBytes === null) this.#fail('An RTSP message has a broken Content-Length');
    if (bodyBytes > this.#maxBodyBytes) this.#fail('The body of an RTSP message is too long');
    if (this.#pending.length < end + bodyBytes) {
      this.#wanted = end + bodyBytes;
      this.#searched = Math.max(1, end - 4);
      return null;
    }
    const body = Buffer.from(this.#pending.subarray(end, end + bodyBytes));
    this.#take(end + bodyBytes);
    return { ...head, body };
  }

  #nextInterleaved(): InterleavedFrame | null {
    if (this.#pending.length < INTERLEAVED_HEADER_BYTES) return null;
    const end = INTERLEAVED_HEADER_BYTES + this.#pending.readUInt16BE(2);
    if (this.#pending.length < end) {
      this.#wanted = end;
      return null;
    }
    const channel = this.#pending[1]!;
    const payload = Buffer.from(this.#pending.subarray(INTERLEAVED_HEADER_BYTES, end));
    this.#take(end);
    return { kind: 'interleaved', channel, payload };
  }

  /** Index behind the empty line, or -1. Bare line feeds are taken too, as cameras send them. */
  #findHeaderEnd(): number {
    const bytes = this.#pending;
    for (let at = bytes.indexOf(LF, this.#searched); at >= 0; at = bytes.indexOf(LF, at + 1)) {
      if (bytes[at + 1] === LF) return at + 2;
      if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
    }
    this.#searched = Math.max(1, bytes.length - 2);
    return -1;
  }

  #take(bytes: number): void {
    this.#pending = this.#pending.subarray(bytes);
    this.#searched = 0;
    this.#wanted = 0;
  }

  #fail(message: string): never {
    this.#pending = Buffer.alloc(0);
    this.#failure = new RelayError('corrupt', message);
    throw this.#failure;
  }
}

/** The message without its body, or what is wrong with it. */
function parseHead(text: string): Omit<RtspRequest, 'body'> | Omit<RtspResponse, 'body'> | string {
  const [start = '', ...lines] = text.split(/\r?\n/);
  const headers: [string, string][] = [];
  for (const line of lines) {
    if (line === '') continue;
    const last = headers.at(-1);
    if (/^[ \t]/.test(line)) {
      if (!last) return 'An RTSP message continues a header that it does not have';
      last[1] = `${last[1]} ${line.trim()}`.trim();
      continue;
    }
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trimEnd();
    if (colon < 1 || !TOKEN.test(name)) return 'An RTSP message has a broken header';
    headers.push([name, line.slice(colon + 1).trim()]);
  }
  const request = REQUEST_LINE.exec(start);
  if (request) return { kind: 'request', method: request[1]!, uri: request[2]!, version: request[3]!, headers };
  const status = STATUS_LINE.exec(start);
  if (!status) return 'This is not an RTSP message';
  return { kind: 'response', version: status[1]!, status: Number(status[2]), reason: status[3] ?? '', headers };
}

function contentLength(headers: RtspHeaders): number | null {
  const values = new Set(headerValues({ headers }, 'Content-Length'));
  if (values.size === 0) return 0;
  const [value] = values;
  return values.size === 1 && /^\d{1,9}$/.test(value!) ? Number(value) : null;
}
