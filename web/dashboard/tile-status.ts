/**
 * Says in words what a camera's tile shows: from what the relay tells about the camera and what the player
 * experiences. Pure.
 */
import { CAMERA_REASONS, type CameraInfo, type CameraReason, CLOSE } from '../../server/protocol.ts';
import type { Texts } from '../i18n/en.ts';
import { type EngineEnd, LOCAL_END } from '../player/engine.ts';
import type { PlayerView } from '../player/player-view.ts';

export type TileState = 'live' | 'starting' | 'waiting' | 'offline' | 'idle';

export interface TileStatus {
  readonly state: TileState;
  /** One sentence; null while live. */
  readonly sentence: string | null;
  /** What to do about it, one sentence; null when the camera is not to blame. */
  readonly advice: string | null;
  /** Page clock (Unix ms) of the next try, if one is due. */
  readonly retryAtMs: number | null;
  /** The viewer can ask for the next try now. */
  readonly canRetry: boolean;
}

export interface TileStatusInput {
  readonly view: Pick<PlayerView, 'phase' | 'end' | 'plan' | 'retryAtMs' | 'hasPicture'>;
  /** What the relay says now; null when it says nothing or cannot be heard. */
  readonly camera:
    | (Pick<CameraInfo, 'state' | 'reason' | 'nextTryAt' | 'lastError'> & Partial<Pick<CameraInfo, 'video'>>)
    | null;
  /** Page clock, Unix ms. */
  readonly nowMs: number;
  /** How far the relay's clock is ahead of the page's. */
  readonly clockOffsetMs: number;
}

/** The relay's longest wait between two tries and the longest try; an older failure is not why it starts now. */
const RECENT_FAILURE_MS = 60_000;

/** Pure: what to do about the reason for an end. */
function endAdvice(end: EngineEnd, t: Texts): string | null {
  const reason = end.reason?.code;
  return reason !== undefined && isCameraReason(reason) ? t.advice[reason] : null;
}

function isCameraReason(code: string): code is CameraReason {
  return (CAMERA_REASONS as readonly string[]).includes(code);
}

/** Pure: why a stream ended, as a sentence. */
export function endSentence(end: EngineEnd, t: Texts): string {
  const reason = end.reason?.code;
  if (reason !== undefined && isCameraReason(reason)) return t.reasons[reason];
  switch (end.code) {
    case CLOSE.cameraTimeout:
      return t.reasons.timeout;
    case CLOSE.cameraUnreachable:
      return t.reasons.unreachable;
    case CLOSE.codec:
      return t.reasons.codec;
    case CLOSE.noSuchCamera:
      return t.noSuchCamera;
    case CLOSE.notSignedIn:
      return t.notSignedIn;
    case CLOSE.notAllowed:
    case CLOSE.policy:
      return t.notAllowed;
    case CLOSE.badRequest:
      return t.badRequest;
    case CLOSE.tooSlow:
      return reason === 'overloaded' ? t.relayBusy : t.tooSlow;
    case LOCAL_END.media:
      return t.mediaError;
    case LOCAL_END.unsupported:
      return t.formatUnsupported;
    case LOCAL_END.lost:
    case CLOSE.goingAway:
      return t.relayLost;
    default:
      return t.streamLost;
  }
}

/** Pure: the tile's state and sentence. */
export function tileStatus({ view, camera, clockOffsetMs, nowMs }: TileStatusInput, t: Texts): TileStatus {
  const quiet = { advice: null, retryAtMs: null, canRetry: false };
  if (view.phase === 'off') return { state: 'idle', sentence: t.state.idle, ...quiet };
  if (view.phase === 'unsupported') {
    const sentence = camera?.video?.codec === 'hevc' ? t.noH265 : t.unsupported;
    return { state: 'offline', sentence, ...quiet };
  }
  if (camera?.state === 'waiting' && view.plan !== 'recheck') {
    const sentence = camera.reason === null ? t.streamLost : t.reasons[camera.reason];
    const retryAtMs = camera.nextTryAt === null ? null : Date.parse(camera.nextTryAt) - clockOffsetMs;
    const advice = camera.reason === null ? null : t.advice[camera.reason];
    // Whoever sends the pictures cannot be asked from here.
    const canRetry = camera.reason !== 'no-publisher';
    return { state: 'waiting', sentence, advice, retryAtMs, canRetry };
  }
  const tryingAgain = camera?.state === 'starting' && camera.lastError !== null && view.plan !== 'recheck';
  if (tryingAgain && nowMs + clockOffsetMs - Date.parse(camera.lastError.at) < RECENT_FAILURE_MS) {
    const { code } = camera.lastError;
    return {
      state: 'waiting',
      sentence: t.reasons[code],
      advice: t.advice[code],
      retryAtMs: nowMs,
      canRetry: false,
    };
  }
  if (view.phase === 'waiting' && view.end !== null) {
    const permanent = view.plan === 'recheck';
    // The relay answers for a camera that refused the login and does not ask it again so soon.
    const held = view.end.reason?.code === 'unauthorized';
    return {
      state: permanent ? 'offline' : 'waiting',
      sentence: endSentence(view.end, t),
      advice: endAdvice(view.end, t),
      retryAtMs: permanent || held ? null : view.retryAtMs,
      canRetry: true,
    };
  }
  const down = camera !== null && camera.state !== 'live';
  if (view.phase === 'playing' && !down) return { state: 'live', sentence: null, ...quiet };
  return { state: 'starting', sentence: view.hasPicture ? t.resuming : t.starting, ...quiet };
}
