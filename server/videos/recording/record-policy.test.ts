import { describe, expect, it } from 'vitest';
import { cutFile, cutFragment } from './cut-policy.ts';
import { type RecordSituation, recordDecision } from './record-policy.ts';

const NOW = 1_000_000;
const calm: RecordSituation = {
  when: 'never',
  scheduled: null,
  nowMs: NOW,
  manual: false,
  eventUntilMs: null,
  watchers: 0,
  lastWatchedMs: null,
  postRollMs: 10_000,
  preRollMs: 5_000,
};
const nothing = { reason: null, untilMs: null, hold: false };
const armed = { ...nothing, hold: true };
const because = (reason: string, untilMs: number | null = null) => ({ reason, untilMs, hold: true });

describe('whether a camera is recorded', () => {
  it.each<[string, Partial<RecordSituation>, object]>([
    ['never', {}, nothing],
    ['never, although somebody watches', { watchers: 3 }, nothing],
    ['never, but by hand', { manual: true }, because('manual')],
    ['never, but for an event', { eventUntilMs: NOW + 1 }, because('event', NOW + 1)],
    ['never, and the event is over', { eventUntilMs: NOW }, nothing],
    ['always', { when: 'always' }, because('always')],
    ['always, whatever the schedule says', { when: 'always', scheduled: false }, because('always')],
    ['always; by hand says more', { when: 'always', manual: true }, because('manual')],
    ['always; an event says more', { when: 'always', eventUntilMs: NOW + 5 }, because('event', NOW + 5)],
    ['by hand says more than an event', { manual: true, eventUntilMs: NOW + 5 }, because('manual')],
    ['schedule, in a window', { when: 'schedule', scheduled: true }, because('schedule')],
    ['schedule, outside', { when: 'schedule', scheduled: false }, nothing],
    ['schedule, without one', { when: 'schedule', scheduled: null }, nothing],
    ['schedule, outside, by hand', { when: 'schedule', scheduled: false, manual: true }, because('manual')],
    ['watched, by nobody', { when: 'watched' }, nothing],
    ['watched', { when: 'watched', watchers: 1 }, because('watched')],
    ['watched, outside the schedule', { when: 'watched', watchers: 1, scheduled: false }, nothing],
    ['watched, in the schedule', { when: 'watched', watchers: 1, scheduled: true }, because('watched')],
    ['watched, until a moment ago', { when: 'watched', lastWatchedMs: NOW - 9_999 }, because('watched')],
    ['watched, until longer ago', { when: 'watched', lastWatchedMs: NOW - 10_000 }, nothing],
    ['event, none yet', { when: 'event' }, armed],
    ['event, none yet, nothing from before it', { when: 'event', preRollMs: 0 }, nothing],
    ['event, none yet, outside the schedule', { when: 'event', scheduled: false }, nothing],
    ['event, none yet, in the schedule', { when: 'event', scheduled: true }, armed],
    ['event, one that goes on', { when: 'event', eventUntilMs: NOW + 1 }, because('event', NOW + 1)],
    ['event, over', { when: 'event', eventUntilMs: NOW - 1 }, armed],
  ])('%s', (_case, situation, decision) => {
    expect(recordDecision({ ...calm, ...situation })).toEqual(decision);
  });
});

describe('where a file is cut', () => {
  const file = { sameInit: true, sameSource: true, lengthMs: 1_000, driftMs: 0 };
  it.each([
    ['a keyframe opens the first', { opens: true, file: null }, 'new-file'],
    ['nothing else does', { opens: false, file: null }, 'leave-out'],
    ['a keyframe in the middle goes on', { opens: true, file }, 'continue'],
    ['a keyframe at the length opens the next', { opens: true, file: { ...file, lengthMs: 60_000 } }, 'new-file'],
    ['a frame beyond the length goes on', { opens: false, file: { ...file, lengthMs: 90_000 } }, 'continue'],
    ['another configuration', { opens: true, file: { ...file, sameInit: false } }, 'new-file'],
    ['another configuration, without a keyframe', { opens: false, file: { ...file, sameInit: false } }, 'leave-out'],
    ['the camera came back', { opens: true, file: { ...file, sameSource: false } }, 'new-file'],
    ['the clock was put forward', { opens: true, file: { ...file, driftMs: 11_000 } }, 'new-file'],
    ['the clock was put back', { opens: true, file: { ...file, driftMs: -11_000 } }, 'new-file'],
    ['arrival times waver', { opens: true, file: { ...file, driftMs: 2_000 } }, 'continue'],
  ])('%s', (_case, situation, cut) => {
    expect(cutFile({ ...situation, segmentMs: 60_000 })).toBe(cut);
  });

  it('and a fragment: at keyframes, and where they are rare after two seconds', () => {
    expect(cutFragment({ ms: 10, bytes: 10 }, true)).toBe(true);
    expect(cutFragment({ ms: 1_999, bytes: 10 }, false)).toBe(false);
    expect(cutFragment({ ms: 2_000, bytes: 10 }, false)).toBe(true);
    expect(cutFragment({ ms: 10, bytes: 9_000_000 }, false)).toBe(true);
  });
});
