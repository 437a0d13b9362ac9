/**
 * Passes a machine's answer on: as a stream where it may, read through where it could tell of the machine. What asked
 * for it, and what ends it early, is `proxy-exchange.ts`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RelayError } from '../errors.ts';
import { bodyText } from './body-text.ts';
import { passedTrailers, returnedHeaders } from './header-policy.ts';
import { type HiddenAddress, hiddenAddress } from './hidden-address.ts';
import type { OwnUrls } from './own-url.ts';
import { type PlaylistKind, playlistKind, rewritePlaylist } from './playlist-rewrite.ts';
import type { Resource } from './resources.ts';

const MAX_PLAYLIST_BYTES = 8_388_608;
const MAX_ERROR_BYTES = 65_536;
const TEXT_TYPE = /^(|text\/.*|application\/(.*\+)?(json|xml|xhtml).*)$/i;

export interface AnswerContext {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly resource: Resource;
  readonly ownUrls: OwnUrls;
  /** What the machine was asked for, without credentials and query. */
  readonly askedUrl: string;
  /** The target's base path as it is called here, without a slash at its end. */
  readonly ownBasePath: string;
}

/** Rejects with RelayError for what cannot be passed on, and with the stream's error when the body breaks off. */
export async function passAnswer(answer: IncomingMessage, context: AnswerContext): Promise<void> {
  const { request, resource, response, ownUrls, askedUrl } = context;
  const hidden = hiddenAddress(resource.host, answer.socket.remoteAddress);
  const told = (reference: string) => ownUrls.own(reference, askedUrl);
  const status = answer.statusCode ?? 502;
  if ((answer.headers['transfer-encoding'] ?? 'chunked').toLowerCase() !== 'chunked') {
    throw new RelayError('upstream-failed', 'The resource uses a transfer coding that is not understood.');
  }
  const { location, 'content-location': contentLocation } = answer.headers;
  const places: string[] = [];
  if (location !== undefined) {
    const own = told(location);
    if (own !== null) places.push('Location', own);
    else if (status >= 300 && status < 400) {
      throw new RelayError('upstream-failed', 'The resource sends its clients to a place outside of it.');
    }
  }
  const ownContentLocation = contentLocation === undefined ? null : told(contentLocation);
  if (ownContentLocation !== null) places.push('Content-Location', ownContentLocation);

  const headersWithout = (dropped: readonly string[]) => [
    ...returnedHeaders(
      answer.rawHeaders,
      { hidden, origin: request.headers.origin, basePath: resource.basePath, ownBasePath: context.ownBasePath },
      dropped,
    ),
    ...places,
    // What a machine serves under our origin must not act for us: its scripts do not run, its types are not guessed.
    ...['Content-Security-Policy', 'sandbox', 'X-Content-Type-Options', 'nosniff'],
  ];
  const contentType = answer.headers['content-type'] ?? '';
  const kind = status >= 200 && status < 300 ? playlistKind(contentType, askedUrl) : null;
  if (kind !== null) {
    const playlist = { kind, hidden, told, headers: headersWithout(CHANGED_BY_REWRITING) };
    await passPlaylist(answer, context, playlist);
  } else if (status >= 400 && request.method !== 'HEAD' && TEXT_TYPE.test(contentType)) {
    const text = await bodyText(answer, { maxBytes: MAX_ERROR_BYTES, timeoutMs: resource.responseTimeoutMs });
    if (text !== null && !hidden.isIn(text)) {
      passText(response, status, headersWithout(['content-length', 'content-encoding']), text);
    } else {
      const headers = headersWithout([...CHANGED_BY_REWRITING, 'content-type']);
      passText(response, status, [...headers, 'Content-Type', 'text/plain'], `The resource answers ${status}.\n`);
    }
  } else {
    await passStream(answer, context, headersWithout([]), hidden);
  }
}

/** What holds for the machine's own bytes only. */
const CHANGED_BY_REWRITING = [
  ...['content-length', 'content-encoding', 'etag', 'accept-ranges', 'content-range'],
  ...['content-md5', 'digest', 'content-digest', 'repr-digest'],
];

interface Playlist {
  readonly kind: PlaylistKind;
  readonly hidden: HiddenAddress;
  readonly told: (reference: string) => string | null;
  readonly headers: readonly string[];
}

async function passPlaylist(answer: IncomingMessage, context: AnswerContext, playlist: Playlist): Promise<void> {
  const { response, request, resource } = context;
  const { kind, hidden, told, headers } = playlist;
  const { etag } = answer.headers;
  // Still the same playlist, though not byte for byte.
  const weak = etag === undefined ? [] : ['ETag', etag.startsWith('W/') ? etag : `W/${etag}`];
  if (request.method === 'HEAD') {
    answer.resume();
    begin(response, answer.statusCode ?? 502, [...headers, ...weak]);
    response.end();
    return;
  }
  if (answer.statusCode === 206) {
    throw new RelayError('upstream-failed', 'The resource sends a part of a playlist; ask for the whole.');
  }
  const text = await bodyText(answer, { maxBytes: MAX_PLAYLIST_BYTES, timeoutMs: resource.responseTimeoutMs });
  if (text === null) throw new RelayError('upstream-failed', 'The resource’s playlist cannot be read.');
  const rewritten = rewritePlaylist(kind, text, { hidden, own: told });
  passText(response, answer.statusCode ?? 502, [...headers, ...weak], rewritten);
}

/**
 * Writes the head: what was set before, with these in place of their namesakes, but beside our own cookies. Node's
 * `writeHead` keeps only the last of several headers of one name where some were set before.
 */
function begin(response: ServerResponse, status: number, headers: readonly string[]): void {
  const written = new Set(['set-cookie']);
  for (let at = 0; at < headers.length; at += 2) {
    const [name, value] = [headers[at]!, headers[at + 1]!];
    const lower = name.toLowerCase();
    if (written.has(lower)) response.appendHeader(name, value);
    else response.setHeader(name, value);
    written.add(lower);
  }
  response.writeHead(status);
}

function passText(response: ServerResponse, status: number, headers: readonly string[], text: string): void {
  const body = Buffer.from(text);
  const hasBody = status !== 204 && status !== 304;
  begin(response, status, hasBody ? [...headers, 'Content-Length', String(body.length)] : headers);
  response.end(hasBody ? body : undefined);
}

function passStream(
  answer: IncomingMessage,
  { request, response }: AnswerContext,
  headers: readonly string[],
  hidden: HiddenAddress,
): Promise<void> {
  const status = answer.statusCode ?? 502;
  const chunked = answer.headers['content-length'] === undefined && request.httpVersionMinor > 0;
  const hasBody = request.method !== 'HEAD' && status !== 204 && status !== 304;
  const trailer = chunked && hasBody ? answer.headers.trailer : undefined;
  begin(response, status, [
    ...headers,
    ...(trailer === undefined || hidden.isIn(trailer) ? [] : ['Trailer', trailer]),
    // A body without a length may have no end, which a web server in front of us must not wait for.
    ...(chunked && hasBody ? ['X-Accel-Buffering', 'no'] : []),
  ]);
  if (!hasBody) {
    answer.resume();
    response.end();
    return Promise.resolve();
  }
  // The first bytes mostly come with the headers and then go on with them; those of a live stream may take their time.
  setImmediate(() => {
    if (!response.destroyed && answer.readableLength === 0) response.flushHeaders();
  });
  return new Promise((resolve, reject) => {
    answer.once('end', () => {
      if (trailer !== undefined) response.addTrailers(passedTrailers(answer.rawTrailers, hidden));
      response.end();
      resolve();
    });
    answer.once('error', reject);
    answer.once('close', () => reject(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })));
    answer.pipe(response, { end: false });
  });
}
