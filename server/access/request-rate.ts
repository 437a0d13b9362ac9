/** Counts requests by address in windows of ten seconds. Nothing to close; what is old is dropped as it goes. */

const WINDOW_MS = 10_000;

export class RequestRate {
  readonly #maxPerWindow: number;
  readonly #now: () => number;
  #counts = new Map<string, number>();
  #windowAtMs = 0;

  constructor(maxPerSecond: number, now: () => number) {
    this.#maxPerWindow = (maxPerSecond * WINDOW_MS) / 1000;
    this.#now = now;
  }

  /** Counts one. @returns false when it is one too many */
  take(address: string): boolean {
    const nowMs = this.#now();
    if (nowMs - this.#windowAtMs >= WINDOW_MS) {
      this.#counts = new Map();
      this.#windowAtMs = nowMs;
    }
    const count = (this.#counts.get(address) ?? 0) + 1;
    this.#counts.set(address, count);
    return count <= this.#maxPerWindow;
  }
}
