/**
 * A movie with its tables in front (ISO/IEC 14496-12 section 8): the moov of an export, made from the init segment of
 * its first file and the runs of all its fragments. Pure; what the tables say is gathered by `track-tables.ts`, where the
 * media comes from is `export.ts`.
 */
import { type Box, childBoxes, needBox } from '../../mp4/box-reader.ts';
import { BoxWriter } from '../../mp4/box-writer.ts';
import type { FragmentRun } from './fragment-runs.ts';
import { type MovieTrack, TrackTables } from './track-tables.ts';

const UINT32 = 4;
/** Version, flags and count. */
const TABLE_HEAD_BYTES = 16;

/** Takes the runs of file after file; a gap between two files is left out. */
export class PlainMovie {
  readonly #init: Buffer;
  readonly #tracks: readonly TrackTables[];
  #shiftMs = 0;
  #fileBegins = true;
  #mediaBytes = 0;

  /** @param init ftyp and moov of the first file */
  constructor(init: Buffer, tracks: readonly MovieTrack[]) {
    this.#init = init;
    this.#tracks = tracks.map((track) => new TrackTables(track));
  }

  get mediaBytes(): number {
    return this.#mediaBytes;
  }

  /** What follows is of another file: it goes on where the last one ended. */
  beginFile(): void {
    this.#fileBegins = true;
  }

  /** The runs of one fragment, whose media follows what came before. `extraBytes`: put before the picture's first sample. */
  add(runs: readonly FragmentRun[], extraBytes = 0): void {
    if (this.#fileBegins) {
      const ends = this.#tracks.map(({ endTicks: ticks, track }) => (ticks * 1000) / track.timescale);
      const starts = runs.map(({ trackId, startTicks }) => (startTicks * 1000) / this.#of(trackId).track.timescale);
      this.#shiftMs = Math.max(...ends) - Math.min(...starts);
      this.#fileBegins = false;
    }
    for (const [index, run] of runs.entries()) {
      const tables = this.#of(run.trackId);
      const extra = index === 0 ? extraBytes : 0;
      const shiftTicks = Math.round((this.#shiftMs * tables.track.timescale) / 1000);
      tables.add(run, shiftTicks, this.#mediaBytes, extra);
      this.#mediaBytes += extra + run.samples.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    }
  }

  /** Milliseconds so far. */
  get durationMs(): number {
    return Math.max(0, ...this.#tracks.map(({ endTicks: ticks, track }) => (ticks * 1000) / track.timescale));
  }

  /** ftyp, moov and the head of the mdat. Called once, after the last `add`. */
  head(): Buffer {
    for (const tables of this.#tracks) tables.close();
    const boxes = childBoxes(this.#init);
    const ftyp = box('ftyp', boxes.find(({ type }) => type === 'ftyp')!.content);
    const moov = boxes.find(({ type }) => type === 'moov')!.content;
    const mdat = Buffer.alloc(16);
    mdat.writeUInt32BE(1, 0);
    mdat.write('mdat', 4, 'latin1');
    mdat.writeBigUInt64BE(BigInt(this.#mediaBytes + mdat.length), 8);
    // Offsets take the same room whatever they are.
    const headBytes = ftyp.length + this.#moov(moov, 0).length + mdat.length;
    return Buffer.concat([ftyp, this.#moov(moov, headBytes), mdat]);
  }

  #of(trackId: number): TrackTables {
    return this.#tracks.find(({ track }) => track.id === trackId)!;
  }

  #moov(moov: Buffer, mediaAt: number): Buffer {
    const parts = childBoxes(moov).flatMap(({ type, content }) => {
      if (type === 'mvhd') return [box('mvhd', withUInt32(content, 16, Math.round(this.durationMs)))];
      return type === 'trak' ? this.#trak(content, mediaAt) : [];
    });
    return box('moov', ...parts);
  }

  #trak(trak: Buffer, mediaAt: number): Buffer[] {
    const tables = this.#of(needBox(trak, 'tkhd').readUInt32BE(12));
    if (tables.sizes.length === 0) return [];
    const { timescale } = tables.track;
    const mediaMs = (tables.mediaTicks * 1000) / timescale;
    const delayMs = Math.round((tables.firstTicks * 1000) / timescale);
    const parts = childBoxes(trak).flatMap((child) => {
      if (child.type === 'tkhd') {
        const tkhd = withUInt32(child.content, 20, Math.round(delayMs + mediaMs));
        return [box('tkhd', tkhd), edits(delayMs, Math.round(mediaMs), tables.firstComposition)];
      }
      return child.type === 'mdia' ? [mdia(child.content, tables, mediaAt)] : [];
    });
    return [box('trak', ...parts)];
  }
}

/** edts, section 8.6.5: the track begins after `delayMs`, with what is shown at `mediaTicks`. */
function edits(delayMs: number, mediaMs: number, mediaTicks: number): Buffer {
  const list = [...(delayMs > 0 ? [{ lengthMs: delayMs, at: -1 }] : []), { lengthMs: mediaMs, at: mediaTicks }];
  const elst = Buffer.alloc(8 + list.length * 12);
  elst.writeUInt32BE(list.length, 4);
  list.forEach(({ lengthMs, at }, index) => {
    elst.writeUInt32BE(lengthMs, 8 + index * 12);
    elst.writeInt32BE(at, 12 + index * 12);
    elst.writeUInt32BE(0x1_0000, 16 + index * 12);
  });
  return box('edts', box('elst', elst));
}

function mdia(content: Buffer, tables: TrackTables, mediaAt: number): Buffer {
  const parts = childBoxes(content).map(({ type, content: inner }) => {
    if (type === 'mdhd') return box('mdhd', withUInt32(inner, 16, tables.mediaTicks));
    return type === 'minf'
      ? box('minf', ...childBoxes(inner).map((child) => minf(child, tables, mediaAt)))
      : box(type, inner);
  });
  return box('mdia', ...parts);
}

function minf({ type, content }: Box, tables: TrackTables, mediaAt: number): Buffer {
  if (type !== 'stbl') return box(type, content);
  const { durations, compositions, sizes, syncs, chunks } = tables;
  const composed = compositions.entries.some((value, index) => index % 2 === 1 && value !== 0);
  return box(
    'stbl',
    box('stsd', needBox(content, 'stsd')),
    table('stts', durations.entries, { perEntry: 2 }),
    ...(composed ? [table('ctts', compositions.entries, { perEntry: 2, version: 1 })] : []),
    ...(syncs.length < sizes.length ? [table('stss', syncs, { perEntry: 1 })] : []),
    table('stsc', samplesPerChunk(chunks), { perEntry: 3 }),
    sampleSizes(sizes),
    chunkOffsets(chunks, mediaAt),
  );
}

/** stsc, section 8.7.4: first chunk, samples in it and in those that follow, description 1. */
function samplesPerChunk(chunks: TrackTables['chunks']): number[] {
  return chunks.flatMap(({ samples }, index) =>
    index > 0 && chunks[index - 1]!.samples === samples ? [] : [index + 1, samples, 1],
  );
}

/** A full box that holds a count and 32-bit numbers; negative ones in two's complement. */
function table(type: string, numbers: readonly number[], { perEntry, version = 0 }: TableShape): Buffer {
  const w = new BoxWriter(TABLE_HEAD_BYTES + numbers.length * UINT32);
  w.fullBox(type, version, 0, () => {
    w.u32(numbers.length / perEntry);
    for (const number of numbers) w.u32(number >>> 0);
  });
  return w.finish();
}

interface TableShape {
  readonly perEntry: number;
  readonly version?: number;
}

/** stsz, section 8.7.3.2. */
function sampleSizes(sizes: readonly number[]): Buffer {
  const w = new BoxWriter(TABLE_HEAD_BYTES + UINT32 + sizes.length * UINT32);
  w.fullBox('stsz', 0, 0, () => {
    w.u32(0);
    w.u32(sizes.length);
    for (const size of sizes) w.u32(size);
  });
  return w.finish();
}

/** co64, section 8.7.5. */
function chunkOffsets(chunks: TrackTables['chunks'], mediaAt: number): Buffer {
  const w = new BoxWriter(TABLE_HEAD_BYTES + chunks.length * 2 * UINT32);
  w.fullBox('co64', 0, 0, () => {
    w.u32(chunks.length);
    for (const { offset } of chunks) w.u64(mediaAt + offset);
  });
  return w.finish();
}

function box(type: string, ...parts: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + parts.reduce((sum, part) => sum + part.length, 0), 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, ...parts]);
}

function withUInt32(content: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(content);
  copy.writeUInt32BE(value, at);
  return copy;
}
