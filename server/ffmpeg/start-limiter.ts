/**
 * Lets at most so many ffmpegs be between spawn and first output: 64 at once take four times as long to the first
 * picture as a few at a time. Knows nothing of processes.
 */

/** A place in the queue, later a start slot. */
export interface StartSlot {
  /** Gives the slot back, or leaves the queue. Idempotent. */
  release(): void;
}

/** First come, first served. Nothing to close: whoever asked releases. */
export class StartLimiter {
  readonly #limit: number;
  readonly #waiting = new Set<() => void>();
  #taken = 0;

  constructor(limit: number) {
    this.#limit = Math.max(1, limit);
  }

  /** Calls `begin` once a slot is free: at once, within this call, when there is one. */
  request(begin: () => void): StartSlot {
    let state: 'waiting' | 'holding' | 'released' = 'waiting';
    const grant = () => {
      state = 'holding';
      this.#taken++;
      begin();
    };
    const slot: StartSlot = {
      release: () => {
        if (state === 'holding') {
          this.#taken--;
          state = 'released';
          this.#grantNext();
        } else if (state === 'waiting') {
          this.#waiting.delete(grant);
          state = 'released';
        }
      },
    };
    if (this.#taken < this.#limit && this.#waiting.size === 0) grant();
    else this.#waiting.add(grant);
    return slot;
  }

  get taken(): number {
    return this.#taken;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  #grantNext(): void {
    for (const grant of this.#waiting) {
      if (this.#taken >= this.#limit) return;
      this.#waiting.delete(grant);
      grant();
    }
  }
}
