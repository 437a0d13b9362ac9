/** Lets a few read stored chat at a time, and a few more wait: reading is slow, and nothing else may wait for it. */
import { RelayError } from '../errors.ts';

const MAX_AT_ONCE = 2;
const MAX_WAITING = 64;

export class ReadTurns {
  readonly #waiting: { readonly go: () => void; readonly refuse: (error: RelayError) => void }[] = [];
  #running = 0;
  #isClosed = false;

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Runs the task when its turn comes. @throws RelayError `overloaded`, `going-away`; whatever the task throws */
  async run<T>(task: () => Promise<T>): Promise<T> {
    await this.#turn();
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next.go();
    }
  }

  /** Refuses who waits and who comes; what runs ends by itself. Idempotent. */
  close(): void {
    this.#isClosed = true;
    for (const { refuse } of this.#waiting.splice(0)) refuse(new RelayError('going-away'));
  }

  async #turn(): Promise<void> {
    if (this.#isClosed) throw new RelayError('going-away');
    if (this.#running < MAX_AT_ONCE) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.length >= MAX_WAITING) {
      throw new RelayError('overloaded', 'Too many read stored chat at once.');
    }
    await new Promise<void>((go, refuse) => this.#waiting.push({ go, refuse }));
  }
}
