/** What a tile can tell about its stream in numbers, and the meter that turns growing counters into rates. */

export interface PlayerStats {
  /** Age of the picture on the screen; null while unknown. */
  readonly delayMs: number | null;
  /** Bits per second received by this page. */
  readonly bitrate: number;
  /** Pictures a second that reached the screen. */
  readonly fps: number;
  readonly width: number;
  readonly height: number;
}

export const NO_STATS: PlayerStats = { delayMs: null, bitrate: 0, fps: 0, width: 0, height: 0 };

/** The rate of a counter over a sliding window. */
export class RateMeter {
  readonly #windowMs: number;
  #samples: { readonly atMs: number; readonly count: number }[] = [];

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** `count` and the clock only grow; a smaller one starts afresh. */
  add(count: number, atMs: number): void {
    const last = this.#samples[this.#samples.length - 1];
    if (last !== undefined && (count < last.count || atMs < last.atMs)) this.#samples = [];
    this.#samples.push({ atMs, count });
    while (this.#samples.length > 2 && atMs - this.#samples[1]!.atMs >= this.#windowMs) this.#samples.shift();
  }

  /** Per second; 0 until half a second was seen. */
  get perSecond(): number {
    const first = this.#samples[0];
    const last = this.#samples[this.#samples.length - 1];
    if (first === undefined || last === undefined || last.atMs - first.atMs < 500) return 0;
    return ((last.count - first.count) * 1000) / (last.atMs - first.atMs);
  }

  reset(): void {
    this.#samples = [];
  }
}
