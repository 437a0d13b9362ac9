/** Waiting that can be given up. */

/** Resolves after `ms`, or at once when the signal is aborted; leaves neither timer nor listener behind. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}

/** Sleeps that others may cut short. Nothing to close: it holds no timer but the sleep's own. */
export class Waker {
  readonly #ending: AbortSignal;
  #wake: (() => void) | null = null;

  /** @param ending wakes every sleep, for good */
  constructor(ending: AbortSignal) {
    this.#ending = ending;
  }

  /**
   * Sleeps until the time that `dueAtMs` (Unix ms) gives, or until it is woken. True when that time, asked for once
   * more, has come.
   */
  async sleepUntil(dueAtMs: () => number): Promise<boolean> {
    const alarm = new AbortController();
    this.#wake = () => alarm.abort();
    // Not `AbortSignal.any`: in Node 20 each one stays in the memory of a signal that lives long.
    this.#ending.addEventListener('abort', this.#wake);
    if (!this.#ending.aborted) await sleep(Math.max(0, dueAtMs() - Date.now()), alarm.signal);
    this.#ending.removeEventListener('abort', this.#wake);
    this.#wake = null;
    return !this.#ending.aborted && Date.now() >= dueAtMs();
  }

  wake(): void {
    this.#wake?.();
  }
}
