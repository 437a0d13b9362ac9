/**
 * Makes one of a camera's streams from what the camera is made with: its feeds, and the transcodes that read them. Which
 * streams there are, and what follows when a feed changes, is `camera.ts`.
 */
import type { RtspSource } from '../ffmpeg/rtsp-input.ts';
import type { Rhythm } from '../hub/rhythm.ts';
import type { CameraOptions } from './camera-options.ts';
import { CameraStream, type FeedWish } from './camera-stream.ts';
import { Feed } from './feed.ts';
import type { LoginMemory } from './pull/login-memory.ts';
import type { CameraMemory } from './pull/pull-options.ts';
import { busCodec, type StreamName } from './stream-wish.ts';
import { TranscodeFeed } from './transcode/transcode-feed.ts';

/** What one stream has to itself. */
export interface CameraStreamParts {
  readonly name: StreamName;
  readonly source: RtspSource;
  readonly memory: CameraMemory;
  /** In ms; Infinity keeps it up for good. */
  readonly idleTimeoutMs: number;
  readonly login: LoginMemory;
  /** As `CameraStreamOptions` has it. */
  readonly instead?: () => CameraStream | null;
  readonly onFeedChanged: (feed: Feed) => void;
  /** A transcode changed. */
  readonly onChanged: () => void;
}

/** The caller starts and closes it. */
export function makeCameraStream(camera: CameraOptions, parts: CameraStreamParts): CameraStream {
  const { id, sharing, push, subSource, stream, budget, ffmpeg, log, profileOf } = camera;
  const { name, memory, idleTimeoutMs, instead, onChanged } = parts;
  return new CameraStream({
    cameraId: id,
    name,
    oneOfMany: (subSource ?? null) !== null,
    shared: sharing === 'shared' || push !== undefined,
    idleTimeoutMs,
    encoder: () => memory.encoder ?? null,
    remembered: () => busCodec(memory.sources?.video?.codec),
    rhythm: () => memory.rhythm ?? null,
    profile: profileOf,
    newFeed: (wish) => makeFeed(camera, parts, wish),
    ...(instead === undefined ? {} : { instead }),
    newTranscode: (profile, source) =>
      new TranscodeFeed({
        stream,
        budget,
        idleTimeoutMs: camera.idleTimeoutMs,
        transcode: { cameraId: id, profile, source, ffmpeg, log, onChanged },
      }),
  });
}

function makeFeed(camera: CameraOptions, parts: CameraStreamParts, wish: FeedWish): Feed {
  const { id, profileOutput, push, budget, host = null, timings, preparer, ffmpeg, redactor, log, stream } = camera;
  const { source, memory, login } = parts;
  const { idleTimeoutMs, hevcOnBus, profile, onVideoHeader } = wish;
  const onRhythm = (rhythm: Rhythm) => {
    memory.rhythm = rhythm;
  };
  const feed: Feed = new Feed({
    // What the pull encodes for one viewer comes otherwise than from the camera.
    stream: { ...stream, onVideoHeader, ...(profile === null ? { onRhythm } : {}) },
    push,
    budget,
    host,
    idleTimeoutMs,
    pull: {
      cameraId: id,
      source,
      profileOutput: profile?.output ?? profileOutput,
      maxHeight: profile?.maxHeight ?? null,
      hevcOnBus,
      timings,
      memory,
      login,
      preparer,
      ffmpeg,
      redactor,
      log,
      onChanged: () => parts.onFeedChanged(feed),
    },
  });
  return feed;
}
