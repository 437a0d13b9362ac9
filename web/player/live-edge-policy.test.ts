import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isJitter,
  type LiveEdgeInput,
  liveEdgeAction,
  nextReserveS,
  type RanDryInput,
  RESERVE_MAX_S,
  RESERVE_MIN_S,
  SOUND_RESERVE_S,
} from './live-edge-policy.ts';

const RESERVE_S = 0.12;

const playing: LiveEdgeInput = {
  currentTimeS: 100,
  ranges: [[90, 100.15]],
  playbackRate: 1,
  reserveS: RESERVE_S,
  frameIntervalS: 0.04,
  started: true,
  sinceSeekMs: 60_000,
  soundLeadS: null,
};

describe('the live edge', () => {
  it('is left alone while playback is near it', () => {
    expect(liveEdgeAction(playing)).toEqual({ seekToS: null, playbackRate: 1 });
  });

  it('is approached by playing a little faster when a little behind', () => {
    const { seekToS, playbackRate } = liveEdgeAction({ ...playing, ranges: [[90, 100.7]] });
    expect(seekToS).toBeNull();
    expect(playbackRate).toBeGreaterThan(1);
    expect(playbackRate).toBeLessThanOrEqual(1.1);
  });

  it('goes on being approached until it is near, then normally', () => {
    const hurrying = { ...playing, playbackRate: 1.05 };
    expect(liveEdgeAction({ ...hurrying, ranges: [[90, 100.25]] }).playbackRate).toBeGreaterThan(1);
    expect(liveEdgeAction({ ...hurrying, ranges: [[90, 100.13]] }).playbackRate).toBe(1);
  });

  describe('with sound', () => {
    const near = (behindS: number, soundLeadS: number | null) =>
      liveEdgeAction({ ...playing, reserveS: RESERVE_MIN_S, ranges: [[90, 100 + behindS]], soundLeadS });

    it('is kept far enough away for browsers to go on without a halt', () => {
      expect(near(SOUND_RESERVE_S + 0.05, 0).playbackRate).toBe(1);
      expect(near(SOUND_RESERVE_S + 0.05, -0.04).playbackRate).toBe(1);
      expect(near(SOUND_RESERVE_S + 0.05, null).playbackRate).toBeGreaterThan(1);
      expect(near(SOUND_RESERVE_S + 0.1, 0).playbackRate).toBeGreaterThan(1);
    });

    it('is as near as without where the sound comes ahead of the picture', () => {
      expect(near(0.15, SOUND_RESERVE_S)).toEqual(near(0.15, null));
      expect(near(0.15, SOUND_RESERVE_S).playbackRate).toBeGreaterThan(1);
    });
  });

  it('is jumped to when more than 1.2 s behind', () => {
    expect(liveEdgeAction({ ...playing, ranges: [[90, 101.3]] }).seekToS).toBeCloseTo(101.3 - RESERVE_S);
  });

  it('is jumped to after an hour in the background', () => {
    expect(liveEdgeAction({ ...playing, ranges: [[90, 3700]] }).seekToS).toBeCloseTo(3700 - RESERVE_S);
  });

  it('is not jumped to twice within a second', () => {
    const { seekToS, playbackRate } = liveEdgeAction({ ...playing, ranges: [[90, 103]], sinceSeekMs: 300 });
    expect(seekToS).toBeNull();
    expect(playbackRate).toBe(1.1);
  });

  it('is where a new stream begins, however much the cached pictures reach back', () => {
    const first = { ...playing, currentTimeS: 0, ranges: [[0, 0.6] as const], started: false };
    expect(liveEdgeAction(first).seekToS).toBeCloseTo(0.6 - RESERVE_S);
  });

  describe('with too little in reserve', () => {
    const reserveS = 0.4;
    const dry = (aheadS: number, change: Partial<LiveEdgeInput> = {}) =>
      liveEdgeAction({ ...playing, reserveS, ranges: [[90, 100 + aheadS]], ...change });

    it('is moved away from by playing slower, the slower the less there is', () => {
      expect(dry(0.33).playbackRate).toBeLessThan(1);
      expect(dry(0.2).playbackRate).toBeLessThan(dry(0.33).playbackRate);
      expect(dry(0.02).playbackRate).toBe(0.3);
      expect(dry(0.02).seekToS).toBeNull();
    });

    it('is moved away from until the reserve is there', () => {
      expect(dry(0.36).playbackRate).toBe(1);
      expect(dry(0.36, { playbackRate: 0.8 }).playbackRate).toBeLessThan(1);
      expect(dry(0.39, { playbackRate: 0.8 }).playbackRate).toBe(1);
    });

    it('is kept to as long as nothing ever ran dry, and before the first picture', () => {
      expect(dry(0.01, { reserveS: RESERVE_MIN_S }).playbackRate).toBe(1);
      expect(dry(0.01, { started: false }).playbackRate).toBe(1);
    });

    it('never halts, and settles where a slow stream is played as slowly as it comes', () => {
      // 40 % of the pictures arrive in time.
      const arrivesPerSecond = 0.4;
      let aheadS = 0.04;
      let playbackRate = 1;
      const rates: number[] = [];
      for (let look = 0; look < 80; look++) {
        playbackRate = dry(aheadS, { playbackRate }).playbackRate;
        aheadS += (arrivesPerSecond - playbackRate) * 0.25;
        rates.push(playbackRate);
        expect(aheadS).toBeGreaterThan(0);
      }
      expect(rates.slice(-20).reduce((sum, rate) => sum + rate, 0) / 20).toBeCloseTo(arrivesPerSecond, 1);
    });
  });

  it('lies behind a hole, which is jumped', () => {
    const stuck = { ...playing, currentTimeS: 99.95, ranges: [[90, 100] as const, [103, 104] as const] };
    expect(liveEdgeAction(stuck).seekToS).toBeCloseTo(104 - RESERVE_S);
    const inHole = { ...stuck, currentTimeS: 101 };
    expect(liveEdgeAction(inHole).seekToS).toBeCloseTo(104 - RESERVE_S);
  });

  it('is waited for when everything buffered was played', () => {
    expect(liveEdgeAction({ ...playing, currentTimeS: 100.15 })).toEqual({ seekToS: null, playbackRate: 1 });
  });

  it('is found again when playback stands far beyond it', () => {
    expect(liveEdgeAction({ ...playing, currentTimeS: 500 }).seekToS).toBeCloseTo(100.15 - RESERVE_S);
  });

  it('is farther away for a camera of one picture a second', () => {
    const slow = { ...playing, frameIntervalS: 1, ranges: [[90, 102] as const] };
    expect(liveEdgeAction(slow)).toEqual({ seekToS: null, playbackRate: 1 });
  });

  it('is nowhere while nothing is buffered', () => {
    expect(liveEdgeAction({ ...playing, ranges: [] })).toEqual({ seekToS: null, playbackRate: 1 });
  });

  it('is always inside what is buffered, and the rate always between 0.3 and 1.1', () => {
    const time = fc.double({ min: 0, max: 1e5, noNaN: true });
    const length = fc.double({ min: 0.02, max: 100, noNaN: true });
    fc.assert(
      fc.property(
        time,
        time,
        length,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.boolean(),
        (t, start, size, reserveS, started) => {
          const ranges = [[start, start + size] as const];
          const action = liveEdgeAction({ ...playing, currentTimeS: t, ranges, reserveS, started });
          expect(action.playbackRate).toBeGreaterThanOrEqual(0.3);
          expect(action.playbackRate).toBeLessThanOrEqual(1.1);
          if (action.seekToS !== null) {
            expect(action.seekToS).toBeGreaterThanOrEqual(start);
            expect(action.seekToS).toBeLessThanOrEqual(start + size);
          }
        },
      ),
    );
  });
});

describe('the reserve', () => {
  it('grows each time playback runs dry, up to a limit', () => {
    let reserveS = RESERVE_MIN_S;
    for (let i = 0; i < 50; i++) reserveS = nextReserveS(reserveS, true, 0);
    expect(reserveS).toBe(RESERVE_MAX_S);
  });

  it('shrinks in calm, down to a limit, and not before', () => {
    expect(nextReserveS(0.4, false, 5000)).toBe(0.4);
    expect(nextReserveS(0.4, false, 25_000)).toBeLessThan(0.4);
    expect(nextReserveS(RESERVE_MIN_S, false, 25_000)).toBe(RESERVE_MIN_S);
  });
});

describe('isJitter', () => {
  const dry: RanDryInput = {
    nowMs: 60_000,
    startedAtMs: 0,
    lastSeekMs: 0,
    lastDataMs: 59_900,
    newestMs: 50_040,
    currentMs: 50_000,
    frameIntervalMs: 40,
  };
  it.each<[string, Partial<RanDryInput>, boolean]>([
    ['in the middle of a stream that keeps coming', {}, true],
    ['at the start', { startedAtMs: 58_500 }, false],
    ['after a seek', { lastSeekMs: 59_500 }, false],
    ['with a camera that sends nothing', { lastDataMs: 58_900 }, false],
    ['while pictures are there and sound is not', { newestMs: 50_200 }, false],
    ['with a few pictures of a slow camera ahead', { newestMs: 50_500, frameIntervalMs: 200 }, true],
  ])('running dry %s', (_when, change, is) => {
    expect(isJitter({ ...dry, ...change })).toBe(is);
  });
});
