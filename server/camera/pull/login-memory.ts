/**
 * Remembers that a camera refused a login, beyond the pull that met it: cameras lock accounts, so a page that is loaded
 * again, another stream of the same camera or another channel of the same recorder must not try it again.
 */
import { RelayError } from '../../errors.ts';
import { CAMERA_REASONS, type CameraReason } from '../../protocol.ts';
import { isRefusedLogin } from './restart-policy.ts';

export interface Refusal {
  readonly code: CameraReason;
  /** An English sentence without credentials. */
  readonly message: string;
  /** Unix ms. */
  readonly atMs: number;
}

/** What comes of asking a camera, as far as it shows what became of the login. */
export interface AskedCamera {
  /** Unix ms; before the question where the answer was known already. */
  readonly atMs: number;
  readonly answer: { readonly loginSent: boolean } | null;
}

/** Nothing was asked, because others were just refused with the same login: no refusal of this camera's own. */
export class HeldBackLogin extends RelayError {}

/**
 * So many cameras of a device have to refuse a login before the others leave it alone: one may be a channel that is not
 * for this user, and devices lock an account after five wrong tries or more.
 */
const ENOUGH_REFUSALS = 2;
/** A camera that answers neither yes nor no holds its neighbours up no longer than this. */
const LONGEST_TURN_MS = 2_000;

/**
 * What the cameras of one device learn of their common login from each other: a login that is wrong is not tried once
 * per channel, and a channel that refuses a right one keeps nobody from the rest.
 */
export class DeviceLogin {
  /** By the camera that met them, since the login was last accepted. */
  readonly #refusals = new Map<LoginMemory, Refusal>();
  readonly #acceptedBy = new Set<LoginMemory>();
  readonly #waiting = new Set<() => void>();
  #trying = 0;

  refused(camera: LoginMemory, refusal: Refusal): void {
    // "Forbidden" is said to a login that is known. And where others got in, so is what says no to one that never did.
    const isOwnMatter = this.#acceptedBy.size > 0 && !this.#acceptedBy.has(camera);
    if (refusal.code === 'unauthorized' && !isOwnMatter) this.#refusals.set(camera, refusal);
    this.#wake();
  }

  accepted(camera: LoginMemory): void {
    this.#acceptedBy.add(camera);
    this.forget();
  }

  /** A person asks for another try. */
  forget(): void {
    this.#refusals.clear();
    this.#wake();
  }

  /** The refusal for which the login is left alone; null: go ahead. */
  refusedAt(nowMs: number, holdMs: number): Refusal | null {
    for (const [camera, { atMs }] of this.#refusals) if (nowMs - atMs >= holdMs) this.#refusals.delete(camera);
    return this.#refusals.size < ENOUGH_REFUSALS ? null : ([...this.#refusals.values()].at(-1) ?? null);
  }

  /**
   * Resolves when one more may try: at once where the login is known to be right, else when so few are at it that it is
   * not refused too often. @returns to be called when the try is over
   */
  async turn(signal: AbortSignal): Promise<() => void> {
    const waited = new AbortController();
    const tooLate = setTimeout(() => waited.abort(), LONGEST_TURN_MS);
    const giveUp = () => waited.abort();
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) giveUp();
    while (this.#isCrowded && !waited.signal.aborted) await this.#change(waited.signal);
    clearTimeout(tooLate);
    signal.removeEventListener('abort', giveUp);
    this.#trying += 1;
    return () => {
      this.#trying -= 1;
      this.#wake();
    };
  }

  get #isCrowded(): boolean {
    const { size } = this.#refusals;
    const isKnown = this.#acceptedBy.size > 0 && size === 0;
    return !isKnown && size < ENOUGH_REFUSALS && this.#trying + size >= ENOUGH_REFUSALS;
  }

  #change(waited: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        waited.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      waited.addEventListener('abort', done);
    });
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done();
  }
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

  /**
   * Asks the camera when it is this one's turn at the device, and remembers what became of it.
   * @throws HeldBackLogin when others were refused meanwhile; whatever `ask` throws
   */
  async inTurn<Reading extends AskedCamera>(ask: () => Promise<Reading>, signal: AbortSignal): Promise<Reading> {
    const done = await this.#device?.turn(signal);
    const askedAtMs = Date.now();
    try {
      const held = this.#device?.refusedAt(askedAtMs, this.#holdMs) ?? null;
      if (held !== null) throw new HeldBackLogin(held.code, held.message);
      const reading = await ask();
      // What was known from before says nothing of the login as it is now.
      if (reading.answer?.loginSent && reading.atMs >= askedAtMs) this.accepted();
      return reading;
    } catch (thrown) {
      const { code, message } = RelayError.from(thrown);
      const reason = CAMERA_REASONS.find((each) => each === code);
      const isOwn = reason !== undefined && !(thrown instanceof HeldBackLogin);
      // Known before the next has its turn.
      if (isOwn) this.observe({ code: reason, message, atMs: Date.now() });
      throw thrown;
    } finally {
      done?.();
    }
  }

  /** What became of a try. Anything but a refused login leaves the memory as it is: the login was not looked at. */
  observe(failure: Refusal): void {
    if (!isRefusedLogin(failure.code)) return;
    this.#refusal = failure;
    this.#device?.refused(this, failure);
  }

  /** The camera let us in. */
  accepted(): void {
    this.#refusal = null;
    this.#device?.accepted(this);
  }

  /** The refusal to answer with instead of trying; null: go ahead. */
  refusedAt(nowMs: number): Refusal | null {
    if (this.#refusal !== null && nowMs - this.#refusal.atMs >= this.#holdMs) this.#refusal = null;
    return this.#refusal ?? this.#device?.refusedAt(nowMs, this.#holdMs) ?? null;
  }

  /** A person asks for another try. */
  forget(): void {
    this.#refusal = null;
    this.#device?.forget();
  }
}
