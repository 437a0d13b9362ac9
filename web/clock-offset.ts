/**
 * The relay's clock seen from the page: the offset of the ping with the smallest round trip, as in NTP (RFC 5905
 * section 10). Sending the pings is `api.ts`.
 */

interface Sample {
  readonly roundTripMs: number;
  readonly offsetMs: number;
  readonly atMs: number;
}

/** Clocks drift apart; a good sample is not good for ever. */
const SAMPLE_LIFE_MS = 10 * 60_000;

/** Pure: what one ping says about the relay's clock; it read its clock half way through the round trip. */
export function clockSample(sentAtMs: number, serverTimeMs: number, receivedAtMs: number): Sample {
  const roundTripMs = Math.max(0, receivedAtMs - sentAtMs);
  return { roundTripMs, offsetMs: serverTimeMs - (sentAtMs + roundTripMs / 2), atMs: receivedAtMs };
}

export class ClockOffset {
  #best: Sample | null = null;

  add(sentAtMs: number, serverTimeMs: number, receivedAtMs: number): void {
    const sample = clockSample(sentAtMs, serverTimeMs, receivedAtMs);
    const best = this.#best;
    const expired = best !== null && sample.atMs - best.atMs > SAMPLE_LIFE_MS;
    // A jump of either clock leaves the old sample outside what the new one can mean.
    const contradicted =
      best !== null && Math.abs(sample.offsetMs - best.offsetMs) > sample.roundTripMs / 2 + best.roundTripMs / 2 + 5;
    if (best === null || expired || contradicted || sample.roundTripMs <= best.roundTripMs) this.#best = sample;
  }

  /** Forgets everything: the relay or its clock may be another. */
  reset(): void {
    this.#best = null;
  }

  /** The relay's wall clock (Unix ms) when ours shows `nowMs`; null before the first sample. */
  serverNowMs(nowMs: number): number | null {
    return this.#best === null ? null : nowMs + this.#best.offsetMs;
  }
}
