/**
 * Keeps playback at the live edge: decides when to seek, when to play faster or slower, and how much to hold in
 * reserve on a jittery network. Pure; `player.ts` measures and obeys.
 */

export interface LiveEdgeInput {
  readonly currentTimeS: number;
  /** Buffered ranges, ascending. */
  readonly ranges: readonly (readonly [startS: number, endS: number])[];
  readonly playbackRate: number;
  /** How far behind the newest picture playback aims to be; see `nextReserveS`. */
  readonly reserveS: number;
  /** Time between two pictures; the newest is only known to end when the next one comes. */
  readonly frameIntervalS: number;
  /** Whether a picture was shown since the engine started. */
  readonly started: boolean;
  readonly sinceSeekMs: number;
  /** How far the newest sound is ahead of the newest picture; null: the stream holds none. */
  readonly soundLeadS: number | null;
}

export interface LiveEdgeAction {
  readonly seekToS: number | null;
  readonly playbackRate: number;
}

export const RESERVE_MIN_S = 0.06;
export const RESERVE_MAX_S = 0.5;
/**
 * A browser takes sound well ahead of its time and halts without: measured in Chromium, at 150 ms. Then it waits until
 * there is more than twice that.
 */
export const SOUND_RESERVE_S = 0.2;
/** Behind the reserve by this much: play faster. */
const HURRY_S = 0.06;
/** This far behind: seek. A larger reserve than usual comes on top. */
const JUMP_S = 1.2;
const JUMP_OVER_RESERVE_S = 0.8;
/** Fast enough to catch up, too slow to be noticed. */
const MAX_RATE = 1.1;
const MIN_SEEK_INTERVAL_MS = 1000;
/**
 * With less than the reserve ahead by this much: play slower. At the very edge a browser halts after every picture and
 * then drops the next one as late, so of a stream that comes unevenly next to nothing is seen.
 */
const EASE_S = 0.06;
/** Slower still would look like standing still. */
const MIN_RATE = 0.3;
/** No more is made up between two looks. */
const LOOK_S = 0.25;
/** Below this nothing ever ran dry: what there is suffices. */
const TRIED_RESERVE_S = RESERVE_MIN_S + 0.03;
/** Playback halts a little before a range's very end. */
const RANGE_END_S = 0.15;

/** Pure: what to do about playback right now. */
export function liveEdgeAction(input: LiveEdgeInput): LiveEdgeAction {
  const { currentTimeS, ranges } = input;
  const last = ranges[ranges.length - 1];
  if (last === undefined) return { seekToS: null, playbackRate: 1 };

  const [lastStartS, edgeS] = last;
  const reserveS = Math.max(input.reserveS, 2 * input.frameIntervalS, soundReserveS(input.soundLeadS));
  const nearEdgeS = Math.max(lastStartS + 0.01, edgeS - reserveS);
  const behindS = edgeS - currentTimeS;
  const jumpS = Math.max(JUMP_S, reserveS + JUMP_OVER_RESERVE_S);
  const seek: LiveEdgeAction = { seekToS: nearEdgeS, playbackRate: 1 };

  const at = ranges.findIndex(([startS, endS]) => currentTimeS >= startS - 0.01 && currentTimeS < endS);
  if (at === -1) {
    const dataAhead = currentTimeS < lastStartS;
    const farBeyond = currentTimeS > edgeS + JUMP_S;
    return dataAhead || farBeyond ? seek : { seekToS: null, playbackRate: 1 };
  }
  const isLastRange = at === ranges.length - 1;
  if (!isLastRange && ranges[at]![1] - currentTimeS < RANGE_END_S) return seek;
  if (!input.started && behindS > reserveS + HURRY_S) return seek;
  if (behindS > jumpS && input.sinceSeekMs >= MIN_SEEK_INTERVAL_MS) return seek;

  const excessS = behindS - reserveS;
  if (input.started && input.reserveS > TRIED_RESERVE_S) {
    const slower = slowerRate(behindS, reserveS, input.playbackRate < 1);
    if (slower !== null) return { seekToS: null, playbackRate: slower };
  }
  const hurrying = input.playbackRate > 1 ? excessS > 0.02 : excessS > HURRY_S;
  if (!hurrying) return { seekToS: null, playbackRate: 1 };
  // Steps of 1 %, so that the element is not told a new rate at every look.
  const rate = 1 + Math.min(MAX_RATE - 1, Math.max(0.03, Math.round(excessS * 30) / 100));
  return { seekToS: null, playbackRate: rate };
}

/** Pure: what has to be ahead for the sound's sake; sound that comes ahead of the picture has it already. */
function soundReserveS(leadS: number | null): number {
  return leadS === null ? 0 : SOUND_RESERVE_S - Math.max(0, leadS);
}

/**
 * Pure: how slow to play so that the reserve comes about without a halt; null: no slower. In proportion to what there is
 * ahead, a stream that keeps coming too slowly is played as slowly as it comes.
 */
function slowerRate(aheadS: number, reserveS: number, easing: boolean): number | null {
  const shortS = reserveS - aheadS;
  if (shortS <= (easing ? 0.02 : EASE_S)) return null;
  const rate = Math.max(MIN_RATE, aheadS / reserveS, 1 - shortS / LOOK_S);
  // Steps of 5 %, so that the element is not told a new rate at every look.
  const step = Math.round(rate * 20) / 20;
  return step < 1 ? step : null;
}

/**
 * Pure: the reserve for the next while. Every time playback ran dry it grows, so a jittery network plays smoothly
 * at a little more delay; in calm it shrinks back.
 */
export function nextReserveS(reserveS: number, ranDry: boolean, calmMs: number): number {
  if (ranDry) return Math.min(RESERVE_MAX_S, reserveS + 0.06);
  if (calmMs < 20_000) return reserveS;
  return Math.max(RESERVE_MIN_S, reserveS - 0.02);
}

export interface RanDryInput {
  readonly nowMs: number;
  /** When the engine started. */
  readonly startedAtMs: number;
  readonly lastSeekMs: number;
  readonly lastDataMs: number;
  /** Newest picture received, and the one that playback stands at, both in the element's time. */
  readonly newestMs: number;
  readonly currentMs: number;
  readonly frameIntervalMs: number;
}

/** A start may run dry without meaning anything. */
const STARTING_MS = 2000;
const AFTER_SEEK_MS = 1000;
/** A camera that sends nothing for longer is no jitter. */
const CAMERA_QUIET_MS = 1000;
/** With pictures ahead by more than this it is the sound that does not come. */
const PICTURES_AHEAD_MS = 150;

/**
 * Pure: whether playback ran dry because the network is uneven, which more reserve would help against: not at the start,
 * not after a seek, not with a camera that sends nothing, and not with one whose sound has died.
 */
export function isJitter(input: RanDryInput): boolean {
  const { nowMs } = input;
  const aheadMs = input.newestMs - input.currentMs;
  return (
    nowMs - input.startedAtMs > STARTING_MS &&
    nowMs - input.lastSeekMs >= AFTER_SEEK_MS &&
    nowMs - input.lastDataMs <= CAMERA_QUIET_MS &&
    aheadMs <= Math.max(PICTURES_AHEAD_MS, 3 * input.frameIntervalMs)
  );
}
