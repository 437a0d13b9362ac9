/**
 * When to try a stream again after it ended, from the close code and how often it failed. Pure; the player keeps
 * the timer and cuts it short when the relay says that the camera is live.
 */
import { CLOSE } from '../../server/protocol.ts';

export const RETRY_MIN_MS = 500;
export const RETRY_MAX_MS = 10_000;
export const RECHECK_MS = 30_000;

/**
 * `retry`: it should come back by itself. `recheck`: it will not until somebody changes something, so it is only
 * looked at again now and then.
 */
export interface ReconnectPlan {
  readonly kind: 'retry' | 'recheck';
  readonly delayMs: number;
}

const PERMANENT: ReadonlySet<number> = new Set([
  CLOSE.policy,
  CLOSE.badRequest,
  CLOSE.notSignedIn,
  CLOSE.notAllowed,
  CLOSE.noSuchCamera,
  CLOSE.codec,
]);

/**
 * Pure. `attempt` counts the failures since a picture was last shown, from 0; `random` is in [0, 1) and spreads the
 * viewers of a restarted relay over the second half of each wait.
 */
export function reconnectPlan(code: number, attempt: number, random: number): ReconnectPlan {
  if (PERMANENT.has(code)) return { kind: 'recheck', delayMs: RECHECK_MS };
  const ceilingMs = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.min(attempt, 16));
  return { kind: 'retry', delayMs: Math.round(ceilingMs * (0.5 + random / 2)) };
}
