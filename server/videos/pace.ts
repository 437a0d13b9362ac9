/** Holds one download back to so many bytes a second. */
import { sleep } from '../abort.ts';

/** A slice goes out about so many times a second, so that a slow download flows rather than jerks. */
const SLICES_PER_SECOND = 10;

/** Pure: how long to wait before the next byte, so that what was sent is on time; counted from the begin. */
export function waitMs({ sentBytes, elapsedMs, rateBps }: { sentBytes: number; elapsedMs: number; rateBps: number }) {
  return Math.max(0, (sentBytes / rateBps) * 1000 - elapsedMs);
}

/** Pure: the largest piece that is sent at once. */
export function sliceBytes(rateBps: number): number {
  return Math.max(1, Math.floor(rateBps / SLICES_PER_SECOND));
}

/** The clock of one download. Its ranges, if it has several, share one. */
export class Pace {
  readonly #rateBps: number;
  readonly #startedMs = performance.now();
  #sentBytes = 0;

  /** @param rateBps bytes per second, above 0 */
  constructor(rateBps: number) {
    this.#rateBps = rateBps;
  }

  /** Passes chunks on in time; ends early when the signal says that nobody waits any more. */
  async *hold(chunks: AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<Buffer> {
    const most = sliceBytes(this.#rateBps);
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at += most) {
        const elapsedMs = performance.now() - this.#startedMs;
        const waiting = waitMs({ sentBytes: this.#sentBytes, elapsedMs, rateBps: this.#rateBps });
        if (waiting > 1) await sleep(waiting, signal);
        if (signal.aborted) return;
        const slice = chunk.subarray(at, at + most);
        this.#sentBytes += slice.length;
        yield slice;
      }
    }
  }
}
