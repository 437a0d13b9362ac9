/**
 * Remembers that a camera refused a login, beyond the pull that met it: cameras lock accounts, so a page that is loaded
 * again, another stream of the same camera or another channel of the same recorder must not try it again.
 */
import type { CameraReason } from '../../protocol.ts';
import { isRefusedLogin } from './restart-policy.ts';

export interface Refusal {
  readonly code: CameraReason;
  /** An English sentence without credentials. */
  readonly message: string;
  /** Unix ms. */
  readonly atMs: number;
}

/**
 * What the cameras of one device learn of their common login from each other: a login that nobody got in with is not
 * tried once per channel. After it was accepted on one channel, a refusal on another says nothing of the rest.
 */
export class DeviceLogin {
  refusal: Refusal | null = null;
  accepted = false;
}

/** One camera's, or one for all that log in to the same address with the same login. */
export class LoginMemory {
  readonly #holdMs: number;
  readonly #device: DeviceLogin | null;
  #refusal: Refusal | null = null;

  /**
   * @param holdMs how long a refused login is left alone
   * @param device shared with the other cameras of the same device and login
   */
  constructor(holdMs: number, device: DeviceLogin | null = null) {
    this.#holdMs = holdMs;
    this.#device = device;
  }

  /** What became of a try. Anything but a refused login leaves the memory as it is: the login was not looked at. */
  observe(failure: Refusal): void {
    if (!isRefusedLogin(failure.code)) return;
    this.#refusal = failure;
    if (this.#device !== null) this.#device.refusal = failure;
  }

  /** The camera let us in. */
  accepted(): void {
    this.#refusal = null;
    if (this.#device === null) return;
    this.#device.accepted = true;
    this.#device.refusal = null;
  }

  /** The refusal to answer with instead of trying; null: go ahead. */
  refusedAt(nowMs: number): Refusal | null {
    const isOver = (refusal: Refusal | null) => refusal !== null && nowMs - refusal.atMs >= this.#holdMs;
    if (isOver(this.#refusal)) this.#refusal = null;
    if (this.#device === null) return this.#refusal;
    if (isOver(this.#device.refusal)) this.#device.refusal = null;
    return this.#refusal ?? (this.#device.accepted ? null : this.#device.refusal);
  }

  /** The login was accepted, or a person asks for another try. */
  forget(): void {
    this.#refusal = null;
    if (this.#device !== null) this.#device.refusal = null;
  }
}
