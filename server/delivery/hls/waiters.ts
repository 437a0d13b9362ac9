/** Requests that wait for something to come about, looked at again whenever `wake()` says that something changed. */
import { RelayError } from '../../errors.ts';

interface Waiter {
  readonly look: () => void;
  readonly fail: (error: RelayError) => void;
}

export class Waiters {
  readonly #waiters = new Set<Waiter>();
  readonly #max: number;

  /** @param max more are refused */
  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#waiters.size;
  }

  /**
   * Resolves with the first answer of `look` that is not undefined; it is asked at once and after each `wake()`.
   * Rejects with the error of `fail()` or of `late()` after `withinMs`, when the signal is aborted, and with
   * `overloaded` when too many wait.
   */
  until<T>(
    look: () => T | undefined,
    { withinMs, late, signal }: { withinMs: number; late: () => Error; signal: AbortSignal },
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#waiters.size >= this.#max) {
        reject(new RelayError('overloaded', `${this.#max} requests wait for this camera already.`));
        return;
      }
      const settle = (act: () => void) => {
        this.#waiters.delete(waiter);
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        act();
      };
      const onAbort = () => settle(() => reject(signal.reason));
      const timer = setTimeout(() => settle(() => reject(late())), withinMs);
      const waiter: Waiter = {
        look: () => {
          const answer = look();
          if (answer !== undefined) settle(() => resolve(answer));
        },
        fail: (error) => settle(() => reject(error)),
      };
      this.#waiters.add(waiter);
      signal.addEventListener('abort', onAbort);
      if (signal.aborted) onAbort();
      else waiter.look();
    });
  }

  /** Something changed. */
  wake(): void {
    for (const waiter of [...this.#waiters]) waiter.look();
  }

  /** Nothing will come about any more. */
  fail(error: RelayError): void {
    for (const waiter of [...this.#waiters]) waiter.fail(error);
  }
}
