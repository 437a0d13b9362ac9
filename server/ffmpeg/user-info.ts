/**
 * Pure: takes a URL apart where people write it by hand, with `@ : / # ? %` unescaped in the password. What is done
 * with the parts is for `rtsp-input.ts` (escape them) and `redact.ts` (drop them).
 */
import { RelayError } from '../errors.ts';

export interface SplitUrl {
  /** As written, e.g. `rtsp`. */
  readonly scheme: string;
  /** What stands before the `@`, as written; null without one. */
  readonly userInfo: string | null;
  /** Host, port, path and query as written. */
  readonly rest: string;
}

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;
const HOST = /^(\[[0-9a-f:.%a-z]+\]|[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_.])?)(:\d{1,5})?(?=[/?#]|$)/iu;

/** A host nobody uses as part of a password: an address, a dotted name, `localhost`, or one with a port. */
function isStrong(match: RegExpExecArray): boolean {
  const host = match[1] ?? '';
  return match[2] !== undefined || host.startsWith('[') || host.includes('.') || host.toLowerCase() === 'localhost';
}

/**
 * Pure: splits at the `@` before the host. A URL that is right by RFC 3986 is read so; otherwise the first `@` that is
 * followed by what can only be a host counts. A `@` in the query is part of the query, unless `inDoubt` is `hide`: then
 * it may be part of a password. Null when it is no `scheme://` URL or no host is found.
 */
export function splitUrl(url: string, inDoubt: 'read' | 'hide' = 'read'): SplitUrl | null {
  const scheme = SCHEME.exec(url)?.[1];
  if (scheme === undefined) return null;
  const body = url.slice(scheme.length + 3);
  const authorityEnd = body.search(/[/?#]/);
  const authority = authorityEnd < 0 ? body : body.slice(0, authorityEnd);
  const cut = (at: number): SplitUrl => ({ scheme, userInfo: body.slice(0, at), rest: body.slice(at + 1) });

  const marks = [...body.matchAll(/@/g)].map((match) => {
    const host = HOST.exec(body.slice(match.index + 1));
    return { at: match.index, host, strong: host !== null && isStrong(host) };
  });
  const hosts = marks.filter((mark) => mark.host !== null);
  const strict = hosts.find((mark) => mark.at === authority.lastIndexOf('@'));
  const firstStrong = hosts.find((mark) => mark.strong);
  if (!authority.includes('@') && HOST.test(authority)) return { scheme, userInfo: null, rest: body };
  if (strict?.strong) return cut(strict.at);
  // `u:p@ss/w@10.0.0.2/` has a host `ss` by the RFC; a later strong one is the better reading unless it is in the query.
  const queryStart = body.indexOf('?', authority.length);
  if (firstStrong && (inDoubt === 'hide' || !strict || queryStart < 0 || firstStrong.at < queryStart))
    return cut(firstStrong.at);
  const weak = strict ?? hosts.at(-1);
  return weak ? cut(weak.at) : null;
}

/** Pure: user and password out of a user part. Valid percent-escapes are decoded, anything else is taken literally. */
export function parseUserInfo(userInfo: string): { username: string; password: string } {
  const colon = userInfo.indexOf(':');
  const username = colon < 0 ? userInfo : userInfo.slice(0, colon);
  const password = colon < 0 ? '' : userInfo.slice(colon + 1);
  return { username: decodeLenient(username), password: decodeLenient(password) };
}

function decodeLenient(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Pure: percent-encodes all but the unreserved characters of RFC 3986; a lone surrogate becomes U+FFFD. */
export function percentEncode(text: string): string {
  const wellFormed = Buffer.from(text).toString();
  return encodeURIComponent(wellFormed).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Query keys (and, on some cameras, path fields) whose values are nobody's business. */
const SECRET_KEYS =
  'password|passwd|passphrase|pwd|pass|psw|pw|token|access_token|auth|authorization|api_?key|key|secret|signature|sig';
export const SENSITIVE_VALUE = new RegExp(
  // Some cameras put them into the path: /user=admin_password=x_channel=1_stream=0.sdp
  `([?&;/_](?:${SECRET_KEYS}|username|user|usr|login|account)=)([^&;\\s"<>#]*?)(?=_[a-z]+=|[&;\\s"<>#]|$)`,
  'gi',
);
const SECRET_VALUE = new RegExp(`[?&;/_](?:${SECRET_KEYS})=([^&;\\s"<>#]*?)(?=_[a-z]+=|[&;\\s"<>#]|$)`, 'gi');

/** Pure: the secret values in a URL's path and query, as written and decoded. */
export function secretsInQuery(rest: string): string[] {
  return [...rest.matchAll(SECRET_VALUE)].flatMap((match) => {
    const value = match[1] ?? '';
    return value === '' ? [] : [...new Set([value, decodeLenient(value)])];
  });
}

export interface WrittenLogin {
  readonly url: string;
  /** Override what the URL's user part says. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** A camera's address and its login, apart. */
export interface SourceLogin {
  /** In lowercase, e.g. `rtsp`. */
  readonly scheme: string;
  /** Host, port, path and query as written. */
  readonly rest: string;
  /** `scheme://rest`: the address without a login. */
  readonly url: string;
  /** Unescaped; null without any. */
  readonly credentials: { readonly username: string; readonly password: string } | null;
  /** What the redactor has to know before anything of this is logged. */
  readonly secrets: readonly string[];
}

/**
 * Pure: separates address and login. Keys of their own win over what stands in the URL.
 * @throws RelayError `config` when the URL cannot be taken apart or holds what must not reach a command line
 */
export function sourceLogin(source: WrittenLogin): SourceLogin {
  const split = splitUrl(source.url.trim());
  // Nothing of the URL goes into the messages: what cannot be taken apart cannot be redacted either.
  if (split === null) throw new RelayError('config', 'The camera’s URL must look like rtsp://host/path.');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a command line
  if (/[\u0000-\u0020\u007f]/.test(split.rest)) {
    throw new RelayError('config', 'The camera’s URL holds spaces or control characters; percent-encode them.');
  }
  const written = split.userInfo === null ? null : parseUserInfo(split.userInfo);
  const username = source.username ?? written?.username;
  const password = source.password ?? written?.password;
  const credentials =
    username === undefined && password === undefined ? null : { username: username ?? '', password: password ?? '' };
  const secrets = new Set(secretsInQuery(split.rest));
  if (password) {
    const pair = `${percentEncode(username ?? '')}:${percentEncode(password)}`;
    for (const secret of [password, `${username ?? ''}:${password}`, pair]) secrets.add(secret);
  }
  if (split.userInfo?.includes(':')) secrets.add(split.userInfo);
  if (written?.password) secrets.add(written.password);
  const scheme = split.scheme.toLowerCase();
  return { scheme, rest: split.rest, url: `${scheme}://${split.rest}`, credentials, secrets: [...secrets] };
}
