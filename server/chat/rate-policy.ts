/** How often somebody may write. Pure steps from one state to the next; the clock and the states are the room's. */

export interface RateLimits {
  readonly messages: number;
  readonly perMs: number;
  readonly pauseMs: number;
}

export interface RateState {
  /** When the messages within the last `perMs` were taken. */
  readonly takenAtMs: readonly number[];
  /** Until when the member has to pause. */
  readonly pausedUntilMs: number;
}

export const FRESH_RATE: RateState = { takenAtMs: [], pausedUntilMs: 0 };

export type RateVerdict =
  | { readonly ok: true; readonly state: RateState }
  | {
      readonly ok: false;
      readonly code: 'slow-down' | 'slow-mode';
      readonly waitMs: number;
      readonly state: RateState;
    };

/**
 * Pure: `messages` within `perMs` pass; one more starts a pause, which tries during it do not prolong.
 * @param slowModeMs least time since the last message taken; 0 for none
 */
export function judgeRate(state: RateState, limits: RateLimits, slowModeMs: number, nowMs: number): RateVerdict {
  if (nowMs < state.pausedUntilMs) {
    return { ok: false, code: 'slow-down', waitMs: state.pausedUntilMs - nowMs, state };
  }
  const lastMs = state.takenAtMs.at(-1) ?? Number.NEGATIVE_INFINITY;
  if (nowMs - lastMs < slowModeMs) return { ok: false, code: 'slow-mode', waitMs: lastMs + slowModeMs - nowMs, state };
  const recent = state.takenAtMs.filter((atMs) => nowMs - atMs < limits.perMs);
  if (recent.length >= limits.messages && limits.pauseMs > 0) {
    const paused = { takenAtMs: recent, pausedUntilMs: nowMs + limits.pauseMs };
    return { ok: false, code: 'slow-down', waitMs: limits.pauseMs, state: paused };
  }
  // Slow mode looks further back than `perMs`, so the newest is always kept.
  return { ok: true, state: { takenAtMs: [...recent, nowMs].slice(-Math.max(1, limits.messages)), pausedUntilMs: 0 } };
}

/** What a connection has used up of something, as a bucket that leaks. */
export interface Bucket {
  readonly level: number;
  readonly atMs: number;
}

export const EMPTY: Bucket = { level: 0, atMs: 0 };
const REFUSALS = { max: 30, leakedPerMs: 2 / 1000 };
/** Each is answered with all that was said lately, and a new name is told to everybody in the room. */
const HELLOS = { max: 5, leakedPerMs: 0.5 / 1000 };
/** Until there is room for one more `hello`. */
export const HELLO_WAIT_MS = 1 / HELLOS.leakedPerMs;

/** Pure: one refusal more; null when that was one too many (30 at once, or more than 2 a second for long). */
export function strike(before: Bucket, nowMs: number): Bucket | null {
  return oneMore(before, REFUSALS, nowMs);
}

/** Pure: one `hello` more of who is in already; null when that is one too many (5 at once, or more than one in 2 s for long). */
export function helloAgain(before: Bucket, nowMs: number): Bucket | null {
  return oneMore(before, HELLOS, nowMs);
}

function oneMore(before: Bucket, { max, leakedPerMs }: typeof REFUSALS, nowMs: number): Bucket | null {
  const level = Math.max(0, before.level - (nowMs - before.atMs) * leakedPerMs) + 1;
  return level > max ? null : { level, atMs: nowMs };
}
