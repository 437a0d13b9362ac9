/** What the API says of recordings: `…/recording` (what is being done now) and `…/recordings` (what there is). */

/** Why a camera is recorded now. */
export type RecordReason = 'manual' | 'event' | 'always' | 'schedule' | 'watched';

/**
 * `armed`: nothing is written, the pre-roll is kept for an event. `waiting`: it should be recorded, but the camera shows
 * no picture. `disk-full`: recording stopped until there is room. `failed`: the disk refuses or is too slow; tried anew.
 */
export type RecordingState = 'armed' | 'waiting' | 'recording' | 'disk-full' | 'failed';

/** `recording` of a camera in `GET /api/cameras`; null when nothing is recorded nor should be. */
export interface RecordingInfo {
  readonly state: RecordingState;
  /** Null while `armed`. */
  readonly reason: RecordReason | null;
  /** The event's name, when one was given. */
  readonly event: string | null;
  /** What is wrong, in an English sentence; null when nothing is. */
  readonly message: string | null;
  /** Since when the state holds, ISO 8601. */
  readonly since: string;
  /** When it ends by itself, ISO 8601; null when that is not known. */
  readonly until: string | null;
  /** Name of the file that is being written. */
  readonly file: string | null;
  /** Bytes written since `since`. */
  readonly bytes: number;
}

/** Body of `POST /api/cameras/:id/recording`. `event` works for every rule; only `when: "event"` has a pre-roll. */
export type RecordingCommand =
  | { readonly action: 'start' }
  | { readonly action: 'stop' }
  | { readonly action: 'event'; readonly name?: string; readonly postRollMs?: number };

/** Answer to it, and to `GET`. */
export interface RecordingAnswer {
  readonly camera: string;
  readonly recording: RecordingInfo | null;
}

/** Time without a gap; times are those at which pictures reached the relay, ISO 8601. */
export interface RecordedPeriod {
  readonly from: string;
  readonly to: string;
  readonly durationMs: number;
  readonly bytes: number;
  /** Its end is still being written. */
  readonly growing: boolean;
  /** Relative to the answer's own URL. */
  readonly playlist: string;
  readonly export: string;
}

export interface RecordedDay {
  /** `2026-11-21`, in the answer's time zone. */
  readonly day: string;
  readonly durationMs: number;
}

export interface RecordedFileInfo {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly durationMs: number;
  readonly bytes: number;
  readonly growing: boolean;
  readonly codecs: string;
  readonly width: number;
  readonly height: number;
  readonly reason: RecordReason | null;
  /** Relative to the answer's own URL. */
  readonly url: string;
}

/** `GET /api/cameras/:id/recordings?from=&to=`. */
export interface RecordingsAnswer {
  readonly camera: string;
  readonly timeZone: string;
  readonly from: string;
  readonly to: string;
  readonly periods: readonly RecordedPeriod[];
  /** Every day that has recordings, whatever was asked for. */
  readonly days: readonly RecordedDay[];
  readonly files: readonly RecordedFileInfo[];
}
