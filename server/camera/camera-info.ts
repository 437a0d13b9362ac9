/** What the API says of a camera, from the state of its feeds. */
import { readAudioConfig } from '../flv/audio-config.ts';
import { readVideoConfig } from '../flv/video-config.ts';
import type { StreamHeaders } from '../hub/tag-batch.ts';
import type { AudioInfo, CameraInfo, CameraState, RecordingInfo, StreamInfo, VideoInfo } from '../protocol.ts';
import type { CameraStream } from './camera-stream.ts';
import type { Feed } from './feed.ts';
import type { CameraCheck } from './source/camera-checks.ts';
import type { SupplyFailure } from './supply.ts';

/** Of several feeds, the one that shows most speaks for the camera. */
const MOST_TELLING: readonly CameraState[] = ['live', 'starting', 'waiting', 'idle', 'closed'];

export interface CameraFacts {
  readonly id: string;
  readonly title: string;
  readonly demo: boolean;
  readonly main: CameraStream;
  readonly sub: CameraStream | null;
  readonly recording: RecordingInfo | null;
  /** The newest check while nobody watched. */
  readonly check: CameraCheck | null;
  /** The camera refused the login and is left alone for now. */
  readonly refusal: SupplyFailure | null;
  /** Why viewers of the sub stream get the main one. */
  readonly subFailure: SupplyFailure | null;
}

export function cameraInfo(facts: CameraFacts): CameraInfo {
  const { id, title, demo, main, sub } = facts;
  const streams = sub === null ? [main] : [main, sub];
  const feeds = streams.flatMap((stream) => stream.feeds);
  const feed = mostTelling(feeds);
  const status = feed?.pull.status;
  const state = status?.state ?? 'idle';
  const rates = feed?.pull.rates ?? { fps: 0, bitrate: 0 };
  const failure = status?.failure ?? null;
  const sinceMs = status?.sinceMs ?? main.past.emptySinceMs;
  const missing = state === 'idle' ? idleFailure(facts, sinceMs) : state === 'live' ? null : failure;
  const starts = feeds.reduce(
    (sum, each) => sum + each.pull.starts,
    streams.reduce((sum, { past }) => sum + past.endedStarts, 0),
  );
  return {
    id,
    title,
    demo,
    state,
    reason: missing?.code ?? null,
    message: missing?.message ?? null,
    viewers: streams.reduce((sum, { viewers }) => sum + viewers, 0),
    pulls: feeds.filter((each) => each.pull.running).length,
    streams: { main: streamInfo(main), sub: sub === null ? null : streamInfo(sub, facts.subFailure) },
    transcodes: streams.flatMap(({ transcodes }) => transcodes),
    video: feed === undefined ? null : videoInfo(feed.stream.headers, rates.fps),
    audio: feed === undefined ? null : audioInfo(feed.stream.headers),
    bitrate: rates.bitrate,
    since: iso(sinceMs),
    checkedAt: facts.check === null ? null : iso(facts.check.atMs),
    nextTryAt: status?.nextTryAtMs == null ? null : iso(status.nextTryAtMs),
    lastError: failure === null ? null : { code: failure.code, message: failure.message, at: iso(failure.atMs) },
    recording: facts.recording,
    starts,
  };
}

/** What speaks against a camera that nobody watches: it refused the login, or the last check since then failed. */
function idleFailure(
  { check, refusal }: CameraFacts,
  idleSinceMs: number,
): Pick<SupplyFailure, 'code' | 'message'> | null {
  if (refusal !== null) return refusal;
  return check !== null && check.atMs >= idleSinceMs ? check.failure : null;
}

function streamInfo({ feeds, sends, encoder }: CameraStream, given: SupplyFailure | null = null): StreamInfo {
  const feed = mostTelling(feeds);
  const status = feed?.pull.status;
  const state = status?.state ?? 'idle';
  const rates = feed?.pull.rates ?? { fps: 0, bitrate: 0 };
  return {
    state,
    reason: given?.code ?? (state === 'waiting' || state === 'starting' ? (status?.failure?.code ?? null) : null),
    sends,
    encoder,
    video: feed === undefined ? null : videoInfo(feed.stream.headers, rates.fps),
    audio: feed === undefined ? null : audioInfo(feed.stream.headers),
    bitrate: rates.bitrate,
  };
}

/** Pure: whether a feed has a picture, and why not; of none: it is idle. */
export function feedInfo(feed: Feed | undefined): Pick<CameraInfo, 'state' | 'reason' | 'message'> {
  const { state, failure } = feed?.pull.status ?? { state: 'idle' as const, failure: null };
  const missing = state === 'waiting' || state === 'starting' ? failure : null;
  return { state, reason: missing?.code ?? null, message: missing?.message ?? null };
}

/** Pure: the feed that speaks for all. */
export function mostTelling(feeds: readonly Feed[]): Feed | undefined {
  return feeds.toSorted((a, b) => rank(a) - rank(b))[0];
}

function rank(feed: Feed): number {
  return MOST_TELLING.indexOf(feed.pull.status.state);
}

function videoInfo(headers: StreamHeaders, fps: number): VideoInfo | null {
  const config = headers.videoHeader === null ? null : readVideoConfig(headers.videoHeader);
  if (config === null) return null;
  const { codec, codecString, width, height } = config;
  return { codec, codecString, width, height, fps };
}

function audioInfo(headers: StreamHeaders): AudioInfo | null {
  const config = headers.audioHeader === null ? null : readAudioConfig(headers.audioHeader);
  if (config === null) return null;
  const { codec, sampleRateHz, channels } = config;
  return { codec, sampleRateHz, channels };
}

function iso(unixMs: number): string {
  return new Date(unixMs).toISOString();
}
