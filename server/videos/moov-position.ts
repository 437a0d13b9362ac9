/** Where an MP4's index stands: behind the media it makes a player fetch the end before it shows anything. */
import { type FileHandle, open } from 'node:fs/promises';

/** Of a box: its size, its type, and a 64-bit size if the first one is 1 (ISO 14496-12 section 4.2). */
const HEAD_BYTES = 16;
/** A file of so many boxes without an index is fragmented, or nothing we know. */
const MAX_BOXES = 1_000;

/** True when `mdat` comes before `moov`. False for what is no MP4 or is damaged. */
export async function isIndexBehindMedia(path: string): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    return (await firstOf(handle, ['moov', 'mdat'])) === 'mdat' && (await firstOf(handle, ['moov'])) === 'moov';
  } finally {
    await handle.close();
  }
}

/** The first of these boxes on the file's highest level. */
async function firstOf(handle: FileHandle, wanted: readonly string[]): Promise<string | null> {
  const head = Buffer.alloc(HEAD_BYTES);
  let at = 0;
  for (let box = 0; box < MAX_BOXES; box++) {
    const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, at);
    if (bytesRead < 8) return null;
    const type = head.toString('latin1', 4, 8);
    if (wanted.includes(type)) return type;
    const short = head.readUInt32BE(0);
    const size = short === 1 && bytesRead === HEAD_BYTES ? Number(head.readBigUInt64BE(8)) : short;
    // 0: to the end of the file.
    if (size < 8 || !Number.isSafeInteger(size)) return null;
    at += size;
  }
  return null;
}
