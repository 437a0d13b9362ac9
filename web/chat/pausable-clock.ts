/** A clock that stands still while it is paused. */
export class PausableClock {
  #isPaused = false;
  #stoodAtMs = 0;
  /** Of `performance.now()`, when it began to run from `#stoodAtMs`. */
  #ranFromMs = performance.now();

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Since it was made, less the pauses. */
  get nowMs(): number {
    return this.#isPaused ? this.#stoodAtMs : this.#stoodAtMs + performance.now() - this.#ranFromMs;
  }

  set(paused: boolean): void {
    this.#stoodAtMs = this.nowMs;
    this.#ranFromMs = performance.now();
    this.#isPaused = paused;
  }
}
