/** An MP4 of any size that costs no disk: a playable video with a hole in the middle of its media. */
import { open, readFile } from 'node:fs/promises';

const HEAD_BYTES = 8;

/**
 * Rewrites an MP4 whose index stands in front (`+faststart`) so that about half of its media lie behind a hole of
 * `holeBytes`, as a box that means nothing. The whole stays below 4 GB, for the index knows 32 bits.
 */
export async function openHole(path: string, holeBytes: number): Promise<void> {
  const bytes = await readFile(path);
  const mdat = bytes.indexOf('mdat', 0, 'latin1') - 4;
  const tables = tablesIn(bytes.subarray(0, mdat));
  const middle = mdat + (bytes.length - mdat) / 2;
  const chunks = tables.flatMap(({ offsets }) => offsets).toSorted((a, b) => a - b);
  const cut = chunks.find((offset) => offset >= middle)!;
  for (const { at, offsets } of tables) {
    for (const [index, offset] of offsets.entries()) {
      if (offset >= cut) bytes.writeUInt32BE(offset + holeBytes + HEAD_BYTES, at + index * 4);
    }
  }
  bytes.writeUInt32BE(cut - mdat, mdat);
  const file = await open(path, 'w');
  await file.write(bytes.subarray(0, cut));
  await file.write(box(holeBytes, 'free'));
  await file.write(box(bytes.length - cut + HEAD_BYTES, 'mdat'), 0, HEAD_BYTES, cut + holeBytes);
  await file.write(bytes, cut, bytes.length - cut, cut + holeBytes + HEAD_BYTES);
  await file.close();
}

interface OffsetTable {
  /** Where its first entry stands. */
  readonly at: number;
  readonly offsets: readonly number[];
}

/** Every `stco` (ISO 14496-12 section 8.7.5). */
function tablesIn(index: Buffer): OffsetTable[] {
  const tables: OffsetTable[] = [];
  for (let type = index.indexOf('stco'); type !== -1; type = index.indexOf('stco', type + 4)) {
    const count = index.readUInt32BE(type + 8);
    const at = type + 12;
    tables.push({ at, offsets: Array.from({ length: count }, (_, entry) => index.readUInt32BE(at + entry * 4)) });
  }
  return tables;
}

function box(sizeBytes: number, type: string): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(sizeBytes, 0);
  head.write(type, 4, 'latin1');
  return head;
}
