/**
 * Mends a file that a killed relay or a power cut left behind: cuts off what is no whole fragment, jumps over what is
 * damaged, and writes the index into its room. A beginning that is lost is taken from a neighbour.
 */
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { findBox } from '../../mp4/box-reader.ts';
import { writeFree } from '../../mp4/fragment-boxes.ts';
import { type ReadTrack, readMovie } from '../../mp4/movie-reader.ts';
import { readFileName } from './file-names.ts';
import { type FileFragment, type ReadIndex, readIndex, referencesOf, writeIndex } from './fragment-index.ts';
import { endTicks, readRuns } from './fragment-runs.ts';
import { type FoundFragment, findFragment, walkFragments } from './fragment-walk.ts';
import type { RecordedFile } from './recorded-file.ts';
import { codecsOf } from './recorded-tracks.ts';

/** More than any init segment and its room. */
const MAX_HEAD_BYTES = 1024 * 1024;
/** Of a box whose size is 32 bits, and of the header that makes one of a hole. */
const MAX_HOLE_BYTES = 0xffff_ffff;
const BOX_HEADER_BYTES = 8;

interface Head {
  readonly index: ReadIndex;
  readonly init: Buffer;
}

/** Bytes that nothing can be made of. */
interface Hole {
  readonly offset: number;
  readonly bytes: number;
}

/** Its beginning is damaged and fits no neighbour: what is in it cannot be played, and it is left as it is. */
export class HeadLost extends Error {
  override readonly name = 'HeadLost';
}

/**
 * What the file holds, after mending it; null when that is nothing, and the file is deleted.
 * Rejects with `HeadLost`, or when the disk refuses; the file is then as it was.
 * @param neighbours recordings of the same camera, the nearest first
 */
export async function recoverFile(path: string, neighbours: readonly string[] = []): Promise<RecordedFile | null> {
  const handle = await open(path, 'r+');
  let recovered: RecordedFile | null;
  try {
    recovered = await mend(handle, path, neighbours);
  } finally {
    await handle.close();
  }
  if (recovered === null) await unlink(path);
  return recovered;
}

/** The index at a file's head; null when it has none that we wrote. */
export async function readFileIndex(handle: Pick<FileHandle, 'read'>): Promise<Head | null> {
  const head = Buffer.alloc(MAX_HEAD_BYTES);
  const { bytesRead } = await handle.read(head, 0, MAX_HEAD_BYTES, 0);
  const index = readIndex(head.subarray(0, bytesRead));
  return index === null ? null : { index, init: Buffer.from(head.subarray(0, index.initBytes)) };
}

/** Pure: the tracks of an init segment. Throws `RelayError` `corrupt` or `codec`. */
function tracksOf(init: Buffer): ReadTrack[] {
  const moov = findBox(init, 'moov');
  return moov === null ? [] : readMovie(moov);
}

async function mend(handle: FileHandle, path: string, neighbours: readonly string[]): Promise<RecordedFile | null> {
  const named = readFileName(basename(path));
  const { size } = await handle.stat();
  const own = await readFileIndex(handle);
  const head = own ?? (await borrowedHead(handle, size, neighbours));
  if (named === null || head === null) return null;
  const { initBytes, dataOffset } = head.index;
  const tracks = tracksOf(head.init);
  const lead = tracks.find((track) => track.name === 'video') ?? tracks[0];
  if (lead === undefined) return null;

  const sound = tracks.find((track) => track !== lead);
  const fragments: FileFragment[] = [];
  const holes: Hole[] = [];
  let startedAtMs: number | null = null;
  let mark = { ms: 0, atMs: named.startedAtMs };
  let endOffset = dataOffset;
  for await (const found of savedFragments(handle, dataOffset, size)) {
    const runs = readRuns(found.moof);
    const run = runs.find(({ trackId }) => trackId === lead.id);
    const beside = sound === undefined ? undefined : runs.find(({ trackId }) => trackId === sound.id);
    const before = fragments.at(-1);
    const independent = run?.samples[0]?.keyframe === true;
    const hole = { offset: endOffset, bytes: found.offset - endOffset };
    if (hole.bytes > 0) {
      // Without what came before, a player can go on only at a keyframe.
      if (!independent) continue;
      if (hole.bytes < BOX_HEADER_BYTES || hole.bytes > MAX_HOLE_BYTES) break;
      holes.push(hole);
    }
    endOffset = found.endOffset;
    if (before !== undefined && (run === undefined || hole.bytes > 0)) {
      const ownEnd = run === undefined ? endOffset : found.offset;
      fragments[fragments.length - 1] = { ...before, bytes: ownEnd - before.offset };
    }
    if (run === undefined) continue;
    const ms = (ticks: number) => (ticks * 1000) / lead.timescale;
    const startMs = ms(run.startTicks);
    if (found.arrivedAtMs !== null) {
      mark = { ms: startMs, atMs: found.arrivedAtMs };
      startedAtMs ??= found.arrivedAtMs;
    }
    fragments.push({
      offset: found.offset,
      bytes: endOffset - found.offset,
      startMs,
      endMs: ms(endTicks(run)),
      independent,
      soundMs: beside === undefined ? null : (beside.startTicks * 1000) / sound!.timescale,
    });
  }
  const references = referencesOf(fragments);
  const last = fragments.at(-1);
  if (references.length === 0 || last === undefined) return null;
  if (endOffset < size) await handle.truncate(endOffset);
  for (const hole of holes) await handle.write(freeHeader(hole.bytes), 0, BOX_HEADER_BYTES, hole.offset);
  if (own === null) await handle.write(head.init, 0, head.init.length, 0);
  const indexed = tracks.map((track) => ({ trackId: track.id, timescale: track.timescale, besides: track !== lead }));
  const skippedBytes = references[0]!.offset - dataOffset;
  const index = writeIndex(references, { tracks: indexed, roomBytes: dataOffset - initBytes, skippedBytes });
  await handle.write(index, 0, index.length, initBytes);
  await handle.datasync();
  return {
    camera: named.camera,
    name: basename(path),
    path,
    startedAtMs: startedAtMs ?? named.startedAtMs,
    endedAtMs: Math.round(mark.atMs + last.endMs - mark.ms),
    durationMs: last.endMs,
    bytes: endOffset,
    codecs: codecsOf(tracks),
    width: lead.width,
    height: lead.height,
    reason: null,
  };
}

/** Whole fragments of our make, in order, those behind damage too. */
async function* savedFragments(handle: FileHandle, fromOffset: number, size: number): AsyncGenerator<FoundFragment> {
  let at = fromOffset;
  for (;;) {
    for await (const found of walkFragments(handle, at, size)) {
      if (!isOurs(found)) break;
      at = found.endOffset;
      yield found;
    }
    const next = await findFragment(handle, [at, size], isOurs);
    if (next === null) return;
    at = next.offset;
  }
}

/** Its tables can be read and describe exactly the media that follows. */
function isOurs({ moof, dataOffset, endOffset }: FoundFragment): boolean {
  try {
    const samples = readRuns(moof).flatMap((run) => run.samples);
    return samples.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) === endOffset - dataOffset;
  } catch {
    return false;
  }
}

/**
 * The beginning of a neighbour whose first fragment lies where this file's does: recorded with the same codec settings.
 * Null when the file holds no fragment at all.
 */
async function borrowedHead(handle: FileHandle, size: number, neighbours: readonly string[]): Promise<Head | null> {
  const first = await findFragment(handle, [0, size], isOurs);
  if (first === null) return null;
  for (const path of neighbours) {
    const neighbour = await open(path, 'r').catch(() => null);
    if (neighbour === null) continue;
    const head = await readFileIndex(neighbour).finally(() => neighbour.close());
    if (head?.index.dataOffset === first.offset) return head;
  }
  throw new HeadLost('The beginning of the recording is damaged, and no other one fits.');
}

function freeHeader(bytes: number): Buffer {
  const header = writeFree(BOX_HEADER_BYTES);
  header.writeUInt32BE(bytes, 0);
  return header;
}
