/** Pure functions about one sample's place in time, in milliseconds. */
import { timescaleOf } from '../../mp4/init-segment.ts';
import type { Sample } from '../../mp4/sample.ts';

/** Whether it is of the track by which a sequence is cut: the picture, or the sound where there is none. */
export function leads(sample: Sample): boolean {
  return sample.track === 'video' || sample.init.video === null;
}

/** A place where a player can begin and a sequence be cut. */
export function opens(sample: Sample): boolean {
  return leads(sample) && sample.keyframe;
}

export function decodeMs(sample: Sample): number {
  return (sample.decodeTicks * 1000) / timescaleOf(sample.init, sample.track);
}

/** How long it lasts; an estimate as long as the sample's own is one. */
export function durationMs(sample: Sample): number {
  return (sample.durationTicks * 1000) / timescaleOf(sample.init, sample.track);
}
