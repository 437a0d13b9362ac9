/** The last seconds of a stream in memory, from a keyframe on: what an event's recording begins with. */
import type { Sample } from '../../mp4/sample.ts';

export interface PreRollOptions {
  readonly lengthMs: number;
  readonly maxBytes: number;
  /** A player can begin at this sample. */
  readonly opens: (sample: Sample) => boolean;
}

interface Group {
  readonly arrivedAtMs: number;
  readonly samples: Sample[];
  bytes: number;
}

export class PreRoll {
  readonly #options: PreRollOptions;
  readonly #groups: Group[] = [];
  #bytes = 0;

  constructor(options: PreRollOptions) {
    this.#options = options;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Takes the next sample; those before the first keyframe are left out. */
  push(sample: Sample): void {
    if (this.#options.opens(sample)) this.#groups.push({ arrivedAtMs: sample.arrivedAtMs, samples: [], bytes: 0 });
    const group = this.#groups.at(-1);
    if (group === undefined) return;
    group.samples.push(sample);
    group.bytes += sample.data.length;
    this.#bytes += sample.data.length;
    const { lengthMs, maxBytes } = this.#options;
    // The oldest group can go when the one after it begins early enough.
    while (this.#groups.length > 1 && sample.arrivedAtMs - this.#groups[1]!.arrivedAtMs >= lengthMs) this.#dropOldest();
    while (this.#groups.length > 0 && this.#bytes > maxBytes) this.#dropOldest();
  }

  /** Everything from the last keyframe at or before this time, oldest first; it is empty afterwards. */
  take(fromMs: number): Sample[] {
    let first = this.#groups.findLastIndex((group) => group.arrivedAtMs <= fromMs);
    if (first < 0) first = 0;
    const samples = this.#groups.slice(first).flatMap((group) => group.samples);
    this.clear();
    return samples;
  }

  clear(): void {
    this.#groups.length = 0;
    this.#bytes = 0;
  }

  #dropOldest(): void {
    this.#bytes -= this.#groups.shift()!.bytes;
  }
}
