/** What a camera's pulls are made with, and what they remember of it: types only. */
import type { Logger } from 'pino';
import type { Ffmpeg } from '../../ffmpeg/ffmpeg.ts';
import type { Redactor } from '../../ffmpeg/redact.ts';
import type { RtspSource } from '../../ffmpeg/rtsp-input.ts';
import type { SourceTracks } from '../../ffmpeg/source-tracks.ts';
import type { Rhythm } from '../../hub/rhythm.ts';
import type { Stream } from '../../hub/stream.ts';
import type { EncoderInfo } from '../../protocol.ts';
import type { SourcePreparer } from '../source/source-preparer.ts';
import type { LoginMemory } from './login-memory.ts';

export interface PullTimings {
  readonly connectTimeoutMs: number;
  readonly stallTimeoutMs: number;
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  readonly refusedLoginRetryMs: number;
}

/** What a camera's pulls know of it from earlier runs; one object shared by all pulls of a camera. */
export interface CameraMemory {
  sources: SourceTracks | null;
  /** What the camera announced when ffmpeg found `sources` in its place; it announces the same again each time. */
  misannounced?: SourceTracks | null;
  /** When sound that is announced, and would be encoded, was waited for in vain (Unix ms); null or left out: never. */
  soundMissedAtMs?: number | null;
  /** ffmpeg could not copy this camera's video although its codec is one that can be copied. */
  neverCopyVideo: boolean;
  /** What encodes the video in the pull itself, since it could not ride the bus; null or left out: it is copied. */
  encoder?: EncoderInfo | null;
  /** How the keyframes come; null or left out: that is not known. */
  rhythm?: Rhythm | null;
  /** What comes as FLV over HTTP cannot go on the bus as it is: ffmpeg has to have a hand in it. */
  flvByFfmpeg?: boolean;
}

export interface PullOptions {
  readonly cameraId: string;
  readonly source: RtspSource;
  /** Output options of the camera's profile; null lets the codec policy choose. */
  readonly profileOutput: readonly string[] | null;
  /** Pictures are encoded and made no higher than this; null or left out: as they are. */
  readonly maxHeight?: number | null;
  /** H.265 may come as it is: somebody behind this pull transcodes it where that is needed. */
  readonly hevcOnBus: boolean;
  readonly timings: PullTimings;
  readonly memory: CameraMemory;
  readonly login: LoginMemory;
  /** Asks the camera before ffmpeg does; left out: ffmpeg finds out. */
  readonly preparer?: SourcePreparer | undefined;
  readonly ffmpeg: Ffmpeg;
  readonly redactor: Redactor;
  readonly stream: Stream;
  readonly log: Logger;
  /** Whether somebody looks at the gap, or did a moment ago and was turned away. */
  readonly watched: () => boolean;
  /** Told after every change of `status`. */
  readonly onChanged: () => void;
}
