/** What a request carries to show who asks. Read once and kept apart from the request, so that nothing else sees it. */
import type { IncomingMessage } from 'node:http';
import { type Origin, originOf, type ProxyList } from './client-address.ts';
import { PREFIX } from './secrets.ts';
import { type CookieName, SESSION_COOKIES } from './session-cookie.ts';

const GRANT_PARAMETER = 'grant';

export interface Credentials {
  readonly origin: Origin;
  readonly session: string | null;
  readonly token: string | null;
  readonly grant: string | null;
  /** Named by a trusted proxy. */
  readonly headerUser: string | null;
  /** For the audit and the list of sessions. */
  readonly userAgent: string;
}

export interface TakeOptions {
  readonly proxies: ProxyList;
  readonly userHeader?: string | undefined;
  readonly cookieName: CookieName;
}

const MAX_AGENT_CHARACTERS = 200;

/** Reads, and takes our own credentials out of the request's headers: what is passed on upstream must not hold them. */
export function takeCredentials(
  request: IncomingMessage,
  { proxies, userHeader, cookieName }: TakeOptions,
): Credentials {
  const { headers, socket } = request;
  const isEncrypted = 'encrypted' in socket && socket.encrypted === true;
  const origin = originOf({ address: socket.remoteAddress ?? '', isEncrypted, headers }, proxies);
  const token = bearerOf(headers.authorization);
  const session = cookieOf(headers.cookie, cookieName(origin.isSecure));
  const named = userHeader === undefined ? undefined : headers[userHeader.toLowerCase()];
  const headerUser = origin.isTrustedProxy && typeof named === 'string' && named !== '' ? named : null;
  if (token !== null) setHeader(request, 'authorization', null);
  for (const name of SESSION_COOKIES) {
    if (cookieOf(headers.cookie, name) !== null) {
      setHeader(request, 'cookie', withoutCookie(headers.cookie ?? '', name));
    }
  }
  if (userHeader !== undefined) setHeader(request, userHeader.toLowerCase(), null);
  const userAgent = (headers['user-agent'] ?? '').slice(0, MAX_AGENT_CHARACTERS);
  return { origin, session, token, grant: grantOf(request.url ?? ''), headerUser, userAgent };
}

/** Pure: the link's secret in a request target; null without one. */
export function grantOf(target: string): string | null {
  const question = target.indexOf('?');
  if (question < 0 || !target.includes(GRANT_PARAMETER)) return null;
  const value = new URLSearchParams(target.slice(question + 1)).get(GRANT_PARAMETER);
  return value?.startsWith(PREFIX.grant) ? value : null;
}

/** Pure. RFC 6750 section 2.1. Other machines' tokens are none of ours. */
function bearerOf(authorization: string | undefined): string | null {
  const token = /^bearer +(\S+)$/i.exec(authorization?.trim() ?? '')?.[1];
  return token?.startsWith(PREFIX.token) ? token : null;
}

/** Pure: the first cookie of the name. */
function cookieOf(header: string | undefined, name: string): string | null {
  for (const part of header?.split(';') ?? []) {
    const [key, value] = part.split('=', 2);
    if (key?.trim() === name && value !== undefined) return value.trim();
  }
  return null;
}

/** Pure: null when nothing is left. */
function withoutCookie(header: string, name: string): string | null {
  const rest = header.split(';').filter((part) => part.split('=', 1)[0]?.trim() !== name);
  return rest.length === 0 ? null : rest.map((part) => part.trim()).join('; ');
}

/** In both forms that Node keeps; those who pass requests on may read either. */
function setHeader(request: IncomingMessage, name: string, value: string | null): void {
  if (value === null) delete request.headers[name];
  else request.headers[name] = value;
  const raw = request.rawHeaders;
  for (let at = raw.length - 2; at >= 0; at -= 2) {
    if (raw[at]!.toLowerCase() !== name) continue;
    if (value === null) raw.splice(at, 2);
    else raw[at + 1] = value;
  }
}
