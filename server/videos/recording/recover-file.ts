/**
 * Mends a file that a killed relay left behind: cuts off what is no whole fragment and writes the index into its room.
 */
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { findBox } from '../../mp4/box-reader.ts';
import { type ReadTrack, readMovie } from '../../mp4/movie-reader.ts';
import { readFileName } from './file-names.ts';
import { type FileFragment, type ReadIndex, readIndex, referencesOf, writeIndex } from './fragment-index.ts';
import { endTicks, readRuns } from './fragment-runs.ts';
import { walkFragments } from './fragment-walk.ts';
import type { RecordedFile } from './recorded-file.ts';

/** More than any init segment and its room. */
const MAX_HEAD_BYTES = 1024 * 1024;

/**
 * What the file holds, after mending it; null when that is nothing, and the file is deleted. Rejects when the disk
 * refuses.
 */
export async function recoverFile(path: string): Promise<RecordedFile | null> {
  const handle = await open(path, 'r+');
  let recovered: RecordedFile | null;
  try {
    recovered = await mend(handle, path);
  } finally {
    await handle.close();
  }
  if (recovered === null) await unlink(path);
  return recovered;
}

/** The index at a file's head; null when it has none that we wrote. */
export async function readFileIndex(
  handle: Pick<FileHandle, 'read'>,
): Promise<{ index: ReadIndex; init: Buffer } | null> {
  const head = Buffer.alloc(MAX_HEAD_BYTES);
  const { bytesRead } = await handle.read(head, 0, MAX_HEAD_BYTES, 0);
  const index = readIndex(head.subarray(0, bytesRead));
  return index === null ? null : { index, init: Buffer.from(head.subarray(0, index.initBytes)) };
}

/** Pure: the tracks of an init segment. Throws `RelayError` `corrupt` or `codec`. */
export function tracksOf(init: Buffer): ReadTrack[] {
  const moov = findBox(init, 'moov');
  return moov === null ? [] : readMovie(moov);
}

async function mend(handle: FileHandle, path: string): Promise<RecordedFile | null> {
  const named = readFileName(basename(path));
  const head = await readFileIndex(handle);
  if (named === null || head === null) return null;
  const { initBytes, dataOffset } = head.index;
  const tracks = tracksOf(head.init);
  const lead = tracks.find((track) => track.name === 'video') ?? tracks[0];
  if (lead === undefined) return null;

  const sound = tracks.find((track) => track !== lead);
  const { size } = await handle.stat();
  const fragments: FileFragment[] = [];
  let startedAtMs: number | null = null;
  let mark = { ms: 0, atMs: named.startedAtMs };
  let endOffset = dataOffset;
  for await (const found of walkFragments(handle, dataOffset, size)) {
    const runs = readRuns(found.moof);
    const run = runs.find(({ trackId }) => trackId === lead.id);
    const beside = sound === undefined ? undefined : runs.find(({ trackId }) => trackId === sound.id);
    endOffset = found.endOffset;
    const before = fragments.at(-1);
    if (run === undefined) {
      if (before !== undefined) fragments[fragments.length - 1] = { ...before, bytes: endOffset - before.offset };
      continue;
    }
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
      independent: run.samples[0]!.keyframe,
      soundMs: beside === undefined ? null : (beside.startTicks * 1000) / sound!.timescale,
    });
  }
  const references = referencesOf(fragments);
  const last = fragments.at(-1);
  if (references.length === 0 || last === undefined) return null;
  if (endOffset < size) await handle.truncate(endOffset);
  const indexed = tracks.map((track) => ({ trackId: track.id, timescale: track.timescale, besides: track !== lead }));
  const index = writeIndex(references, { tracks: indexed, roomBytes: dataOffset - initBytes });
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
    codecs: tracks.map(({ codec }) => codec).join(','),
    width: lead.width,
    height: lead.height,
    reason: null,
  };
}
