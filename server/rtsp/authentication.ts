/**
 * Basic and Digest logins for RTSP (RFC 2617, RFC 7616; RFC 2326 section 14 takes them over from HTTP): challenges,
 * answers and their verification, for both ends. Pure; nonces and passwords come from the caller.
 */
import { createHash, timingSafeEqual } from 'node:crypto';

export interface BasicChallenge {
  readonly scheme: 'basic';
  readonly realm: string;
}

export interface DigestChallenge {
  readonly scheme: 'digest';
  readonly realm: string;
  readonly nonce: string;
  readonly algorithm: DigestAlgorithm;
  /** True asks for `qop=auth`; false is the older form without it, which every camera client knows. */
  readonly qopAuth: boolean;
  readonly opaque?: string;
  readonly stale?: boolean;
}

export type Challenge = BasicChallenge | DigestChallenge;
export type DigestAlgorithm = 'MD5' | 'SHA-256';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Pure: a `WWW-Authenticate` value. */
export function serialiseChallenge(challenge: Challenge): string {
  if (challenge.scheme === 'basic') return `Basic realm=${quote(challenge.realm)}`;
  const parts = [`realm=${quote(challenge.realm)}`, `nonce=${quote(challenge.nonce)}`];
  if (challenge.opaque !== undefined) parts.push(`opaque=${quote(challenge.opaque)}`);
  if (challenge.qopAuth) parts.push('qop="auth"');
  parts.push(`algorithm=${challenge.algorithm}`);
  if (challenge.stale) parts.push('stale=true');
  return `Digest ${parts.join(', ')}`;
}

/** A challenge, up to the comma before the next one: to `Scheme name=`. */
const ONE_CHALLENGE = /(?:"(?:[^"\\]|\\.)*"|[^,]|,(?!\s*[A-Za-z][\w-]*\s+[A-Za-z][\w-]*\s*=))+/g;

/**
 * Pure: the challenges that can be answered, of all `WWW-Authenticate` values, each of which may hold several (RFC 9110
 * section 11.6.1); Digest before Basic.
 */
export function parseChallenges(values: readonly string[]): Challenge[] {
  const challenges: Challenge[] = [];
  for (const value of values.flatMap((text) => text.match(ONE_CHALLENGE) ?? [])) {
    const { scheme, parameters } = parseParameters(value);
    const realm = parameters.get('realm') ?? '';
    if (scheme === 'basic') challenges.push({ scheme, realm });
    const nonce = parameters.get('nonce');
    const algorithm = algorithmOf(parameters.get('algorithm'));
    if (scheme !== 'digest' || nonce === undefined || !algorithm) continue;
    const qops = parameters
      .get('qop')
      ?.split(',')
      .map((qop) => qop.trim().toLowerCase());
    if (qops && !qops.includes('auth')) continue;
    const opaque = parameters.get('opaque');
    const stale = parameters.get('stale')?.toLowerCase() === 'true';
    challenges.push({
      scheme,
      realm,
      nonce,
      algorithm,
      qopAuth: qops !== undefined,
      stale,
      ...(opaque === undefined ? {} : { opaque }),
    });
  }
  return challenges.sort((a, b) => Number(a.scheme === 'basic') - Number(b.scheme === 'basic'));
}

/** Pure: the `Authorization` value that answers a challenge. `cnonce` is used for `qop=auth` only. */
export function answerChallenge(
  challenge: Challenge,
  credentials: Credentials,
  request: { readonly method: string; readonly uri: string; readonly cnonce: string; readonly nonceCount?: number },
): string {
  const { username, password } = credentials;
  if (challenge.scheme === 'basic') return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const { realm, nonce, algorithm } = challenge;
  const nc = (request.nonceCount ?? 1).toString(16).padStart(8, '0');
  const qop = challenge.qopAuth ? { nc, cnonce: request.cnonce, qop: 'auth' } : null;
  const response = digest({ ...credentials, realm, nonce, algorithm, method: request.method, uri: request.uri, qop });
  const parts = [
    `username=${quote(username)}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(request.uri)}`,
    `response=${quote(response)}`,
  ];
  if (challenge.opaque !== undefined) parts.push(`opaque=${quote(challenge.opaque)}`);
  if (algorithm !== 'MD5') parts.push(`algorithm=${algorithm}`);
  if (qop) parts.push(`qop=auth, nc=${nc}, cnonce=${quote(request.cnonce)}`);
  return `Digest ${parts.join(', ')}`;
}

/**
 * Pure: whether an `Authorization` value answers the challenge for this request.
 *
 * @param passwordOf the password of a user, or undefined for an unknown one.
 */
export function verifyAuthorization(
  authorization: string | undefined,
  challenge: Challenge,
  request: { readonly method: string; readonly uri: string },
  passwordOf: (username: string) => string | undefined,
): boolean {
  if (!authorization) return false;
  if (challenge.scheme === 'basic') {
    const [, token] = /^basic +([A-Za-z0-9+/=]+)$/i.exec(authorization) ?? [];
    const [, username, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(token ?? '', 'base64').toString()) ?? [];
    const wanted = username === undefined ? undefined : passwordOf(username);
    return wanted !== undefined && isSame(wanted, password!);
  }
  const { scheme, parameters } = parseParameters(authorization);
  const username = parameters.get('username');
  const response = parameters.get('response');
  const uri = parameters.get('uri');
  if (scheme !== 'digest' || username === undefined || response === undefined || uri === undefined) return false;
  if (parameters.get('nonce') !== challenge.nonce || parameters.get('realm') !== challenge.realm) return false;
  if (algorithmOf(parameters.get('algorithm')) !== challenge.algorithm) return false;
  // Some clients sign the aggregate's address with or without the slash at its end.
  if (uri.replace(/\/$/, '') !== request.uri.replace(/\/$/, '')) return false;
  const password = passwordOf(username);
  if (password === undefined) return false;
  const nc = parameters.get('nc') ?? '';
  const cnonce = parameters.get('cnonce') ?? '';
  const qop = parameters.has('qop') ? { nc, cnonce, qop: parameters.get('qop')! } : null;
  if (qop && (qop.qop !== 'auth' || !challenge.qopAuth)) return false;
  const { realm, nonce, algorithm } = challenge;
  const wanted = digest({ username, password, realm, nonce, algorithm, method: request.method, uri, qop });
  return isSame(wanted, response.toLowerCase());
}

function digest(input: {
  username: string;
  password: string;
  realm: string;
  nonce: string;
  algorithm: DigestAlgorithm;
  method: string;
  uri: string;
  qop: { nc: string; cnonce: string; qop: string } | null;
}): string {
  const hash = (text: string) =>
    createHash(input.algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex');
  const a1 = hash(`${input.username}:${input.realm}:${input.password}`);
  const a2 = hash(`${input.method}:${input.uri}`);
  // RFC 2617 section 3.2.2.1: the form without qop is the one of RFC 2069.
  const middle = input.qop ? `${input.qop.nc}:${input.qop.cnonce}:${input.qop.qop}:` : '';
  return hash(`${a1}:${input.nonce}:${middle}${a2}`);
}

function algorithmOf(value: string | undefined): DigestAlgorithm | null {
  if (value === undefined) return 'MD5';
  const name = value.toUpperCase();
  return name === 'MD5' || name === 'SHA-256' ? name : null;
}

/** `Scheme name=value, name="quoted \"value\""`. */
function parseParameters(value: string): { scheme: string; parameters: Map<string, string> } {
  const [scheme = ''] = value.trim().split(/\s/, 1);
  const parameters = new Map<string, string>();
  for (const [, name, quoted, plain] of value
    .slice(scheme.length)
    .matchAll(/([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))/g)) {
    parameters.set(name!.toLowerCase(), quoted === undefined ? plain! : quoted.replace(/\\(.)/gs, '$1'));
  }
  return { scheme: scheme.toLowerCase(), parameters };
}

function quote(value: string): string {
  return `"${value.replace(/[\\"]/g, '\\$&')}"`;
}

function isSame(wanted: string, given: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(wanted), hash(given));
}
