/** How often somebody may be wrong: per account and per address, with a wait that grows. Counts only failures. */
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { RelayError } from '../errors.ts';

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

  /**
   * To be called before a secret is checked; the address also counts alone, since one may try many accounts.
   * @throws RelayError `too-many-attempts` that says how long to wait
   */
  async admit(account: string, address: string): Promise<void> {
    const found = await Promise.all(keysOf(account, address).map(({ key }) => this.#waits.get(key)));
    const waitMs = Math.max(
      0,
      ...found.map((wait) => (wait === null || wait.remainingPoints > 0 ? 0 : wait.msBeforeNext)),
    );
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1000);
      throw new RelayError('too-many-attempts', `Too many failed attempts. Try again in ${seconds} s.`, {
        retryAfterSeconds: seconds,
      });
    }
  }

  /** Counts a failure. Resolves when it is counted. */
  async failed(account: string, address: string): Promise<void> {
    for (const { key, free } of keysOf(account, address)) {
      const { consumedPoints } = await this.#failures.penalty(key);
      const seconds = waitSeconds(consumedPoints - free);
      if (seconds > 0) await this.#waits.block(key, seconds);
    }
  }

  /** The account was entered: what was held against it from this address is forgotten. */
  async succeeded(account: string, address: string): Promise<void> {
    const { key } = keysOf(account, address)[0]!;
    await Promise.all([this.#failures.delete(key), this.#waits.delete(key)]);
  }
}

/**
 * Pure: an account waits apart for each address, or anybody could lock anybody out; a loose count over all addresses
 * slows those who have many.
 */
function keysOf(account: string, address: string): { readonly key: string; readonly free: number }[] {
  const name = account.toLowerCase();
  return [
    { key: `both ${address} ${name}`, free: FREE_FAILURES },
    { key: `address ${address}`, free: FREE_FAILURES * ADDRESS_FACTOR },
    { key: `account ${name}`, free: FREE_FAILURES * ADDRESS_FACTOR * ADDRESS_FACTOR },
  ];
}

/** Pure: 1, 2, 4 … seconds for the first, second, third failure too many; 0 before. */
export function waitSeconds(tooMany: number): number {
  return tooMany <= 0 ? 0 : Math.min(MAX_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** Math.min(tooMany - 1, 20));
}
