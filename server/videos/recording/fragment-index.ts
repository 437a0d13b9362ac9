/**
 * The index at the head of a recorded file: room that is reserved when the file begins and filled with sidx when it
 * ends (ISO/IEC 14496-12 section 8.16.3). Pure; reading and writing the file is done elsewhere.
 */
import { boxType } from '../../mp4/box-reader.ts';
import { MAX_SIDX_REFERENCES, sidxBytes, writeFree, writeSidx } from '../../mp4/fragment-boxes.ts';

/** A fragment as it lies in the file, on the file's own clock, which begins at 0. */
export interface FileFragment {
  readonly offset: number;
  readonly bytes: number;
  readonly startMs: number;
  readonly endMs: number;
  /** Begins with a keyframe. */
  readonly independent: boolean;
  /** When its first sound is due, where it has sound beside a picture. */
  readonly soundMs: number | null;
}

/** What is fetched and played in one piece: begins with a keyframe. */
export interface Reference {
  readonly offset: number;
  readonly bytes: number;
  readonly startMs: number;
  readonly endMs: number;
  /** As a fragment's; null also where that is not known any more. */
  readonly soundMs: number | null;
}

export interface IndexTrack {
  readonly trackId: number;
  readonly timescale: number;
  /** Sound beside a picture, by which the file is cut. */
  readonly besides: boolean;
}

export interface ReadIndex {
  /** ftyp and moov. */
  readonly initBytes: number;
  /** Where the first fragment begins. */
  readonly dataOffset: number;
  /** Empty as long as the file is not finished. */
  readonly references: readonly Reference[];
}

const MAX_TRACKS = 2;
const BOX_HEADER_BYTES = 8;
const MIN_REFERENCES = 64;
/** Beyond, neighbours are put together. */
const MAX_REFERENCES = 16_384;

/** Pure: how many references a file of this length gets room for: one a second. */
export function referencesFor(segmentMs: number): number {
  return Math.min(MAX_REFERENCES, Math.max(MIN_REFERENCES, Math.ceil(segmentMs / 1000) + 16));
}

/** Pure: bytes to reserve behind the init segment. What is left over must hold a free box. */
export function indexRoomBytes(references: number): number {
  return MAX_TRACKS * sidxBytes(references) + BOX_HEADER_BYTES;
}

/** Pure: fragments put together so that each piece begins with a keyframe; those before the first one are left out. */
export function referencesOf(fragments: readonly FileFragment[]): Reference[] {
  const references: Reference[] = [];
  for (const fragment of fragments) {
    const last = references.at(-1);
    if (fragment.independent) references.push(fragment);
    else if (last !== undefined) references[references.length - 1] = joined(last, fragment);
  }
  return references.map(({ offset, bytes, startMs, endMs, soundMs }) => ({ offset, bytes, startMs, endMs, soundMs }));
}

/** Pure: at most so many, by putting neighbours together. */
export function thinned(references: readonly Reference[], max: number): Reference[] {
  const each = Math.ceil(references.length / max);
  if (each <= 1) return [...references];
  const thin: Reference[] = [];
  for (let index = 0; index < references.length; index += each) {
    thin.push(joined(references[index]!, references[Math.min(index + each, references.length) - 1]!));
  }
  return thin;
}

/**
 * Pure: exactly `roomBytes`: what is left over as free, then a sidx for each track over the same pieces. With free behind
 * them Chromium reads the whole file before its first picture; with sound's times taken from the picture it reads the
 * whole file before the place that it seeks to.
 */
export function writeIndex(
  references: readonly Reference[],
  {
    tracks,
    roomBytes,
    skippedBytes = 0,
  }: {
    readonly tracks: readonly IndexTrack[];
    readonly roomBytes: number;
    /** Between the room's end and the first piece. */
    readonly skippedBytes?: number;
  },
): Buffer {
  const fixedBytes = tracks.length * sidxBytes(0) + BOX_HEADER_BYTES;
  const perReference = tracks.length * (sidxBytes(1) - sidxBytes(0));
  const fit = Math.min(MAX_SIDX_REFERENCES, Math.floor((roomBytes - fixedBytes) / perReference));
  if (references.length === 0 || fit < 1) return writeFree(roomBytes);
  const thin = thinned(references, fit);
  const boxes: Buffer[] = [];
  let behindBytes = tracks.length * sidxBytes(thin.length);
  const freeBytes = roomBytes - behindBytes;
  for (const { trackId, timescale, besides } of tracks) {
    behindBytes -= sidxBytes(thin.length);
    const timesMs = besides ? soundTimes(thin) : thin.map(({ startMs }) => startMs);
    const ticks = [...timesMs, thin.at(-1)!.endMs].map((ms) => Math.round((ms * timescale) / 1000));
    boxes.push(
      writeSidx({
        trackId,
        timescale,
        earliestPtsTicks: ticks[0]!,
        firstOffsetBytes: behindBytes + skippedBytes,
        references: thin.map(({ bytes }, index) => ({
          bytes,
          ticks: Math.max(0, ticks[index + 1]! - ticks[index]!),
          keyframeFirst: true,
        })),
      }),
    );
  }
  return Buffer.concat([writeFree(freeBytes), ...boxes]);
}

/** A piece without sound has that of the next one. */
function soundTimes(references: readonly Reference[]): number[] {
  const times: number[] = [];
  let nextMs = references.at(-1)!.endMs;
  for (const { soundMs } of references.toReversed()) {
    nextMs = Math.min(nextMs, soundMs ?? nextMs);
    times.push(nextMs);
  }
  return times.reverse();
}

/** Pure: what the beginning of a file says; null when it is no such file, or `head` ends before the first fragment. */
export function readIndex(head: Buffer): ReadIndex | null {
  let initBytes = 0;
  let references: Reference[] = [];
  for (let at = 0; at + BOX_HEADER_BYTES <= head.length; ) {
    const size = head.readUInt32BE(at);
    const type = boxType(head, at + 4);
    const known = ['ftyp', 'moov', 'sidx', 'free'].includes(type);
    if (!known) return initBytes > 0 ? { initBytes, dataOffset: at, references } : null;
    // A hole right at the beginning may be larger than what was read.
    if (type === 'free' && initBytes > 0 && at + size > head.length)
      return { initBytes, dataOffset: at + size, references };
    if (size < BOX_HEADER_BYTES || at + size > head.length) return null;
    if (type === 'moov') initBytes = at + size;
    if (type === 'sidx' && references.length === 0) references = readSidx(head.subarray(at, at + size), at);
    at += size;
    if (at === head.length && initBytes > 0) return { initBytes, dataOffset: at, references };
  }
  return null;
}

/** Only as `writeIndex` writes it: version 1, references to media. */
function readSidx(box: Buffer, boxOffset: number): Reference[] {
  const timescale = box.readUInt32BE(16);
  let startTicks = Number(box.readBigUInt64BE(20));
  let offset = boxOffset + box.length + Number(box.readBigUInt64BE(28));
  const count = box.readUInt16BE(38);
  const references: Reference[] = [];
  for (let index = 0; index < count; index++) {
    const at = 40 + index * 12;
    const bytes = box.readUInt32BE(at);
    const endTicks = startTicks + box.readUInt32BE(at + 4);
    const ms = (ticks: number) => (ticks * 1000) / timescale;
    references.push({ offset, bytes, startMs: ms(startTicks), endMs: ms(endTicks), soundMs: null });
    offset += bytes;
    startTicks = endTicks;
  }
  return references;
}

function joined(first: Reference, last: Reference): Reference {
  const { offset, startMs, soundMs } = first;
  const bytes = last.offset + last.bytes - offset;
  return { offset, bytes, startMs, endMs: last.endMs, soundMs: soundMs ?? last.soundMs };
}
