/** Decides whether a camera is recorded now, why, and whether it is held up for a recording to come. Pure. */
import type { RecordReason } from '../../protocol.ts';

export interface RecordSituation {
  readonly when: 'never' | 'always' | 'schedule' | 'watched' | 'event';
  /** A window of the schedule is open; null without a schedule. */
  readonly scheduled: boolean | null;
  readonly nowMs: number;
  /** Somebody asked for it and has not taken it back. */
  readonly manual: boolean;
  /** When the newest event's post-roll ends; null when there was none, or it was stopped. */
  readonly eventUntilMs: number | null;
  /** Watch now, recorders left out. */
  readonly watchers: number;
  /** When somebody was last seen watching; null: never. */
  readonly lastWatchedMs: number | null;
  readonly postRollMs: number;
  readonly preRollMs: number;
}

export interface RecordDecision {
  /** Null: write nothing. */
  readonly reason: RecordReason | null;
  /** When the reason ends by itself, Unix ms; null when that is not known. */
  readonly untilMs: number | null;
  /** Stay attached to the camera, which keeps it up and fills the pre-roll. */
  readonly hold: boolean;
}

/** Pure. What a person or an event asked for comes before the rule, since it says more about why. */
export function recordDecision(situation: RecordSituation): RecordDecision {
  const { when, scheduled, nowMs, manual, eventUntilMs, preRollMs } = situation;
  const armed = when === 'event' && preRollMs > 0 && scheduled !== false;
  if (manual) return { reason: 'manual', untilMs: null, hold: true };
  if (eventUntilMs !== null && nowMs < eventUntilMs) return { reason: 'event', untilMs: eventUntilMs, hold: true };
  const reason = ruleReason(situation);
  return { reason, untilMs: null, hold: reason !== null || armed };
}

function ruleReason(situation: RecordSituation): RecordReason | null {
  const { when, scheduled, nowMs, watchers, lastWatchedMs, postRollMs } = situation;
  switch (when) {
    case 'always':
      return 'always';
    case 'schedule':
      return scheduled === true ? 'schedule' : null;
    case 'watched': {
      // A page that is reloaded is one visit, not two.
      const lingers = lastWatchedMs !== null && nowMs < lastWatchedMs + postRollMs;
      return scheduled !== false && (watchers > 0 || lingers) ? 'watched' : null;
    }
    case 'event':
    case 'never':
      return null;
  }
}
