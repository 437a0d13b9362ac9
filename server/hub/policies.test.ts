import { describe, expect, it } from 'vitest';
import { backlogPolicy } from './backlog-policy.ts';
import { joinPolicy } from './join-policy.ts';
import { mergeIntervalMs, pictureEndsGathering } from './merge-policy.ts';

describe('joinPolicy', () => {
  it.each([
    ['fast', false, true, false, 'keyframe'],
    ['fast', true, true, true, 'cache'],
    ['fast', true, true, false, 'keyframe'],
    ['live', true, true, true, 'keyframe'],
    ['live', true, true, false, 'keyframe'],
    ['fast', true, false, false, 'now'],
    ['live', true, false, true, 'now'],
  ] as const)('%s, started %s, video %s, cached %s: %s', (join, started, hasVideo, cached, expected) => {
    expect(joinPolicy({ join, started, hasVideo, cached })).toBe(expected);
  });
});

describe('backlogPolicy', () => {
  const calm = {
    skipping: false,
    writing: true,
    hasKeyframe: false,
    queuedBytes: 10,
    maxQueueBytes: 100,
    behindMs: 100,
    maxLagMs: 1_000,
  };
  it.each([
    ['a short wait', {}, 'queue'],
    ['a full queue', { queuedBytes: 101 }, 'skip'],
    ['skipping, no keyframe', { skipping: true }, 'skip'],
    ['skipping, keyframe', { skipping: true, hasKeyframe: true }, 'jump'],
    ['a keyframe soon after', { hasKeyframe: true }, 'queue'],
    ['a keyframe long after', { hasKeyframe: true, behindMs: 2_500, maxLagMs: 9_000 }, 'jump'],
    ['longer than allowed', { behindMs: 1_001 }, 'close'],
    ['waiting for a keyframe only', { behindMs: 1_001, writing: false, skipping: true }, 'skip'],
  ] as const)('%s: %s', (_name, change, expected) => {
    expect(backlogPolicy({ ...calm, ...change })).toBe(expected);
  });
});

describe('pictureEndsGathering', () => {
  it('waits with the first pictures of an interval and sends the last one at once', () => {
    expect(pictureEndsGathering(30, 100)).toBe(false);
    expect(pictureEndsGathering(70, 100)).toBe(true);
    expect(pictureEndsGathering(20, 25)).toBe(true);
  });
});

describe('mergeIntervalMs', () => {
  it('gathers nothing for a few viewers and never longer than the cap', () => {
    expect(mergeIntervalMs(1, 100)).toBe(0);
    expect(mergeIntervalMs(8, 100)).toBe(0);
    expect(mergeIntervalMs(1_000, 100)).toBe(100);
    expect(mergeIntervalMs(1_000, 0)).toBe(0);
  });

  it('never falls as viewers are added', () => {
    for (let viewers = 1; viewers < 1_000; viewers++) {
      expect(mergeIntervalMs(viewers + 1, 100)).toBeGreaterThanOrEqual(mergeIntervalMs(viewers, 100));
    }
  });
});
