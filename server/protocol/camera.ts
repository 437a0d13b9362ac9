/** What the API says of cameras. */
import type { BudgetInfo } from './budget.ts';
import type { CameraReason } from './errors.ts';
import type { RecordingInfo } from './recordings.ts';

/**
 * A camera's life: `idle` (nobody watches), `starting` (ffmpeg runs, no picture yet), `live`,
 * `waiting` (it failed; the next try is due), `closed` (the relay ends).
 */
export type CameraState = 'idle' | 'starting' | 'live' | 'waiting' | 'closed';

export interface VideoInfo {
  /** `h264`, `hevc` …: what the camera sends where that is copied, and what viewers get unless they ask for other. */
  readonly codec: string;
  /** RFC 6381 codec string, e.g. `avc1.64001f`; empty while unknown. */
  readonly codecString: string;
  readonly width: number;
  readonly height: number;
  /** Frames per second as measured; 0 while unknown. */
  readonly fps: number;
}

export interface AudioInfo {
  readonly codec: string;
  readonly sampleRateHz: number;
  readonly channels: number;
}

/** ffmpeg's name of an encoder, and the hardware under it; null: the processor. */
export interface EncoderInfo {
  readonly name: string;
  readonly hardware: string | null;
}

/** One of a camera's streams, as it comes from the camera. */
export interface StreamInfo {
  readonly state: CameraState;
  /** Why it has no picture; of a sub stream also while it is idle: why its viewers get the main one. */
  readonly reason: CameraReason | null;
  /** `h264` or `hevc`, as it goes to viewers who play both; from the last time while it is idle, null when unknown. */
  readonly sends: string | null;
  /** What made H.264 of it, when the camera was pulled last and sent what cannot be sent on as it is; else null. */
  readonly encoder: EncoderInfo | null;
  readonly video: VideoInfo | null;
  readonly audio: AudioInfo | null;
  /** Bits per second over the last seconds; 0 while idle. */
  readonly bitrate: number;
}

/** A stream made of another one, for viewers that cannot play that or asked for a profile. */
export interface TranscodeInfo {
  readonly stream: 'main' | 'sub';
  /** As in `?profile=`. */
  readonly profile: string;
  readonly state: 'idle' | 'starting' | 'live' | 'waiting';
  readonly viewers: number;
  /** Null before the first run, and for a profile that names its encoder itself. */
  readonly encoder: EncoderInfo | null;
}

/** One entry of `GET /api/cameras`. Never holds an address or credentials. */
export interface CameraInfo {
  readonly id: string;
  readonly title: string;
  /** True for the built-in demo cameras. */
  readonly demo: boolean;
  readonly state: CameraState;
  /** Why there is no picture, when there is none and there should be; while idle: why there would be none. */
  readonly reason: CameraReason | null;
  /** The reason as an English sentence, without credentials. */
  readonly message: string | null;
  readonly viewers: number;
  /** RTSP sessions (ffmpegs) the relay holds for this camera now; transcodes are none. */
  readonly pulls: number;
  /** `sub` is null when the camera has no second stream. The fields below speak of the one that shows most. */
  readonly streams: { readonly main: StreamInfo; readonly sub: StreamInfo | null };
  /** Those that run or ran. */
  readonly transcodes: readonly TranscodeInfo[];
  readonly video: VideoInfo | null;
  readonly audio: AudioInfo | null;
  /** Bits per second over the last seconds; 0 while idle. */
  readonly bitrate: number;
  /** Since when the state holds, ISO 8601. */
  readonly since: string;
  /** When the camera was asked last while nobody watched, ISO 8601; null when it never was. */
  readonly checkedAt: string | null;
  /** When the next try is due, ISO 8601, while `waiting`. */
  readonly nextTryAt: string | null;
  readonly lastError: { readonly code: CameraReason; readonly message: string; readonly at: string } | null;
  /** What is being recorded now; null when nothing is nor should be. */
  readonly recording: RecordingInfo | null;
  /** ffmpegs started for this camera since the relay started. */
  readonly starts: number;
}

export interface CamerasAnswer {
  readonly budget: BudgetInfo;
  readonly cameras: readonly CameraInfo[];
}
