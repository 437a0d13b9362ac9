/**
 * What the tables of one track of a plain movie are to say (ISO/IEC 14496-12 sections 8.6 and 8.7), gathered run by run.
 * Pure; how they are written is `plain-movie.ts`.
 */
import type { FragmentRun } from './fragment-runs.ts';

export interface MovieTrack {
  readonly id: number;
  readonly timescale: number;
}

/** Equal neighbours as one entry: count and value. */
class RunLengths {
  readonly entries: number[] = [];

  add(value: number): void {
    const { entries } = this;
    if (entries.length > 0 && entries[entries.length - 1] === value) entries[entries.length - 2]! += 1;
    else entries.push(1, value);
  }
}

/** One track: `add` each of its runs in the order of the media, then `close`; after that the tables may be read. */
export class TrackTables {
  readonly track: MovieTrack;
  readonly durations = new RunLengths();
  readonly compositions = new RunLengths();
  readonly sizes: number[] = [];
  /** Numbers of keyframes, counted from 1. */
  readonly syncs: number[] = [];
  /** Where each chunk begins in the media, and how many samples it has. */
  readonly chunks: { readonly offset: number; readonly samples: number }[] = [];
  firstTicks = 0;
  firstComposition = 0;
  #lastTicks = 0;
  #lastDuration = 0;

  constructor(track: MovieTrack) {
    this.track = track;
  }

  get endTicks(): number {
    return this.#lastTicks + this.#lastDuration;
  }

  get mediaTicks(): number {
    return this.sizes.length === 0 ? 0 : this.endTicks - this.firstTicks;
  }

  /** A run whose first sample is decoded at this time; `extraBytes` stand before its first sample, as a part of it. */
  add(run: FragmentRun, shiftTicks: number, mediaOffset: number, extraBytes: number): void {
    let ticks = run.startTicks + shiftTicks;
    this.chunks.push({ offset: mediaOffset, samples: run.samples.length });
    run.samples.forEach((sample, index) => {
      if (this.sizes.length === 0) {
        this.firstTicks = ticks;
        this.firstComposition = sample.compositionTicks;
      } else {
        // Decode times of a plain movie cannot step back: what overlaps lasts shorter before it.
        const placed = Math.max(ticks, this.#lastTicks + 1);
        this.durations.add(placed - this.#lastTicks);
        ticks = placed;
      }
      this.compositions.add(sample.compositionTicks);
      this.sizes.push(sample.sizeBytes + (index === 0 ? extraBytes : 0));
      if (sample.keyframe) this.syncs.push(this.sizes.length);
      this.#lastTicks = ticks;
      this.#lastDuration = sample.durationTicks;
      ticks += sample.durationTicks;
    });
  }

  /** The last sample's duration is known only when all are there. */
  close(): void {
    if (this.sizes.length > 0) this.durations.add(this.#lastDuration);
  }
}
