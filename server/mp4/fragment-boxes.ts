/**
 * The boxes of media segments: styp, prft, moof, mdat, and sidx with its reserved room for files (ISO/IEC 14496-12
 * section 8). Which samples belong together is the caller's business.
 */
import { BoxWriter, FULL_BOX_BYTES } from './box-writer.ts';

export interface TrackRun {
  readonly trackId: number;
  /** Decode time of the first sample. */
  readonly startTicks: number;
  /** Never empty. */
  readonly samples: readonly RunSample[];
}

export interface RunSample {
  readonly data: Uint8Array;
  readonly durationTicks: number;
  readonly compositionTicks: number;
  readonly keyframe: boolean;
}

export interface ReferenceTime {
  readonly trackId: number;
  /** Presentation time, in the track's timescale. */
  readonly mediaTicks: number;
  /** Unix time. */
  readonly atMs: number;
}

export interface FragmentParts {
  readonly sequence: number;
  /** At most one per track. */
  readonly runs: readonly TrackRun[];
  readonly referenceTime: ReferenceTime | null;
  /** Begins with styp: the fragment opens a segment. */
  readonly opensSegment: boolean;
}

/** Section 8.8.3.1: depends on none and a sync sample, or depends on others and none. */
const SAMPLE_FLAGS = { key: 0x0200_0000, delta: 0x0101_0000 } as const;
const TFHD = { defaultSampleFlags: 0x20, defaultBaseIsMoof: 0x2_0000 } as const;
const TRUN = { dataOffset: 0x1, durations: 0x100, sizes: 0x200, flags: 0x400, compositions: 0x800 } as const;
/** The pairing of the two times is the relay's own and always made in the same way (section 8.16.5.1). */
const PRFT_CONSISTENT = 8;
/** From 1900 to 1970 (RFC 5905 section 6). */
const NTP_EPOCH_S = 2_208_988_800;
const SEGMENT_BRANDS = ['msdh', 'msix'] as const;
const INT32_MAX = 0x7fff_ffff;
const UINT32_MAX = 0xffff_ffff;

const STYP_BYTES = 24;
const PRFT_BYTES = 32;
const MOOF_FIXED_BYTES = 8 + 16;
/** traf, tfhd, tfdt and trun without its table. */
const TRAF_FIXED_BYTES = 8 + 20 + 20 + 20;
const MDAT_HEADER_BYTES = 8;

/** Pure: one movie fragment with its media data, in a buffer of its own. */
export function writeFragment(parts: FragmentParts): Buffer {
  const w = new BoxWriter(fragmentBytes(parts));
  if (parts.opensSegment) writeSegmentType(w);
  if (parts.referenceTime) writeReferenceTime(w, parts.referenceTime);
  const moofStart = w.position;
  const offsets: number[] = [];
  w.box('moof', () => {
    w.fullBox('mfhd', 0, 0, () => w.u32(parts.sequence % (UINT32_MAX + 1)));
    for (const run of parts.runs) offsets.push(writeTrackFragment(w, run));
  });
  let dataOffset = w.position - moofStart + MDAT_HEADER_BYTES;
  w.box('mdat', () => {
    parts.runs.forEach((run, index) => {
      w.patchU32(offsets[index]!, dataOffset);
      for (const sample of run.samples) w.bytes(sample.data);
      dataOffset = w.position - moofStart;
    });
  });
  return w.finish();
}

function fragmentBytes({ runs, opensSegment, referenceTime }: FragmentParts): number {
  let bytes = (opensSegment ? STYP_BYTES : 0) + (referenceTime ? PRFT_BYTES : 0) + MOOF_FIXED_BYTES + MDAT_HEADER_BYTES;
  for (const { samples } of runs) {
    bytes += TRAF_FIXED_BYTES + samples.length * 16;
    for (const { data } of samples) bytes += data.length;
  }
  return bytes;
}

function writeSegmentType(w: BoxWriter): void {
  w.box('styp', () => {
    w.text(SEGMENT_BRANDS[0]);
    w.u32(0);
    for (const brand of SEGMENT_BRANDS) w.text(brand);
  });
}

/** prft, section 8.16.5. */
function writeReferenceTime(w: BoxWriter, { trackId, mediaTicks, atMs }: ReferenceTime): void {
  const wholeMs = Math.max(0, Math.round(atMs));
  w.fullBox('prft', 1, PRFT_CONSISTENT, () => {
    w.u32(trackId);
    w.u32((Math.floor(wholeMs / 1000) + NTP_EPOCH_S) % (UINT32_MAX + 1));
    w.u32(Math.floor(((wholeMs % 1000) / 1000) * 2 ** 32));
    w.u64(Math.max(0, mediaTicks));
  });
}

/** Returns where the data offset stands, to be filled in when it is known. */
function writeTrackFragment(w: BoxWriter, run: TrackRun): number {
  const mixed = run.samples.some((sample) => sample.keyframe !== run.samples[0]!.keyframe);
  const composed = run.samples.some((sample) => sample.compositionTicks !== 0);
  const flags = TRUN.dataOffset | TRUN.durations | TRUN.sizes;
  let dataOffsetAt = 0;
  w.box('traf', () => {
    w.fullBox('tfhd', 0, TFHD.defaultBaseIsMoof | TFHD.defaultSampleFlags, () => {
      w.u32(run.trackId);
      w.u32(sampleFlags(run.samples[0]!));
    });
    w.fullBox('tfdt', 1, 0, () => w.u64(run.startTicks));
    w.fullBox('trun', 1, flags | (mixed ? TRUN.flags : 0) | (composed ? TRUN.compositions : 0), () => {
      w.u32(run.samples.length);
      dataOffsetAt = w.position;
      w.u32(0);
      for (const sample of run.samples) {
        w.u32(Math.min(sample.durationTicks, UINT32_MAX));
        w.u32(sample.data.length);
        if (mixed) w.u32(sampleFlags(sample));
        if (composed) w.i32(Math.max(-INT32_MAX, Math.min(INT32_MAX, sample.compositionTicks)));
      }
    });
  });
  return dataOffsetAt;
}

function sampleFlags(sample: RunSample): number {
  return sample.keyframe ? SAMPLE_FLAGS.key : SAMPLE_FLAGS.delta;
}

export interface SegmentIndex {
  readonly trackId: number;
  readonly timescale: number;
  /** Of the first reference. */
  readonly earliestPtsTicks: number;
  /** Bytes between the end of the sidx box and the first reference. */
  readonly firstOffsetBytes: number;
  readonly references: readonly { readonly bytes: number; readonly ticks: number; readonly keyframeFirst: boolean }[];
}

const SIDX_FIXED_BYTES = FULL_BOX_BYTES + 28;
const SIDX_REFERENCE_BYTES = 12;
/** The count is 16 bits (section 8.16.3.2). */
export const MAX_SIDX_REFERENCES = 0xffff;
const STARTS_WITH_KEYFRAME = 0x9000_0000;

/** Pure: the size of a sidx box with so many references. */
export function sidxBytes(references: number): number {
  return SIDX_FIXED_BYTES + references * SIDX_REFERENCE_BYTES;
}

/**
 * Pure: sidx, section 8.16.3. Write one per track over the same fragments: with one for the picture alone ffmpeg (and
 * with it Chromium, for files) seeks to a fragment that is too early. Throws a RangeError above `MAX_SIDX_REFERENCES`,
 * or for a reference of 2 GiB and more.
 */
export function writeSidx(index: SegmentIndex): Buffer {
  const w = new BoxWriter(sidxBytes(index.references.length));
  w.fullBox('sidx', 1, 0, () => {
    w.u32(index.trackId);
    w.u32(index.timescale);
    w.u64(index.earliestPtsTicks);
    w.u64(index.firstOffsetBytes);
    w.u16(0);
    w.u16(index.references.length);
    for (const { bytes, ticks, keyframeFirst } of index.references) {
      if (bytes > INT32_MAX) throw new RangeError(`A sidx reference of ${bytes} bytes does not fit 31 bits.`);
      w.u32(bytes);
      w.u32(ticks);
      w.u32(keyframeFirst ? STARTS_WITH_KEYFRAME : 0);
    }
  });
  return w.finish();
}

/** Pure: a free box of exactly so many bytes, at least 8: room for an index that is not known yet (section 8.1.2). */
export function writeFree(totalBytes: number): Buffer {
  const w = new BoxWriter(totalBytes);
  w.box('free', () => w.zeros(totalBytes - 8));
  return w.finish();
}
