import { describe, expect, it } from 'vitest';
import { streamLimits } from './stream-limits-policy.ts';

const watched = { host: 'nvr', idleSinceMs: null };
const idle = (sinceMs: number, host: string | null = 'nvr') => ({ host, idleSinceMs: sinceMs });
const base = { host: 'nvr', maxSessions: 2, maxStreams: 4 };

describe('streamLimits', () => {
  it.each([
    ['there is room', { running: [watched] }, { may: 'start' }],
    ['the device is full of viewers', { running: [watched, watched] }, { may: 'not-start', limit: 'maxSessions' }],
    ['the device has two idle ones', { running: [idle(20), idle(10)] }, { may: 'replace', index: 1 }],
    [
      'the device is full and only another one idles',
      { running: [watched, watched, idle(1, 'door')] },
      { may: 'not-start', limit: 'maxSessions' },
    ],
    ['its sessions are not limited', { running: [watched, watched], maxSessions: null }, { may: 'start' }],
    ['it has no device to count', { running: [watched, watched], host: null, maxSessions: null }, { may: 'start' }],
    [
      'the relay is full of viewers',
      { running: new Array(4).fill({ host: 'door', idleSinceMs: null }) },
      { may: 'not-start', limit: 'maxStreams' },
    ],
    [
      'the relay is full and one idles longest',
      { running: [idle(30, 'a'), idle(10, 'b'), idle(20, 'c'), watched] },
      { may: 'replace', index: 1 },
    ],
    [
      'both are full: one of the device makes room for both',
      { running: [idle(1, 'a'), watched, idle(9), idle(2, 'b')] },
      { may: 'replace', index: 2 },
    ],
  ] as const)('when %s', (_what, change, expected) => {
    expect(streamLimits({ ...base, ...change })).toEqual(expected);
  });
});
