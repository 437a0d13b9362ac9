/**
 * Places frames of sound on an exact grid of their sample rate. FLV rounds to whole milliseconds, which would make a
 * tiny gap or overlap of nearly every frame; the clocks of sound and picture drift; sound gets lost.
 */
import type { AudioConfig } from '../flv/audio-config.ts';
import { BitReader } from '../flv/bit-reader.ts';

/** Beyond one frame and this, sound is moved at once: it was lost, or the camera's clock stepped. */
const TOLERANCE_MS = 20;
/** Nearer than this sound counts as in place; far above FLV's rounding, far below what anybody hears. */
const IN_PLACE_MS = 10;
/** Over how many frames jitter is averaged away, a good second. */
const SMOOTHING_FRAMES = 48;
const EXTENSION_TYPES = new Set([5, 29]);

/**
 * One for as long as the configuration stays the same. Frames follow each other exactly; slow drift is followed by
 * one tick a frame (a thousandth, inaudible, and ten times faster than any crystal drifts).
 */
export class AudioClock {
  readonly frameTicks: number;
  readonly #rateHz: number;
  #lastTicks: number | null = null;
  /** How far the tags lie ahead of the grid, smoothed. */
  #aheadTicks = 0;

  constructor(config: AudioConfig) {
    this.#rateHz = config.sampleRateHz;
    this.frameTicks = frameTicks(config);
  }

  /** The decode time of the next frame; always later than the one before. */
  place(timestampMs: number): number {
    const ticks = this.#next(Math.round((timestampMs * this.#rateHz) / 1000));
    this.#lastTicks = ticks;
    return ticks;
  }

  #next(tagTicks: number): number {
    const lastTicks = this.#lastTicks;
    if (lastTicks === null) return tagTicks;
    const dueTicks = lastTicks + this.frameTicks;
    const aheadTicks = tagTicks - dueTicks;
    const toleranceTicks = this.frameTicks + this.#ticks(TOLERANCE_MS);
    if (aheadTicks > toleranceTicks) {
      this.#aheadTicks = 0;
      return tagTicks;
    }
    this.#aheadTicks += (aheadTicks - this.#aheadTicks) / SMOOTHING_FRAMES;
    let shift = 0;
    if (this.#aheadTicks < -toleranceTicks) {
      // Too much sound came for its time. Frames overlap by half until that is made up for; none is lost.
      shift = Math.min(0, Math.max(aheadTicks, -Math.floor(this.frameTicks / 2)));
    } else if (Math.abs(this.#aheadTicks) > this.#ticks(IN_PLACE_MS)) {
      shift = Math.sign(this.#aheadTicks);
    }
    this.#aheadTicks -= shift;
    return dueTicks + shift;
  }

  #ticks(ms: number): number {
    return (ms * this.#rateHz) / 1000;
  }
}

/** Pure: how long one frame lasts in ticks of the rate that is heard; HE-AAC codes half of it. */
function frameTicks({ objectType, samplesPerFrame, record }: AudioConfig): number {
  if (!EXTENSION_TYPES.has(objectType)) return samplesPerFrame;
  // AudioSpecificConfig, ISO/IEC 14496-3 section 1.6.2.1: type, core rate, channels, rate heard.
  const reader = new BitReader(record);
  reader.skip(5);
  const coreRate = reader.bits(4);
  reader.skip(4);
  return reader.bits(4) === coreRate ? samplesPerFrame : 2 * samplesPerFrame;
}
