/**
 * Secrets that are handed out once and kept as hashes: sessions, tokens, links. Their prefix tells what they are, and
 * lets the logger take them out of any text.
 */
import { createHash, createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

export const PREFIX = { session: 'sls_', token: 'slt_', grant: 'slg_' } as const;
const SECRET_BYTES = 24;
/** Without what is read or said wrong: 0 O 1 I L, and U. */
const CODE_LETTERS = '23456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A new secret, e.g. `slt_…`. */
export function newSecret(kind: keyof typeof PREFIX): string {
  return PREFIX[kind] + randomBytes(SECRET_BYTES).toString('base64url');
}

/** Public, short, leads back to nothing. */
export function newId(): string {
  return randomBytes(9).toString('base64url');
}

/** Pure. A random secret needs no salt and no slowness: there is nothing to guess. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** Pure: `VALUE.SIGNATURE`. */
export function sign(value: string, key: Buffer): string {
  return `${value}.${signature(value, key)}`;
}

/** Pure: the value of a text that `sign` made with this key; null for any other. */
export function unsign(text: string, key: Buffer): string | null {
  const dot = text.lastIndexOf('.');
  if (dot < 1) return null;
  const value = text.slice(0, dot);
  return sameText(text.slice(dot + 1), signature(value, key)) ? value : null;
}

/** Takes the same time for every wrong text. */
export function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** A code for people to type: three groups of four. */
export function newCode(): string {
  const letters = Array.from({ length: 12 }, () => CODE_LETTERS[randomInt(CODE_LETTERS.length)]);
  return [0, 4, 8].map((at) => letters.slice(at, at + 4).join('')).join('-');
}

function signature(value: string, key: Buffer): string {
  return createHmac('sha256', key).update(value).digest('base64url');
}
