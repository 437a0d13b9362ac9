/** One coded picture or frame of sound on its way into fragments: types only. `muxer.ts` makes them. */
import type { InitSegment } from './init-segment.ts';

export type TrackName = 'video' | 'audio';

/** Fixed for the whole product: pictures and sound, whether or not the other is there. */
export const TRACK_ID: Readonly<Record<TrackName, number>> = { video: 1, audio: 2 };

/** Ticks per second of the video track. A whole number of ticks per millisecond, so FLV's times stay exact. */
export const VIDEO_TIMESCALE = 90_000;
export const VIDEO_TICKS_PER_MS = VIDEO_TIMESCALE / 1000;

export interface Sample {
  readonly track: TrackName;
  /** What a player must have been given before. Another object means: cut here, a new init segment is due. */
  readonly init: InitSegment;
  /** Counts the sources of the stream from 0. A change means that the camera was restarted. */
  readonly sourceNumber: number;
  /** A view into the tag. */
  readonly data: Buffer;
  /** In the track's timescale, on the stream's endless clock. Grows strictly within a track. */
  readonly decodeTicks: number;
  /** Presentation time minus decode time; may be negative. */
  readonly compositionTicks: number;
  /** An estimate until the track's next sample has come, then exact (`durationKnown`). At least 1. */
  readonly durationTicks: number;
  readonly durationKnown: boolean;
  /** Decoding can begin here. Always true for sound. */
  readonly keyframe: boolean;
  /** Presentation time on the stream's clock, as the tag says it. */
  readonly ptsMs: number;
  /** Relay wall clock (Unix ms) of the tag; of a keyframe with an arrival mark: what the mark says. */
  readonly arrivedAtMs: number;
}
