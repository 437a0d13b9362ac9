/**
 * Writes one sequence of fragments from a muxer's samples, cut wherever the caller says, without waiting for the
 * frame after the cut. Where to cut is the business of `delivery/` and the recorder.
 */
import { type RunSample, type TrackRun, writeFragment } from './fragment-boxes.ts';
import { type InitSegment, timescaleOf } from './init-segment.ts';
import { type Sample, TRACK_ID, type TrackName } from './sample.ts';

export interface Fragment {
  /** moof and mdat; before them styp if it opens a segment, and prft if a keyframe leads it. */
  readonly bytes: Buffer;
  readonly sequence: number;
  readonly init: InitSegment;
  /** Of the picture (without one: of the sound): decode time as written and as promised to end, and presentation. */
  readonly startMs: number;
  readonly endMs: number;
  readonly ptsMs: number;
  /** Begins with a keyframe, so that a player can begin here; without video always true. */
  readonly independent: boolean;
  readonly hasVideo: boolean;
  /** Relay wall clock (Unix ms) of the first picture, or of the first sound where there is none. */
  readonly arrivedAtMs: number;
}

const TRACKS = ['video', 'audio'] as const;
/** How often a stream without pictures tells its arrival times. */
const AUDIO_REFERENCE_MS = 1_000;
/** A longer hole stays one. The timeline leaves none in the picture; sound may have been away for hours. */
const MAX_BRIDGE_MS = 10_000;

/**
 * One for each sequence that a player reads from end to end: HLS has one, fragmented MP4 over sockets one for all its
 * viewers (and a new one for each joiner's first fragment), each recording one.
 *
 * A sample's duration is known only when the next has come. Inside a fragment they are exact. The last one of a
 * fragment is estimated, and the next fragment corrects it:
 * - The next sample comes later than promised: it begins where the last one ended, lasts longer by what was missing,
 *   and keeps its presentation time by its composition offset. Decode time has no hole. MSE would take one of
 *   twice the last duration for a discontinuity and drop every picture up to the next keyframe (Media Source
 *   Extensions section 3.5.8), and HLS wants each fragment to begin where the last one ended. Sound has no composition
 *   offset: its first frame after a gap comes early by the gap, and what follows is in place.
 * - It comes earlier: its tfdt says so, and the overlap is harmless, since players order by decode time and show by
 *   presentation time.
 */
export class FragmentWriter {
  readonly #ends = new Map<TrackName, number>();
  readonly #shiftMs: number;
  #init: InitSegment | null = null;
  #sequence = 0;
  #referencedAtMs = Number.NEGATIVE_INFINITY;

  /** @param options `shiftMs`: added to every time that is written, and to none that is told; whole milliseconds */
  constructor({ shiftMs = 0 }: { readonly shiftMs?: number } = {}) {
    this.#shiftMs = shiftMs;
  }

  /**
   * Writes the samples as the next fragment: at least one, in the muxer's order, all of one init segment; else a
   * TypeError. `opensSegment` puts styp before it.
   */
  write(samples: readonly Sample[], options: { readonly opensSegment?: boolean } = {}): Fragment {
    const init = samples[0]?.init;
    if (!init) throw new TypeError('A fragment needs at least one sample.');
    if (samples.some((sample) => sample.init !== init)) throw new TypeError('A fragment needs one init segment.');
    // The tracks' timescales may be others now.
    if (init !== this.#init) this.#ends.clear();
    this.#init = init;
    this.#sequence++;
    const runs: TrackRun[] = [];
    for (const track of TRACKS) {
      const ofTrack = samples.filter((sample) => sample.track === track);
      if (ofTrack.length > 0) runs.push(this.#run(track, ofTrack));
    }
    const lead = samples.find((sample) => sample.track === 'video') ?? samples[0]!;
    const independent = lead.keyframe && (lead.track === 'video' || init.video === null);
    const bytes = writeFragment({
      sequence: this.#sequence,
      runs,
      opensSegment: options.opensSegment ?? false,
      referenceTime: this.#isReference(lead, independent)
        ? {
            trackId: TRACK_ID[lead.track],
            mediaTicks: lead.decodeTicks + lead.compositionTicks + this.#shiftTicks(lead),
            atMs: lead.arrivedAtMs,
          }
        : null,
    });
    const ticksPerMs = timescaleOf(init, lead.track) / 1000;
    return {
      bytes,
      sequence: this.#sequence,
      init,
      startMs: (runs[0]!.startTicks - this.#shiftTicks(lead)) / ticksPerMs,
      endMs: this.#ends.get(lead.track)! / ticksPerMs,
      ptsMs: (lead.decodeTicks + lead.compositionTicks) / ticksPerMs,
      independent,
      hasVideo: lead.track === 'video',
      arrivedAtMs: lead.arrivedAtMs,
    };
  }

  #run(track: TrackName, samples: readonly Sample[]): TrackRun {
    const startTicks = this.#startOf(track, samples[0]!);
    let decodeTicks = startTicks;
    const written = samples.map((sample, index): RunSample => {
      const next = samples[index + 1];
      const endTicks = next?.decodeTicks ?? sample.decodeTicks + sample.durationTicks;
      const run = {
        data: sample.data,
        durationTicks: endTicks - decodeTicks,
        compositionTicks: track === 'video' ? sample.decodeTicks + sample.compositionTicks - decodeTicks : 0,
        keyframe: sample.keyframe,
      };
      decodeTicks = endTicks;
      return run;
    });
    this.#ends.set(track, decodeTicks);
    return { trackId: TRACK_ID[track], startTicks: startTicks + this.#shiftTicks(samples[0]!), samples: written };
  }

  #shiftTicks({ init, track }: Sample): number {
    return Math.round((this.#shiftMs * timescaleOf(init, track)) / 1000);
  }

  #startOf(track: TrackName, first: Sample): number {
    const lastEndTicks = this.#ends.get(track) ?? first.decodeTicks;
    const holeTicks = first.decodeTicks - lastEndTicks;
    const maxTicks = (MAX_BRIDGE_MS / 1000) * timescaleOf(first.init, track);
    return holeTicks > 0 && holeTicks <= maxTicks ? lastEndTicks : first.decodeTicks;
  }

  /** Each keyframe carries its arrival time; a stream without pictures tells it now and then. */
  #isReference(lead: Sample, independent: boolean): boolean {
    if (!independent) return false;
    if (lead.track === 'audio' && lead.ptsMs < this.#referencedAtMs + AUDIO_REFERENCE_MS) return false;
    this.#referencedAtMs = lead.ptsMs;
    return true;
  }
}
