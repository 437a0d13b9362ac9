/** How often somebody may be wrong: per account and per address, with a wait that grows. Counts only failures. */
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { RelayError } from '../errors.ts';
import { networkOf } from './client-address.ts';

/** Failures that cost nothing but themselves. */
const FREE_FAILURES = 4;
const FIRST_WAIT_SECONDS = 1;
const MAX_WAIT_SECONDS = 900;
/** One address may be a household, or an office behind one. */
const ADDRESS_FACTOR = 4;
/** Without another failure for so long, all is forgotten. */
const FORGET_SECONDS = 3_600;

export class Attempts {
  readonly #failures = new RateLimiterMemory({ keyPrefix: 'failures', points: 1_000_000, duration: FORGET_SECONDS });
  readonly #waits = new RateLimiterMemory({ keyPrefix: 'waits', points: 1, duration: MAX_WAIT_SECONDS });
  /** Checks under way: as long as a failure is not known, it could be one. */
  readonly #open = new Map<string, number>();

  /**
   * Checks a secret, if it may be tried; the address also counts alone, since one may try many accounts.
   * @param check whether the secret is right @returns what it says
   * @throws RelayError `too-many-attempts` that says how long to wait; whatever `check` throws
   */
  async attempt(account: string, address: string, check: () => boolean | Promise<boolean>): Promise<boolean> {
    const keys = keysOf(account, address);
    await this.#enter(keys);
    try {
      const isRight = await check();
      if (isRight) await this.#succeeded(keys[0].key);
      else await this.#failed(keys);
      return isRight;
    } finally {
      for (const { key } of keys) {
        const open = (this.#open.get(key) ?? 1) - 1;
        if (open > 0) this.#open.set(key, open);
        else this.#open.delete(key);
      }
    }
  }

  /** Judges and counts in one step, so that nobody comes between. @throws RelayError `too-many-attempts` */
  async #enter(keys: readonly Key[]): Promise<void> {
    const waits = await Promise.all(keys.map(({ key }) => this.#waits.get(key)));
    const failures = await Promise.all(keys.map(({ key }) => this.#failures.get(key)));
    const waitMs = Math.max(
      0,
      ...waits.map((wait) => (wait === null || wait.remainingPoints > 0 ? 0 : wait.msBeforeNext)),
    );
    if (waitMs > 0) throw tooMany(Math.ceil(waitMs / 1000));
    // Who asks many at a time gets no more answers than who asks one after the other.
    const isCrowded = keys.some(
      ({ key, free }, at) => (this.#open.get(key) ?? 0) >= Math.max(1, free - (failures[at]?.consumedPoints ?? 0)),
    );
    if (isCrowded) throw tooMany(FIRST_WAIT_SECONDS);
    for (const { key } of keys) this.#open.set(key, (this.#open.get(key) ?? 0) + 1);
  }

  async #failed(keys: readonly Key[]): Promise<void> {
    for (const { key, free } of keys) {
      const { consumedPoints } = await this.#failures.penalty(key);
      const seconds = waitSeconds(consumedPoints - free);
      if (seconds > 0) await this.#waits.block(key, seconds);
    }
  }

  /** The account was entered: what was held against it from this address is forgotten. */
  async #succeeded(key: string): Promise<void> {
    await Promise.all([this.#failures.delete(key), this.#waits.delete(key)]);
  }
}

function tooMany(seconds: number): RelayError {
  return new RelayError('too-many-attempts', `Too many failed attempts. Try again in ${seconds} s.`, {
    retryAfterSeconds: seconds,
  });
}

interface Key {
  readonly key: string;
  /** Failures that cost nothing. */
  readonly free: number;
}

/**
 * Pure: an account waits apart for each address, or anybody could lock anybody out; a loose count over all addresses
 * slows those who have many.
 */
function keysOf(account: string, address: string): readonly [Key, Key, Key] {
  const [name, from] = [account.toLowerCase(), networkOf(address)];
  return [
    { key: `both ${from} ${name}`, free: FREE_FAILURES },
    { key: `address ${from}`, free: FREE_FAILURES * ADDRESS_FACTOR },
    { key: `account ${name}`, free: FREE_FAILURES * ADDRESS_FACTOR * ADDRESS_FACTOR },
  ];
}

/** Pure: 1, 2, 4 … seconds for the first, second, third failure too many; 0 before. */
export function waitSeconds(tooMany: number): number {
  return tooMany <= 0 ? 0 : Math.min(MAX_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** Math.min(tooMany - 1, 20));
}
