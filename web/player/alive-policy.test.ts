import { describe, expect, it } from 'vitest';
import { type AliveAction, type AliveInput, aliveAction, CONNECT_MS, FROZEN_MS, SILENT_MS } from './alive-policy.ts';

const NOW = 1_000_000;
const ago = (ms: number) => NOW - ms;

/** A camera that plays as it should. */
const playing: AliveInput = {
  nowMs: NOW,
  startedAtMs: ago(60_000),
  lastDataMs: ago(30),
  anyData: true,
  flowingSinceMs: ago(60_000),
  lastPictureMs: ago(30),
  frameIntervalMs: 40,
  nudgedAtMs: 0,
  cameraDown: false,
  hidden: false,
  blocked: false,
  withAudio: false,
  playing: true,
};
const mute = { anyData: false, lastPictureMs: 0, playing: false } as const;

const table: readonly (readonly [string, Partial<AliveInput>, AliveAction])[] = [
  ['pictures come', {}, 'nothing'],
  ['the picture is a little late', { lastPictureMs: ago(FROZEN_MS / 2 - 1) }, 'nothing'],

  ['the picture stands for half the limit', { lastPictureMs: ago(FROZEN_MS / 2) }, 'nudge'],
  ['… and was nudged already', { lastPictureMs: ago(FROZEN_MS / 2), nudgedAtMs: ago(500) }, 'nothing'],
  ['… and was nudged long ago', { lastPictureMs: ago(FROZEN_MS / 2), nudgedAtMs: ago(FROZEN_MS + 1) }, 'nudge'],
  ['the picture stands beyond the limit', { lastPictureMs: ago(FROZEN_MS + 1) }, 'frozen'],
  ['… on a hidden page', { lastPictureMs: ago(FROZEN_MS + 1), hidden: true }, 'nothing'],
  ['… that waits for a click', { lastPictureMs: ago(FROZEN_MS + 1), blocked: true }, 'nothing'],
  ['… of an engine that has just started', { lastPictureMs: 0, startedAtMs: ago(1000) }, 'nothing'],
  ['… but bytes have only just come back', { lastPictureMs: ago(9000), flowingSinceMs: ago(1000) }, 'nothing'],
  ['… of a camera with one picture in 2 s', { lastPictureMs: ago(FROZEN_MS + 1), frameIntervalMs: 2000 }, 'nudge'],
  ['… and no byte came for a second either', { lastPictureMs: ago(5000), lastDataMs: ago(1001) }, 'nothing'],
  ['a first picture does not come', { lastPictureMs: 0, startedAtMs: ago(FROZEN_MS + 1), playing: false }, 'frozen'],

  ['the picture stands, with sound', { lastPictureMs: ago(FROZEN_MS / 2), withAudio: true }, 'drop-sound'],
  ['… far too long', { lastPictureMs: ago(FROZEN_MS + 1), withAudio: true }, 'drop-sound'],
  ['… and never began', { lastPictureMs: 0, startedAtMs: ago(9000), withAudio: true, playing: false }, 'frozen'],
  ['… and the page is hidden', { lastPictureMs: ago(5000), withAudio: true, hidden: true }, 'nothing'],

  ['a live camera is quiet', { lastDataMs: ago(SILENT_MS) }, 'nothing'],
  ['a live camera is quiet too long', { lastDataMs: ago(SILENT_MS + 1) }, 'silent'],
  ['… on a hidden page', { lastDataMs: ago(SILENT_MS + 1), hidden: true }, 'silent'],
  ['a camera that is down is quiet', { lastDataMs: ago(600_000), cameraDown: true }, 'nothing'],

  ['no byte yet', { ...mute, startedAtMs: ago(CONNECT_MS), lastDataMs: ago(CONNECT_MS) }, 'nothing'],
  ['no byte for too long', { ...mute, startedAtMs: ago(CONNECT_MS + 1), lastDataMs: ago(CONNECT_MS + 1) }, 'silent'],
  ['… of a camera that is down', { ...mute, startedAtMs: ago(2 * CONNECT_MS), cameraDown: true }, 'nothing'],
  ['… far too long', { ...mute, startedAtMs: ago(2 * CONNECT_MS + 1), cameraDown: true }, 'silent'],
];

describe('an engine', () => {
  it.each(table)('%s', (_when, change, action) => {
    expect(aliveAction({ ...playing, ...change })).toBe(action);
  });
});
