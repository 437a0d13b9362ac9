/** An init segment with what playlists and players must be told about it. When there is a new one is `muxer.ts`. */
import type { AudioConfig } from '../flv/audio-config.ts';
import { type MovieTracks, writeInit } from './movie-boxes.ts';
import { type TrackName, VIDEO_TIMESCALE } from './sample.ts';
import type { Mp4VideoConfig } from './sample-entry.ts';

export interface InitSegment {
  /** From 1, one more with every new configuration; never used twice by one muxer. */
  readonly version: number;
  /** ftyp and moov. Shared: never written to. */
  readonly bytes: Buffer;
  readonly video: Mp4VideoConfig | null;
  readonly audio: AudioConfig | null;
  /** RFC 6381, for `CODECS` of a playlist: `avc1.64001f,mp4a.40.2`. */
  readonly codecs: string;
  /** For `MediaSource.isTypeSupported`: `video/mp4; codecs="…"`. */
  readonly mimeType: string;
}

/** Pure. */
export function makeInit(version: number, tracks: MovieTracks): InitSegment {
  const { video, audio } = tracks;
  const codecs = [video?.codecString, audio?.codecString].filter((each) => each !== undefined).join(',');
  const mimeType = `${video ? 'video' : 'audio'}/mp4; codecs="${codecs}"`;
  return { version, bytes: writeInit(tracks), video, audio, codecs, mimeType };
}

/** Pure: ticks per second. */
export function timescaleOf(init: InitSegment, track: TrackName): number {
  return track === 'video' ? VIDEO_TIMESCALE : (init.audio?.sampleRateHz ?? 1);
}
