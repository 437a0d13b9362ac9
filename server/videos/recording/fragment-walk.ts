/** Finds the fragments of a file by its boxes, whole ones only. What is in their tables is asked of `server/mp4/`. */
import type { FileHandle } from 'node:fs/promises';
import { boxType } from '../../mp4/box-reader.ts';

export interface FoundFragment {
  /** Of the first box that belongs to it (styp, prft or moof), and of the first byte behind it. */
  readonly offset: number;
  readonly endOffset: number;
  readonly moofOffset: number;
  /** What follows size and type. */
  readonly moof: Buffer;
  readonly dataOffset: number;
  /** Unix ms of the first picture, when prft says it. */
  readonly arrivedAtMs: number | null;
}

const BOX_HEADER_BYTES = 8;
/** Holds what precedes the media of most fragments. */
const READ_BYTES = 32_768;
/** A moof of more is damage. */
const MAX_MOOF_BYTES = 16 * 1024 * 1024;
const NTP_EPOCH_S = 2_208_988_800;

/** Read at once in search of a fragment. */
const SEARCH_BYTES = 1_048_576;
const PRFT_BYTES = 32;

/** The fragments that begin in `[fromOffset, endOffset)`, in order; ends at the first that is cut off or damaged. */
export async function* walkFragments(
  handle: Pick<FileHandle, 'read'>,
  fromOffset: number,
  endOffset: number,
): AsyncGenerator<FoundFragment> {
  let at = fromOffset;
  for (;;) {
    const fragment = await readFragment(handle, at, endOffset);
    if (fragment === null) return;
    yield fragment;
    at = fragment.endOffset;
  }
}

async function readFragment(
  handle: Pick<FileHandle, 'read'>,
  offset: number,
  endOffset: number,
): Promise<FoundFragment | null> {
  let window = await readAt(handle, offset, READ_BYTES);
  let arrivedAtMs: number | null = null;
  for (let at = offset; at + BOX_HEADER_BYTES <= endOffset; ) {
    const inWindow = at - offset;
    if (inWindow + BOX_HEADER_BYTES > window.length) return null;
    const size = window.readUInt32BE(inWindow);
    const type = boxType(window, inWindow + 4);
    const end = at + size;
    const isFree = type === 'free' && at === offset;
    if (size < BOX_HEADER_BYTES || end > endOffset || (size > MAX_MOOF_BYTES && !isFree)) return null;
    // What could not be saved is jumped over, however much that is.
    if (isFree) return readFragment(handle, end, endOffset);
    if (end - offset + BOX_HEADER_BYTES > window.length) {
      window = await readAt(handle, offset, end - offset + BOX_HEADER_BYTES);
      if (end - offset > window.length) return null;
    }
    const content = window.subarray(inWindow + BOX_HEADER_BYTES, end - offset);
    if (type === 'prft') arrivedAtMs = readReferenceTime(content);
    if (type !== 'moof') {
      if (type === 'mdat') return null;
      at = end;
      continue;
    }
    const mdatAt = end - offset;
    if (mdatAt + BOX_HEADER_BYTES > window.length || boxType(window, mdatAt + 4) !== 'mdat') return null;
    const mdatEnd = end + window.readUInt32BE(mdatAt);
    if (mdatEnd > endOffset || mdatEnd < end + BOX_HEADER_BYTES) return null;
    const dataOffset = end + BOX_HEADER_BYTES;
    return { offset, endOffset: mdatEnd, moofOffset: at, moof: Buffer.from(content), dataOffset, arrivedAtMs };
  }
  return null;
}

/**
 * The first fragment behind damage that `accepts`, which has to tell ours from what happens to look like one; null when
 * there is none.
 */
export async function findFragment(
  handle: Pick<FileHandle, 'read'>,
  [fromOffset, endOffset]: readonly [number, number],
  accepts: (fragment: FoundFragment) => boolean,
): Promise<FoundFragment | null> {
  for (let at = fromOffset; at < endOffset; ) {
    const window = await readAt(handle, at, SEARCH_BYTES);
    for (let hit = window.indexOf('moof'); hit >= 0; hit = window.indexOf('moof', hit + 1)) {
      const moofAt = at + hit - 4;
      for (const offset of [moofAt - PRFT_BYTES, moofAt]) {
        const found = offset < fromOffset ? null : await readFragment(handle, offset, endOffset);
        if (found !== null && found.moofOffset === moofAt && accepts(found)) return found;
      }
    }
    if (window.length < SEARCH_BYTES) return null;
    at += window.length - BOX_HEADER_BYTES;
  }
  return null;
}

/** prft (ISO/IEC 14496-12 section 8.16.5). */
function readReferenceTime(content: Buffer): number | null {
  if (content.length < 16) return null;
  const seconds = content.readUInt32BE(8) - NTP_EPOCH_S;
  return seconds * 1000 + Math.round((content.readUInt32BE(12) / 2 ** 32) * 1000);
}

async function readAt(handle: Pick<FileHandle, 'read'>, position: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(bytes);
  let done = 0;
  while (done < bytes) {
    const { bytesRead } = await handle.read(buffer, done, bytes - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return buffer.subarray(0, done);
}
