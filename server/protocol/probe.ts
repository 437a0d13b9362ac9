/** What `POST /api/cameras/:camera/probe` and `npm run doctor` say of a camera. */
import type { AudioInfo, VideoInfo } from './camera.ts';
import type { CameraReason } from './errors.ts';

/** Stable; the sentence beside it says the same in English, with the numbers. */
export type AdviceCode =
  | 'failure'
  | 'missing-ampersand'
  | 'keyframe-interval'
  | 'no-keyframe'
  | 'late-first-picture'
  | 'packet-loss'
  | 'transcoded-video'
  | 'browser-h265'
  | 'transcoded-audio'
  | 'low-frame-rate'
  | 'high-bit-rate'
  | 'no-sub-stream'
  | 'slow-name'
  | 'readable-login'
  | 'redirect-target';

export interface Advice {
  readonly code: AdviceCode;
  /** `error`: there is no picture; `warning`: people will notice; `note`: worth knowing. */
  readonly level: 'error' | 'warning' | 'note';
  readonly text: string;
}

export interface ProbedTrack {
  readonly kind: string;
  readonly codec: string;
  readonly clockRateHz: number;
  readonly channels: number;
}

/** One camera's examination. Holds its host, and never a login, a path or a query. */
export interface ProbeReport {
  readonly camera: string;
  readonly title: string;
  /** ISO 8601. */
  readonly at: string;
  readonly tookMs: number;
  /** Null when there is a picture. */
  readonly reason: CameraReason | null;
  readonly message: string | null;
  /** Null for a camera that is pushed to. */
  readonly address: {
    readonly host: string;
    readonly port: number;
    readonly addresses: readonly string[];
    readonly lookupMs: number;
    /** Null when nobody accepted a connection. */
    readonly connectMs: number | null;
  } | null;
  /** The camera's answer to DESCRIBE; null where it does not speak RTSP or did not answer. */
  readonly rtsp: {
    readonly status: number;
    readonly statusText: string;
    readonly server: string | null;
    readonly logins: readonly string[];
    readonly methods: readonly string[];
    readonly describeMs: number;
    readonly tracks: readonly ProbedTrack[];
  } | null;
  /** Measured on the stream that viewers get too; null when there was no picture. */
  readonly stream: {
    readonly measuredMs: number;
    /** False: the stream was started for this, and the delay is that of a first viewer. */
    readonly wasLive: boolean;
    readonly firstPictureMs: number;
    readonly video: VideoInfo | null;
    readonly audio: AudioInfo | null;
    /** Frames per second over the measurement. */
    readonly fps: number;
    /** Bits per second over the measurement. */
    readonly bitrate: number;
    /** The longest seen, in ms of the stream; null when there was only one keyframe. */
    readonly keyframeIntervalMs: number | null;
    /** RTP packets that ffmpeg missed meanwhile (UDP), and their share of about all. */
    readonly lostPackets: number;
    readonly lostShare: number;
  } | null;
  /** What happens to picture and sound on the way to a viewer; null while the codecs are unknown. */
  readonly plan: { readonly video: string; readonly audio: string } | null;
  readonly advice: readonly Advice[];
}
