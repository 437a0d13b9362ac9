/** Lets tasks run one at a time per host, and only so many over all hosts. */

export class HostTurns {
  readonly #maxAtOnce: number;
  readonly #busy = new Set<string>();
  readonly #waiting: { host: string; go: () => void }[] = [];

  constructor(maxAtOnce: number) {
    this.#maxAtOnce = maxAtOnce;
  }

  /** Runs the task when its turn comes, first come first served; not at all when the signal is aborted before. */
  async run(host: string, task: () => Promise<void>, signal: AbortSignal): Promise<void> {
    if (!(await this.#turn(host, signal))) return;
    try {
      await task();
    } finally {
      this.#busy.delete(host);
      this.#next();
    }
  }

  #turn(host: string, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const entry = {
        host,
        go: () => {
          signal.removeEventListener('abort', giveUp);
          this.#busy.add(host);
          resolve(true);
        },
      };
      const giveUp = () => {
        const at = this.#waiting.indexOf(entry);
        if (at >= 0) this.#waiting.splice(at, 1);
        resolve(false);
      };
      if (signal.aborted) return giveUp();
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.push(entry);
      this.#next();
    });
  }

  #next(): void {
    for (let at = 0; at < this.#waiting.length && this.#busy.size < this.#maxAtOnce; ) {
      const entry = this.#waiting[at]!;
      if (this.#busy.has(entry.host)) {
        at += 1;
        continue;
      }
      this.#waiting.splice(at, 1);
      entry.go();
    }
  }
}
