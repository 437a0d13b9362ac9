/**
 * The segment before a stream's first one: its first picture, held. With it a playlist can be answered, and its parts
 * played, while the first segment is still being made: players refuse a playlist without a whole segment. Where it
 * stands in the window is `segmenter.ts`.
 */
import { silentBlock } from '../../flv/silent-block.ts';
import { timescaleOf } from '../../mp4/init-segment.ts';
import type { Sample } from '../../mp4/sample.ts';

/** Every time of the output is so much later than the stream's, so that what stands before its first is not negative. */
export const STILL_SHIFT_MS = 60_000;

/**
 * Pure: the keyframe that opens the samples, for the time before it, and silence up to the first sound. Null where
 * there is no picture.
 * @param lengthMs at most `STILL_SHIFT_MS`
 */
export function stillSamples(samples: readonly Sample[], lengthMs: number): Sample[] | null {
  const picture = samples.find(({ track }) => track === 'video');
  if (!picture?.keyframe) return null;
  const durationTicks = Math.round((lengthMs * timescaleOf(picture.init, 'video')) / 1000);
  const still: Sample = {
    ...picture,
    decodeTicks: picture.decodeTicks - durationTicks,
    durationTicks,
    durationKnown: true,
    ptsMs: picture.ptsMs - lengthMs,
    arrivedAtMs: picture.arrivedAtMs - lengthMs,
  };
  return [still, ...silence(samples, lengthMs)];
}

/** Whole frames that end where the first sound begins. */
function silence(samples: readonly Sample[], lengthMs: number): Sample[] {
  const sound = samples.find(({ track }) => track === 'audio');
  const data = sound?.init.audio ? silentBlock(sound.init.audio) : null;
  if (sound === undefined || data === null) return [];
  const { samplesPerFrame, sampleRateHz } = sound.init.audio!;
  const frameMs = (samplesPerFrame * 1000) / sampleRateHz;
  const count = Math.floor(lengthMs / frameMs);
  return Array.from({ length: count }, (_, index) => ({
    ...sound,
    data,
    decodeTicks: sound.decodeTicks - (count - index) * samplesPerFrame,
    durationTicks: samplesPerFrame,
    durationKnown: true,
    ptsMs: sound.ptsMs - (count - index) * frameMs,
  }));
}
