/**
 * Whether an engine is alive, and what to do when it is not: leave it, nudge it, take the sound out, replace it. Pure;
 * `player.ts` measures and obeys, `reconnect-policy.ts` says how soon a failed one is tried again.
 */

export interface AliveInput {
  /** Page clock, like every other time here: Unix ms, 0 for never. */
  readonly nowMs: number;
  /** When the engine started. */
  readonly startedAtMs: number;
  /** When bytes came last; the start when none did. */
  readonly lastDataMs: number;
  /** Whether this engine ever received a byte. */
  readonly anyData: boolean;
  /** When bytes began to come again after the last second of silence. */
  readonly flowingSinceMs: number;
  /** When a picture last came on the screen. */
  readonly lastPictureMs: number;
  readonly frameIntervalMs: number;
  readonly nudgedAtMs: number;
  /** The relay says that the camera is not live. */
  readonly cameraDown: boolean;
  /** Nobody can see the page. */
  readonly hidden: boolean;
  /** The browser wants a click before it plays. */
  readonly blocked: boolean;
  /** The stream was asked for with sound. */
  readonly withAudio: boolean;
  /** Pictures have been on the screen, and nothing has ended since. */
  readonly playing: boolean;
}

/**
 * `nudge`: seek to the newest picture and play. `drop-sound`: a camera's sound that dried up holds up the picture, so
 * go on without. `silent` and `frozen`: replace the engine.
 */
export type AliveAction = 'nothing' | 'nudge' | 'drop-sound' | 'silent' | 'frozen';

/** A picture older than this while bytes come in is frozen. Slow cameras get four frame intervals. */
export const FROZEN_MS = 4000;
/** A live camera that sends nothing for this long is on a dead socket. */
export const SILENT_MS = 6000;
/** Until a first byte or a close: the relay itself answers a camera's silence after `connectTimeoutMs`, 10 s. */
export const CONNECT_MS = 25_000;
/** Bytes are coming in as long as the last are no older than this. */
export const FLOWING_MS = 1000;

/** Pure: what to do about the engine right now. */
export function aliveAction(input: AliveInput): AliveAction {
  const { nowMs, anyData } = input;
  if (input.cameraDown) {
    // Viewers stay attached while the relay brings the camera back; only a socket that says nothing at all is left.
    return !anyData && nowMs - input.startedAtMs > 2 * CONNECT_MS ? 'silent' : 'nothing';
  }
  const quietMs = nowMs - input.lastDataMs;
  if (quietMs > (anyData ? SILENT_MS : CONNECT_MS)) return 'silent';
  if (input.hidden || quietMs > FLOWING_MS || !anyData) return 'nothing';
  const limitMs = Math.max(FROZEN_MS, 4 * input.frameIntervalMs);
  const stillMs = nowMs - Math.max(input.lastPictureMs, input.startedAtMs, input.flowingSinceMs);
  if (stillMs < limitMs / 2 || input.blocked) return 'nothing';
  if (input.withAudio && input.playing) return 'drop-sound';
  if (stillMs > limitMs) return 'frozen';
  return nowMs - input.nudgedAtMs > limitMs ? 'nudge' : 'nothing';
}
