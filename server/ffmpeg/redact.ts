/**
 * The one place where credentials are taken out of text: logger, errors and ffmpeg's stderr all go through here.
 * How a URL's user part is told from its host is `user-info.ts`.
 */
import { percentEncode, SENSITIVE_VALUE, splitUrl } from './user-info.ts';

const MASK = '***';
/** Shorter ones would turn every text into stars; in a URL's user part they are hidden all the same. */
const MIN_SECRET_LENGTH = 3;
/** Shorter pieces of base64 occur by chance. */
const MIN_BASE64_LENGTH = 6;

/** What the relay itself hands out (`access/secrets.ts`): sessions, tokens, links; and password hashes. */
const OWN_SECRET = /\bsl[stg]_[A-Za-z0-9_-]{16,}(?:\.[A-Za-z0-9_-]+)?|\bscrypt\$[\w$-]+/g;

/** Remembers secrets in every form they may show up in, and replaces them. Nothing to close. */
export class Redactor {
  readonly #secrets = new Set<string>();
  readonly #forms = new Set<string>();
  readonly #base64 = new Set<string>();
  #pattern: RegExp | null = null;

  /**
   * Remembers a password, a token or a `user:password`. User names alone are not for here: they are words like
   * "admin", and `redact` takes them out of URLs anyway.
   */
  add(secret: string): void {
    if (secret.length < MIN_SECRET_LENGTH || this.#secrets.has(secret)) return;
    this.#secrets.add(secret);
    for (const form of formsOf(secret)) this.#forms.add(form);
    for (const core of base64CoresOf(secret)) this.#base64.add(core);
    const longestFirst = [...this.#forms].sort((a, b) => b.length - a.length);
    this.#pattern = new RegExp(longestFirst.map(escapeRegExp).join('|'), 'g');
  }

  /** The text without any known secret and without the credentials of any URL in it. */
  redact(text: string): string {
    let clean = text;
    // Known secrets first: one with a space in it would be cut in two by the search for URLs.
    for (const core of this.#base64) clean = maskBase64(clean, core);
    if (this.#pattern) clean = clean.replace(this.#pattern, MASK);
    return redactUrls(clean);
  }
}

/**
 * Pure: takes `user:password@` and sensitive query values out of every URL in a text, and the value out of
 * Authorization headers. In doubt it takes away too much.
 */
export function redactUrls(text: string): string {
  return text
    .replace(OWN_SECRET, MASK)
    .replace(/[a-z][a-z0-9+.-]*:\/\/[^\s"<>]*/gi, redactUserInfo)
    .replace(/((?:%3A|:)%2F%2F)[^\s"'<>&]*%40/gi, `$1${MASK}%40`)
    .replace(SENSITIVE_VALUE, `$1${MASK}`)
    .replace(/(authorization["']?\s*[:=]\s*["']?(?:basic|digest|bearer)?\s*)[^\r\n]+/gi, `$1${MASK}`);
}

function redactUserInfo(token: string): string {
  if (!token.includes('@')) return token;
  // What follows a URL in a sentence ("…/live': Connection refused") is no part of it.
  const tail = /[^\p{L}\p{N}/\]]*$/u.exec(token)?.[0] ?? '';
  const url = token.slice(0, token.length - tail.length);
  const split = splitUrl(url, 'hide');
  if (split?.userInfo != null) return `${split.scheme}://${MASK}@${split.rest}${tail}`;
  const start = url.indexOf('://') + 3;
  const at = url.lastIndexOf('@');
  const question = url.indexOf('?');
  // `rtsp://user:12/34@host/` reads as host `user`, port 12 by the RFC; an `@` in a path is rarer than such a password.
  const hidesPassword =
    split === null || (question < 0 || at < question ? /^[^/?#]*:\d+[/#]/.test(url.slice(start)) : false);
  return hidesPassword && at >= start ? `${url.slice(0, start)}${MASK}${url.slice(at)}${tail}` : token;
}

/** Pure: how a secret is written raw, in URLs, in forms, in JSON (once and twice) and in HTML. */
function formsOf(secret: string): Set<string> {
  const wellFormed = Buffer.from(secret).toString();
  const strict = percentEncode(wellFormed);
  const encoded = [
    strict,
    encodeURIComponent(wellFormed),
    encodeURI(wellFormed),
    new URLSearchParams({ x: wellFormed }).toString().slice(2),
    encodeURIComponent(strict),
    userInfoByUrl(wellFormed),
  ].flatMap((form) => [form, form.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase())]);
  const json = JSON.stringify(wellFormed).slice(1, -1);
  const ascii = json.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const html = wellFormed.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
  return new Set([
    secret,
    wellFormed,
    ...encoded,
    json,
    json.replaceAll('/', '\\/'),
    JSON.stringify(json).slice(1, -1),
    ascii,
    html,
    html.replace(/'/g, '&#39;'),
    html.replace(/'/g, '&#x27;'),
  ]);
}

/** The form that Node's own URL class gives a user part: fewer characters escaped than by RFC 3986. */
function userInfoByUrl(text: string): string {
  const url = new URL('http://host/');
  url.password = text;
  return url.password || text;
}

/**
 * Pure: the characters of a base64 text that the secret alone determines, for each of the three ways it can lie on the
 * 3-byte grid, so that `user:secret` is found whatever the user is. Standard and URL-safe alphabet.
 */
function base64CoresOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const from = Math.ceil((offset * 8) / 6);
    const to = Math.floor(((offset + bytes.length) * 8) / 6);
    const core = text.slice(from, to);
    if (core.length < MIN_BASE64_LENGTH) return [];
    return [...new Set([core, core.replaceAll('+', '-').replaceAll('/', '_')])];
  });
}

/** Replaces the whole run of base64 around each occurrence: its rim holds bits of the secret too. */
function maskBase64(text: string, core: string): string {
  let at = text.indexOf(core);
  if (at < 0) return text;
  let clean = '';
  let done = 0;
  while (at >= 0) {
    let from = at;
    let to = at + core.length;
    while (from > done && /[A-Za-z0-9+/_-]/.test(text[from - 1] ?? '')) from--;
    while (to < text.length && /[A-Za-z0-9+/_=-]/.test(text[to] ?? '')) to++;
    clean += text.slice(done, from) + MASK;
    done = to;
    at = text.indexOf(core, done);
  }
  return clean + text.slice(done);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
