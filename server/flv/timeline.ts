/**
 * One endless clock for a stream whatever its sources do: FLV's 32 bits wrap, cameras restart and their clocks jump,
 * and players must see none of it. What one viewer's bytes say is `wire-time.ts`.
 */
import { isScript, readTimestamp, SCRIPT_TIME_MS, type Tag, writeTimestamp } from './tag.ts';

/**
 * ffmpeg 5.1 wraps at 2^31 ms, other muxers at 2^32; both are whole turns of this. A step is read as the shortest
 * way round, so a wrap and small reordering across it need no cases of their own.
 */
const TURN_MS = 2 ** 31;
/** A step forward beyond this is a jump of the camera's clock (or a pause of the camera) and is spliced out. */
const MAX_FORWARD_MS = 5_000;
/** A track that goes back by less holds its last time until it has caught up; more is a jump. */
const MAX_BACKWARD_MS = 250;
/** How far apart sound and picture may be for one to be placed by the other. */
const MAX_APART_MS = MAX_FORWARD_MS;
const DEFAULT_STEP_MS = { video: 40, audio: 23 } as const;
/** A splice leaves at most this, however slow the camera's frame rate. */
const MAX_STEP_MS = 1_000;

type TrackName = 'audio' | 'video';

class Track {
  /** Time of the last tag as the source wrote it; null before the source's first. */
  rawMs: number | null = null;
  /** The same on the timeline; may lie a little before `outMs` while the track catches up. */
  positionMs = 0;
  /** The last time given out; null before the first. */
  outMs: number | null = null;
  stepMs: number;

  constructor(name: TrackName) {
    this.stepMs = DEFAULT_STEP_MS[name];
  }
}

/**
 * Give it every tag of the stream in order. Per track the times given out never decrease; sound and picture keep the
 * relation that the source gave them, across splices too.
 */
export class Timeline {
  readonly #tracks: Readonly<Record<TrackName, Track>> = { audio: new Track('audio'), video: new Track('video') };
  /** Where the next source begins; null while a source runs. */
  #resumeMs: number | null = null;

  /**
   * The tag on the endless clock. The given tag stays as it is: `bytes` are copied when their low 32 bits change.
   * Headers and script tags get the time of the position where they stand; the bytes of a script tag keep time 0.
   */
  adjust(tag: Tag): Tag {
    const timestampMs = this.#timeOf(tag);
    const wireMs = isScript(tag.kind) ? SCRIPT_TIME_MS : timestampMs;
    const same = readTimestamp(tag.bytes) === wireMs % 2 ** 32;
    if (same && timestampMs === tag.timestampMs) return tag;
    let { bytes } = tag;
    if (!same) {
      bytes = Buffer.from(bytes);
      writeTimestamp(bytes, wireMs);
    }
    return { ...tag, timestampMs, bytes };
  }

  /** The next tag comes from a new source, whose clock has nothing to do with the last one's. */
  restarted(): void {
    const { audio, video } = this.#tracks;
    audio.rawMs = null;
    video.rawMs = null;
    const lastMs = this.#lastOutMs();
    if (lastMs !== null) this.#resumeMs = lastMs + (video.outMs !== null ? video.stepMs : audio.stepMs);
  }

  #timeOf(tag: Tag): number {
    switch (tag.kind) {
      case 'audio':
        return this.#advance(this.#tracks.audio, this.#tracks.video, tag.timestampMs);
      case 'keyframe':
      case 'frame':
        return this.#advance(this.#tracks.video, this.#tracks.audio, tag.timestampMs);
      case 'audio-header':
        return this.#tracks.audio.outMs ?? this.#lastOutMs() ?? tag.timestampMs;
      case 'video-header':
      case 'video-end':
        return this.#tracks.video.outMs ?? this.#lastOutMs() ?? tag.timestampMs;
      case 'metadata':
      case 'script':
        return this.#lastOutMs() ?? tag.timestampMs;
    }
  }

  #advance(track: Track, other: Track, rawMs: number): number {
    const positionMs = this.#place(track, other, rawMs);
    track.rawMs = rawMs;
    track.positionMs = positionMs;
    track.outMs = Math.max(positionMs, track.outMs ?? 0);
    return track.outMs;
  }

  #place(track: Track, other: Track, rawMs: number): number {
    if (track.rawMs !== null) {
      const stepMs = shortestWay(track.rawMs, rawMs);
      if (stepMs >= -MAX_BACKWARD_MS && stepMs <= MAX_FORWARD_MS) {
        if (stepMs > 0) track.stepMs = Math.min(stepMs, MAX_STEP_MS);
        return track.positionMs + stepMs;
      }
    }
    return this.#placeByOther(track, other, rawMs) ?? this.#splice(track, rawMs);
  }

  /** Where the tag stands beside the other track; null when that track is not of this source's present clock. */
  #placeByOther(track: Track, other: Track, rawMs: number): number | null {
    if (other.rawMs === null) return null;
    const apartMs = shortestWay(other.rawMs, rawMs);
    if (Math.abs(apartMs) > MAX_APART_MS) return null;
    const positionMs = other.positionMs + apartMs;
    // A track that alone went back cannot be where the other says: it has been there.
    if (track.rawMs !== null && track.outMs !== null && positionMs < track.outMs - MAX_BACKWARD_MS) return null;
    return Math.max(0, positionMs);
  }

  #splice(track: Track, rawMs: number): number {
    const lastMs = this.#lastOutMs();
    if (lastMs === null) return rawMs;
    if (this.#resumeMs !== null) {
      const resumeMs = this.#resumeMs;
      this.#resumeMs = null;
      return resumeMs;
    }
    return Math.max(lastMs, (track.outMs ?? 0) + track.stepMs);
  }

  #lastOutMs(): number | null {
    const { audio, video } = this.#tracks;
    if (audio.outMs === null) return video.outMs;
    return video.outMs === null ? audio.outMs : Math.max(audio.outMs, video.outMs);
  }
}

/** Pure: from one wrapped time to another by the shorter way, in [-2^30, 2^30). */
function shortestWay(fromMs: number, toMs: number): number {
  const ahead = (((toMs - fromMs) % TURN_MS) + TURN_MS) % TURN_MS;
  return ahead >= TURN_MS / 2 ? ahead - TURN_MS : ahead;
}
