/** Walks boxes in memory (ISO/IEC 14496-12 section 4.2), with every size checked. Finding them in a stream is `sample-reader.ts`. */
import { RelayError } from '../errors.ts';

export interface Box {
  readonly type: string;
  /** What follows size and type. */
  readonly content: Buffer;
}

const HEADER_BYTES = 8;

/** Pure: the boxes of a container's content. Throws `RelayError('corrupt')` when one reaches past the end. */
export function childBoxes(content: Buffer): Box[] {
  const boxes: Box[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= content.length) {
    const size = content.readUInt32BE(at);
    const end = at + size;
    if (size < HEADER_BYTES || end > content.length) {
      throw new RelayError(
        'corrupt',
        `The MP4 stream has a box of ${size} bytes where ${content.length - at} are left.`,
      );
    }
    boxes.push({ type: boxType(content, at + 4), content: content.subarray(at + HEADER_BYTES, end) });
    at = end;
  }
  return boxes;
}

/** Pure: the first box under a path of types; null without one. */
export function findBox(content: Buffer, ...path: readonly string[]): Buffer | null {
  let found: Buffer | null = content;
  for (const type of path) found = found && (childBoxes(found).find((box) => box.type === type)?.content ?? null);
  return found;
}

/** Pure: as `findBox`, but a missing one is `RelayError('corrupt')`. */
export function needBox(content: Buffer, ...path: readonly string[]): Buffer {
  const found = findBox(content, ...path);
  if (!found) throw new RelayError('corrupt', `The MP4 stream lacks ${path.join('/')}.`);
  return found;
}

/** Pure: four characters, unprintable ones replaced. */
export function boxType(bytes: Buffer, at: number): string {
  return bytes.toString('latin1', at, at + 4).replace(/[^ -~]/g, '?');
}

/** Pure: a box's flags; its version is the first byte. */
export function fullBoxFlags(content: Buffer): number {
  return content.readUIntBE(1, 3);
}
