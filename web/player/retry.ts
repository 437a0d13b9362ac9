/** The timer behind `reconnect-policy.ts`: counts failures and waits for the next try. */
import { type ReconnectPlan, reconnectPlan } from './reconnect-policy.ts';

/** Playing this long makes earlier failures history. */
const SETTLED_MS = 5000;

export class Retry {
  readonly #onDue: () => void;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(onDue: () => void) {
    this.#onDue = onDue;
  }

  /** Counts a failure and calls back when it is time for another try, unless `cancel()` comes first. */
  after(code: number): ReconnectPlan {
    this.cancel();
    const plan = reconnectPlan(code, this.#failures, Math.random());
    this.#failures++;
    this.#timer = setTimeout(this.#onDue, plan.delayMs);
    return plan;
  }

  /** Whether this failure, the first for a while, may be answered at once; counts it then. */
  takeFirst(): boolean {
    if (this.#failures > 0) return false;
    this.#failures = 1;
    return true;
  }

  /** Pictures have come for so long. */
  playing(forMs: number): void {
    if (forMs > SETTLED_MS) this.#failures = 0;
  }

  forget(): void {
    this.#failures = 0;
  }

  cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
