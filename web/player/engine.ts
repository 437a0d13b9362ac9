/**
 * What a player needs from whatever turns a stream into pictures in a video element. One engine is one attempt: it
 * is made, it ends once, and a new one takes its place. Deciding when is `player.ts`.
 */
import type { CloseReason } from '../../server/protocol.ts';

/** Why an engine ended. `code` is a WebSocket close code; HTTP failures are told in the same codes. */
export interface EngineEnd {
  readonly code: number;
  readonly reason: CloseReason | null;
}

/** A keyframe's place in the video element's time and when the relay had it (relay's wall clock, Unix ms). */
export interface PictureArrival {
  readonly mediaMs: number;
  readonly arrivedAtMs: number;
}

export interface EngineCounters {
  readonly bytes: number;
  readonly videoFrames: number;
  readonly audioFrames: number;
  /** Decode time of the newest picture in the video element's time; -1 before the first, and where nobody knows it. */
  readonly lastVideoMs: number;
  /** The same of the newest sound. */
  readonly lastAudioMs: number;
}

export interface EngineEvents {
  /** Bytes came in; called at most once a message. */
  onData(): void;
  onArrival(arrival: PictureArrival): void;
  /** Once, unless `destroy()` came first. The engine is of no use afterwards but must still be destroyed. */
  onEnd(end: EngineEnd): void;
}

export interface EngineOptions extends EngineEvents {
  readonly video: HTMLVideoElement;
  /** Without the `audio` query. */
  readonly url: URL;
  readonly transport: 'websocket' | 'http';
  readonly audio: boolean;
}

export interface Engine {
  readonly counters: EngineCounters;
  /** It keeps playback at the live edge itself, because what it buffers does not say where that is. */
  readonly keepsLiveEdge: boolean;
  /** Gives up socket and buffers and empties the video element. Idempotent; never throws. */
  destroy(): void;
}

/** Rejects or throws when the browser cannot play what this engine makes. */
export interface EngineModule {
  isSupported(): boolean;
  createEngine(options: EngineOptions): Engine;
}

/** Close codes of our own making for ends that no server sent. */
export const LOCAL_END = {
  /** The socket closed without a close frame (RFC 6455 section 7.1.5), or the fetch failed. */
  lost: 1006,
  /** The stream could not be demuxed or the browser refused it. */
  media: 4900,
  /** The picture stood still although bytes came in. */
  frozen: 4901,
  /** No bytes came although the camera is said to be live. */
  silent: 4902,
  /** The browser cannot play what this engine makes of this stream. */
  unsupported: 4903,
} as const;
