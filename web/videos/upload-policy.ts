/** Decisions about uploads: when to try again, how long it takes, and whether a file is the one that was begun. Pure. */

/** Retried for about ten minutes; then the viewer is asked. */
export const RETRY_DELAYS_MS: readonly number[] = [0, 500, 1_000, 2_000, ...Array.from({ length: 120 }, () => 5_000)];

/** Refusals that may be over soon: conflict, locked, too many, and whatever the server could not do. */
const PASSING: ReadonlySet<number> = new Set([0, 408, 409, 423, 425, 429, 500, 502, 503, 504]);

/** Pure: whether the same request may succeed later. Status 0: there was no answer. */
export const mayRetry = (status: number): boolean => PASSING.has(status);

/** Pure: whether what was begun can never be finished, so that nothing of it needs to be remembered. */
export const isForgotten = (status: number): boolean => status >= 400 && status < 500 && !PASSING.has(status);

export interface Sample {
  readonly atMs: number;
  readonly bytes: number;
}

const WINDOW_MS = 8_000;

/** Pure: the samples that still say something about the pace. */
export function withSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  const kept = last !== undefined && sample.bytes < last.bytes ? [] : samples;
  return [...kept.filter(({ atMs }) => sample.atMs - atMs <= WINDOW_MS), sample];
}

/** Pure: how long the rest takes at the pace of the last seconds, ms; null while that is not known. */
export function remainingMs(samples: readonly Sample[], sizeBytes: number): number | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || last.atMs - first.atMs < 1_000 || last.bytes === first.bytes) {
    return null;
  }
  return ((sizeBytes - last.bytes) * (last.atMs - first.atMs)) / (last.bytes - first.bytes);
}

/** Pure: whether a file can be what an unfinished upload began with. */
export function isSameFile(
  file: { readonly name: string; readonly size: number },
  begun: { readonly name: string; readonly sizeBytes: number },
): boolean {
  return file.name === begun.name && file.size === begun.sizeBytes;
}
