/** What the API says of cameras. */
import type { CameraReason } from './errors.ts';

/**
 * A camera's life: `idle` (nobody watches), `starting` (ffmpeg runs, no picture yet), `live`,
 * `waiting` (it failed; the next try is due), `closed` (the relay ends).
 */
export type CameraState = 'idle' | 'starting' | 'live' | 'waiting' | 'closed';

export interface VideoInfo {
  /** `h264`, `hevc` … as the viewer receives it. */
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

/** One entry of `GET /api/cameras`. Never holds an address or credentials. */
export interface CameraInfo {
  readonly id: string;
  readonly title: string;
  /** True for the built-in demo cameras. */
  readonly demo: boolean;
  readonly state: CameraState;
  /** Why there is no picture, when there is none and there should be. */
  readonly reason: CameraReason | null;
  /** The reason as an English sentence, without credentials. */
  readonly message: string | null;
  readonly viewers: number;
  /** RTSP sessions (ffmpegs) the relay holds for this camera now. */
  readonly pulls: number;
  readonly video: VideoInfo | null;
  readonly audio: AudioInfo | null;
  /** Bits per second over the last seconds; 0 while idle. */
  readonly bitrate: number;
  /** Since when the state holds, ISO 8601. */
  readonly since: string;
  /** When the next try is due, ISO 8601, while `waiting`. */
  readonly nextTryAt: string | null;
  readonly lastError: { readonly code: CameraReason; readonly message: string; readonly at: string } | null;
  /** ffmpegs started for this camera since the relay started. */
  readonly starts: number;
}

export interface CamerasAnswer {
  readonly cameras: readonly CameraInfo[];
}
