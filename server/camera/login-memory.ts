/**
 * Remembers that a camera refused a login, beyond the pull that met it: cameras lock accounts, so a page that is loaded
 * again, another stream of the same camera or another channel of the same recorder must not try it again.
 */
import type { CameraReason } from '../protocol.ts';
import { isRefusedLogin } from './restart-policy.ts';

export interface Refusal {
  readonly code: CameraReason;
  /** An English sentence without credentials. */
  readonly message: string;
  /** Unix ms. */
  readonly atMs: number;
}

/** One for all that log in to the same device with the same login. */
export class LoginMemory {
  readonly #holdMs: number;
  #refusal: Refusal | null = null;

  /** @param holdMs how long a refused login is left alone */
  constructor(holdMs: number) {
    this.#holdMs = holdMs;
  }

  /** What became of a try. Anything but a refused login leaves the memory as it is: the login was not looked at. */
  observe(failure: Refusal): void {
    if (isRefusedLogin(failure.code)) this.#refusal = failure;
  }

  /** The refusal to answer with instead of trying; null: go ahead. */
  refusedAt(nowMs: number): Refusal | null {
    if (this.#refusal !== null && nowMs - this.#refusal.atMs >= this.#holdMs) this.#refusal = null;
    return this.#refusal;
  }

  /** The login was accepted, or a person asks for another try. */
  forget(): void {
    this.#refusal = null;
  }
}
