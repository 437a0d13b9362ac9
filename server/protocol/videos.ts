/** What the API says of the video library. */

export interface VideoTrack {
  /** `h264`, `hevc`, `vp9` … */
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  /** Frames per second; 0 when the file does not say. */
  readonly fps: number;
}

export interface SoundTrack {
  readonly codec: string;
  readonly sampleRateHz: number;
  readonly channels: number;
}

/**
 * Whether a browser plays it: `direct` from `url`; `remux`: repacked as MP4, which `playUrl` does and the first request
 * waits for; `no`: see `reason`; `unknown` until the file has been read.
 */
export type Playable = 'direct' | 'remux' | 'no' | 'unknown';

/** One entry of `GET /api/videos`. Addresses are relative to the answer's own. */
export interface VideoFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** ISO 8601. */
  readonly modifiedAt: string;
  /** The camera that it is a recording of. */
  readonly camera: string | null;
  /** Still being recorded: `sizeBytes` is what can be read now. */
  readonly growing: boolean;
  /** `reading`: what follows is not known yet, ask again; `broken`: it is no video, see `reason`. */
  readonly state: 'ready' | 'reading' | 'broken';
  /** `mp4`, `quicktime`, `webm`, `matroska`, `mpegts`, `flv`, `avi` … */
  readonly container: string | null;
  readonly durationMs: number | null;
  /** Bits per second. */
  readonly bitrate: number | null;
  readonly video: VideoTrack | null;
  readonly audio: SoundTrack | null;
  readonly playable: Playable;
  /** Why a browser cannot play it, in an English sentence. */
  readonly reason: string | null;
  /** The file as it is; `?download=1` has the browser save it. */
  readonly url: string;
  /** What a `<video>` plays; null when there is nothing that it could. */
  readonly playUrl: string | null;
  readonly thumbnail: string;
}

export const VIDEO_SORTS = ['modified', 'name', 'size', 'duration'] as const;
export type VideoSort = (typeof VIDEO_SORTS)[number];

/** `GET /api/videos?offset=&limit=&sort=&order=asc|desc&q=&type=`. */
export interface VideosAnswer {
  readonly videos: readonly VideoFile[];
  /** How many match, on all pages. */
  readonly total: number;
  /** Their bytes. */
  readonly totalBytes: number;
  readonly offset: number;
  readonly limit: number;
  /** `offset` of the next page, null on the last. */
  readonly next: number | null;
}
