/** Where the samples of one moof lie, when they are due, and how large they are (ISO/IEC 14496-12 section 8.8). */
import { RelayError } from '../errors.ts';
import { childBoxes, findBox, fullBoxFlags, needBox } from './box-reader.ts';
import { isSyncSample, type ReadTrack, type SampleDefaults } from './movie-reader.ts';

export interface SampleLocation {
  readonly track: ReadTrack;
  /** Counted from the first byte of the stream. */
  readonly offset: number;
  readonly sizeBytes: number;
  readonly decodeTicks: number;
  readonly compositionTicks: number;
  readonly keyframe: boolean;
}

const TFHD = { baseOffset: 0x1, description: 0x2, duration: 0x8, size: 0x10, flags: 0x20 } as const;
const TRUN = { dataOffset: 0x1, firstFlags: 0x4, durations: 0x100, sizes: 0x200, flags: 0x400, compositions: 0x800 };
/** A table without any column can claim 2^32 samples in twelve bytes. */
const MAX_SAMPLES = 65_536;

/** One for a stream: it remembers where each track stands, for fragments that do not say. */
export class MovieFragmentReader {
  readonly #tracks: readonly ReadTrack[];
  readonly #nextTicks = new Map<ReadTrack, number>();

  constructor(tracks: readonly ReadTrack[]) {
    this.#tracks = tracks;
  }

  /**
   * The samples of the known tracks, in the order of the file. `moofStart` is where the box began in the stream.
   * Throws `RelayError('corrupt')` for a table that is too large, a RangeError for one that is cut off.
   */
  read(moof: Buffer, moofStart: number): SampleLocation[] {
    const samples: SampleLocation[] = [];
    for (const { type, content } of childBoxes(moof)) {
      if (type === 'traf') this.#readTrackFragment(content, moofStart, samples);
    }
    return samples.sort((a, b) => a.offset - b.offset);
  }

  #readTrackFragment(traf: Buffer, moofStart: number, samples: SampleLocation[]): void {
    const tfhd = needBox(traf, 'tfhd');
    const track = this.#tracks.find((each) => each.id === tfhd.readUInt32BE(4));
    if (!track) return;
    const { baseOffset, defaults } = readHeader(tfhd, moofStart, track.defaults);
    const tfdt = findBox(traf, 'tfdt');
    let decodeTicks = this.#nextTicks.get(track) ?? 0;
    if (tfdt) decodeTicks = tfdt[0] === 1 ? Number(tfdt.readBigUInt64BE(4)) : tfdt.readUInt32BE(4);
    let offset = baseOffset;
    for (const { type, content } of childBoxes(traf)) {
      if (type !== 'trun') continue;
      const flags = fullBoxFlags(content);
      const count = content.readUInt32BE(4);
      if (samples.length + count > MAX_SAMPLES) {
        throw new RelayError('corrupt', `The MP4 stream has a fragment of more than ${MAX_SAMPLES} samples.`);
      }
      let at = 8;
      const next = () => {
        at += 4;
        return content.readUInt32BE(at - 4);
      };
      if (flags & TRUN.dataOffset) offset = baseOffset + (next() | 0);
      const firstFlags = flags & TRUN.firstFlags ? next() : null;
      for (let index = 0; index < count; index++) {
        const durationTicks = flags & TRUN.durations ? next() : defaults.durationTicks;
        const sizeBytes = flags & TRUN.sizes ? next() : defaults.sizeBytes;
        const ownFlags = flags & TRUN.flags ? next() : defaults.flags;
        // Version 0 is unsigned, but nobody means an offset of 2^31 and more: ffmpeg writes negative ones there.
        const compositionTicks = flags & TRUN.compositions ? next() | 0 : 0;
        const keyframe = isSyncSample(index === 0 && firstFlags !== null ? firstFlags : ownFlags);
        samples.push({ track, offset, sizeBytes, decodeTicks, compositionTicks, keyframe });
        offset += sizeBytes;
        decodeTicks += durationTicks;
      }
    }
    this.#nextTicks.set(track, decodeTicks);
  }
}

/** tfhd, section 8.8.7. Without an offset of its own a fragment counts from its moof. */
function readHeader(
  tfhd: Buffer,
  moofStart: number,
  defaults: SampleDefaults,
): { baseOffset: number; defaults: SampleDefaults } {
  const flags = fullBoxFlags(tfhd);
  let at = 8;
  let baseOffset = moofStart;
  if (flags & TFHD.baseOffset) {
    baseOffset = Number(tfhd.readBigUInt64BE(at));
    at += 8;
  }
  if (flags & TFHD.description) at += 4;
  const field = (present: number, otherwise: number) => {
    if (!(flags & present)) return otherwise;
    at += 4;
    return tfhd.readUInt32BE(at - 4);
  };
  const durationTicks = field(TFHD.duration, defaults.durationTicks);
  const sizeBytes = field(TFHD.size, defaults.sizeBytes);
  return { baseOffset, defaults: { durationTicks, sizeBytes, flags: field(TFHD.flags, defaults.flags) } };
}
