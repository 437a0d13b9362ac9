import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isIndexBehindMedia } from './moov-position.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sightline-moov-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function box(
  type: string,
  bodyBytes: number,
  { large = false, size }: { large?: boolean; size?: number } = {},
): Buffer {
  const head = Buffer.alloc(large ? 16 : 8);
  const whole = size ?? head.length + bodyBytes;
  head.writeUInt32BE(large ? 1 : whole, 0);
  head.write(type, 4, 'latin1');
  if (large) head.writeBigUInt64BE(BigInt(whole), 8);
  return Buffer.concat([head, Buffer.alloc(bodyBytes)]);
}

describe('the index of an MP4', () => {
  it.each<[string, Buffer[], boolean]>([
    ['behind its media', [box('ftyp', 16), box('mdat', 99), box('moov', 20)], true],
    ['behind media of a 64-bit size', [box('ftyp', 16), box('mdat', 99, { large: true }), box('moov', 20)], true],
    ['in front', [box('ftyp', 16), box('free', 8), box('moov', 20), box('mdat', 99)], false],
    ['nowhere', [box('ftyp', 16), box('mdat', 99)], false],
    ['behind media without an end', [box('ftyp', 16), box('mdat', 99, { size: 0 }), box('moov', 20)], false],
    ['behind a box of an impossible size', [box('ftyp', 16), box('mdat', 99, { size: 3 }), box('moov', 20)], false],
    ['in nothing', [], false],
    ['in a transport stream', [Buffer.alloc(188, 0x47)], false],
  ])('is found %s', async (_case, boxes, behind) => {
    const path = join(folder, 'x.mp4');
    await writeFile(path, Buffer.concat(boxes));
    expect(await isIndexBehindMedia(path)).toBe(behind);
  });
});
