/** The sample tables of one fragment as the relay itself writes them (`server/mp4/fragment-boxes.ts`). Pure. */
import { RelayError } from '../../errors.ts';
import { childBoxes, fullBoxFlags, needBox } from '../../mp4/box-reader.ts';

export interface RunEntry {
  readonly durationTicks: number;
  readonly sizeBytes: number;
  /** Presentation time minus decode time. */
  readonly compositionTicks: number;
  readonly keyframe: boolean;
}

export interface FragmentRun {
  readonly trackId: number;
  readonly startTicks: number;
  /** Never empty. */
  readonly samples: readonly RunEntry[];
}

const TRUN = { dataOffset: 0x1, firstFlags: 0x4, durations: 0x100, sizes: 0x200, flags: 0x400, compositions: 0x800 };
const NON_SYNC = 0x1_0000;

/**
 * Pure: the runs of a moof, in the order in which their media follows, without gaps.
 * @throws RelayError `corrupt` for one that the relay has not written; a RangeError for one that is cut off
 */
export function readRuns(moof: Buffer): FragmentRun[] {
  return childBoxes(moof).flatMap(({ type, content }) => (type === 'traf' ? [readRun(content)] : []));
}

/** Pure: when a track's first sample in a moof is due, in its ticks; null when it has none there. */
export function startTicksOf(moof: Buffer, trackId: number): number | null {
  const trafs = childBoxes(moof).filter(({ type }) => type === 'traf');
  const own = trafs.find(({ content }) => needBox(content, 'tfhd').readUInt32BE(4) === trackId);
  return own === undefined ? null : Number(needBox(own.content, 'tfdt').readBigUInt64BE(4));
}

/** Pure: where a run ends, in its ticks. */
export function endTicks({ startTicks, samples }: FragmentRun): number {
  return samples.reduce((ticks, { durationTicks }) => ticks + durationTicks, startTicks);
}

function readRun(traf: Buffer): FragmentRun {
  const tfhd = needBox(traf, 'tfhd');
  const trun = needBox(traf, 'trun');
  const startTicks = Number(needBox(traf, 'tfdt').readBigUInt64BE(4));
  const flags = fullBoxFlags(trun);
  const count = trun.readUInt32BE(4);
  const hasTables = (flags & TRUN.durations) !== 0 && (flags & TRUN.sizes) !== 0 && (flags & TRUN.firstFlags) === 0;
  if (!hasTables || count === 0) throw new RelayError('corrupt', 'The recording has a fragment of another make.');
  const defaultFlags = tfhd.readUInt32BE(8);
  let at = flags & TRUN.dataOffset ? 12 : 8;
  const next = () => {
    at += 4;
    return trun.readUInt32BE(at - 4);
  };
  const samples = Array.from({ length: count }, (): RunEntry => {
    const durationTicks = next();
    const sizeBytes = next();
    const sampleFlags = flags & TRUN.flags ? next() : defaultFlags;
    const compositionTicks = flags & TRUN.compositions ? next() | 0 : 0;
    return { durationTicks, sizeBytes, compositionTicks, keyframe: (sampleFlags & NON_SYNC) === 0 };
  });
  return { trackId: tfhd.readUInt32BE(4), startTicks, samples };
}
