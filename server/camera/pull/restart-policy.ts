/** How long to wait before a camera that failed is pulled again. */
import type { CameraReason } from '../../protocol.ts';

export interface RestartSituation {
  readonly reason: CameraReason;
  /** Failures in a row without a picture in between; 0 for the first. */
  readonly attempt: number;
  /** Someone is looking at the gap. */
  readonly watched: boolean;
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  readonly refusedLoginRetryMs: number;
  /** 0 to 1. Spreads cameras that failed together, say behind one switch that rebooted. */
  readonly random: number;
}

/** A person who looks at a gap is not kept waiting longer than this for the next try. */
const WATCHED_MAX_MS = 5_000;
/** And less where the camera may be back any moment, so that its picture is there within two seconds of that. */
const WATCHED_OUTAGE_MAX_MS = 1_000;

/** Pure: cameras lock accounts after a few wrong passwords, so these are not tried again on the usual schedule. */
export function isRefusedLogin(reason: CameraReason): boolean {
  return reason === 'unauthorized' || reason === 'forbidden';
}

/** Failures that a camera which is off, restarting or cut off shows: a bare TCP connect tells when it is back. */
const OUTAGES: ReadonlySet<CameraReason> = new Set(['dns', 'refused', 'unreachable', 'timeout', 'stalled', 'ended']);

/** Pure: whether the camera may be gone altogether, so that it is worth asking whether it answers. */
export function mayBeOutage(reason: CameraReason): boolean {
  return OUTAGES.has(reason);
}

export interface OutageSituation {
  /** The camera took a TCP connection just now. */
  readonly answers: boolean;
  /** It did not when it was asked before, since the last pull failed. */
  readonly wasDown: boolean;
  /** The usual wait between two pulls is over. */
  readonly due: boolean;
}

/**
 * Pure: `pull` now, `ask` again in a second, `wait` until the next try is due. A camera that is back is pulled at once;
 * one that answers all the time and shows no picture has another ailment, and is pulled on the usual schedule.
 */
export function outageStep({ answers, wasDown, due }: OutageSituation): 'pull' | 'ask' | 'wait' {
  if (!answers) return 'ask';
  return wasDown || due ? 'pull' : 'wait';
}

/** Pure: milliseconds until the next try. */
export function restartDelayMs(situation: RestartSituation): number {
  const { reason, attempt, watched, retryMinMs, retryMaxMs, refusedLoginRetryMs, random } = situation;
  if (isRefusedLogin(reason)) return refusedLoginRetryMs;
  const watchedMs = Math.max(mayBeOutage(reason) ? WATCHED_OUTAGE_MAX_MS : WATCHED_MAX_MS, retryMinMs);
  const longestMs = watched ? Math.min(retryMaxMs, watchedMs) : retryMaxMs;
  const backoffMs = Math.min(longestMs, retryMinMs * 2 ** Math.min(attempt, 20));
  return Math.round(backoffMs * (0.5 + random / 2));
}
