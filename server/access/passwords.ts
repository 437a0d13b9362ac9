/** Passwords as scrypt hashes: made, and checked in the same time whether there is such a user or not. */
import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { RelayError } from '../errors.ts';

/** 16 MiB and about 100 ms on a small machine; OWASP's table names it for scrypt. */
const LOG2_N = 14;
const R = 8;
const P = 5;
const HASH_BYTES = 32;
const MAX_MEMORY_BYTES = 67_108_864;
/** A hash whose costs are beyond this is not ours, and would be a way to fill the memory. */
const MAX_LOG2_N = 17;
export const MIN_PASSWORD_CHARACTERS = 8;
export const MAX_PASSWORD_CHARACTERS = 256;
/** Hashes under way at one time, and those that may wait for them. */
const MAX_AT_ONCE = 2;
const MAX_WAITING = 64;

interface Cost {
  readonly log2N: number;
  readonly r: number;
  readonly p: number;
}

let running = 0;
const waiting: (() => void)[] = [];

/** A new hash, salted: `scrypt$14$8$5$SALT$HASH`. @throws RelayError `overloaded` */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, { log2N: LOG2_N, r: R, p: P }, HASH_BYTES);
  return ['scrypt', LOG2_N, R, P, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/**
 * Whether the password belongs to the hash. Without a hash (no such user) the answer is no after the same work.
 * @throws RelayError `overloaded`
 */
export async function isPassword(password: string, hash: string | undefined): Promise<boolean> {
  const known = hash === undefined ? null : read(hash);
  const { cost, salt, expected } = known ?? NOBODY;
  const found = await derive(password, salt, cost, expected.length);
  return timingSafeEqual(found, expected) && known !== null;
}

/** Pure: tells one hash from another and leads back to none; null where there is no password. */
export function passwordMark(hash: string | undefined): string | null {
  return hash === undefined ? null : createHash('sha256').update(`mark ${hash}`).digest('base64url').slice(0, 16);
}

/** Pure: why a password is not taken; null when it is. */
export function passwordProblem(password: string, name: string): string | null {
  const length = [...password].length;
  if (length < MIN_PASSWORD_CHARACTERS) return `The password needs at least ${MIN_PASSWORD_CHARACTERS} characters.`;
  if (length > MAX_PASSWORD_CHARACTERS) return `The password may have at most ${MAX_PASSWORD_CHARACTERS} characters.`;
  if (password.toLowerCase() === name.toLowerCase()) return 'The password is the name.';
  return new Set(password).size < 3 ? 'The password repeats itself.' : null;
}

const NOBODY = {
  cost: { log2N: LOG2_N, r: R, p: P },
  salt: randomBytes(16),
  expected: randomBytes(HASH_BYTES),
};

/** Pure: null for what is no hash of ours. */
function read(hash: string): typeof NOBODY | null {
  const [kind, log2N, r, p, salt, expected] = hash.split('$');
  if (kind !== 'scrypt' || salt === undefined || expected === undefined) return null;
  const cost = { log2N: Number(log2N), r: Number(r), p: Number(p) };
  if (!(cost.log2N >= 10 && cost.log2N <= MAX_LOG2_N && cost.r >= 1 && cost.r <= 16 && cost.p >= 1 && cost.p <= 16)) {
    return null;
  }
  return { cost, salt: Buffer.from(salt, 'base64url'), expected: Buffer.from(expected, 'base64url') };
}

async function derive(password: string, salt: Buffer, { log2N, r, p }: Cost, bytes: number): Promise<Buffer> {
  await turn();
  try {
    return await new Promise((resolve, reject) => {
      const options = { N: 2 ** log2N, r, p, maxmem: MAX_MEMORY_BYTES * 4 };
      // What looks the same is the same, however the keyboard composed it (RFC 8265 section 4.2).
      scrypt(password.normalize('NFC'), salt, bytes, options, (error, key) => (error ? reject(error) : resolve(key)));
    });
  } finally {
    running--;
    waiting.shift()?.();
  }
}

/** Resolves when another hash may be worked on: each takes a core and 16 MiB. */
async function turn(): Promise<void> {
  if (running >= MAX_AT_ONCE) {
    if (waiting.length >= MAX_WAITING) throw new RelayError('overloaded', 'Too many people sign in at once.');
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  running++;
}
