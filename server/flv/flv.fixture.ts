/** Real FLV made by ffmpeg, and ffprobe's reading of it, for the tests of this folder. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { flvHeader, type Tag } from './tag.ts';
import { TagParser } from './tag-parser.ts';

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

const SIZE = '128x96';
export const PICTURE = ['-f', 'lavfi', '-i', `testsrc=size=${SIZE}:rate=25`];
export const TONE = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100'];
export const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
export const AAC = ['-c:a', 'aac', '-b:a', '48k'];

/** Runs ffmpeg with the given arguments before `-f flv` and returns the file it writes. */
export async function makeFlv(args: readonly string[], seconds = 2): Promise<Buffer> {
  const { stdout } = await run(
    'ffmpeg',
    ['-v', 'error', ...args, '-t', String(seconds), '-flvflags', 'no_duration_filesize', '-f', 'flv', 'pipe:1'],
    { encoding: 'buffer', maxBuffer: MAX_OUTPUT_BYTES },
  );
  return stdout;
}

export interface ProbedPacket {
  readonly codec_type: string;
  readonly pts: number;
  readonly dts: number;
  readonly size: string;
  readonly flags: string;
}

async function withFile<T>(flv: Buffer, use: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-flv-'));
  const path = join(folder, 'a.flv');
  try {
    await writeFile(path, flv);
    return await use(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** ffprobe's packets of an FLV file, in file order; times in ms. */
export function probePackets(flv: Buffer): Promise<ProbedPacket[]> {
  return withFile(flv, async (path) => {
    const { stdout } = await run('ffprobe', ['-v', 'error', '-show_packets', '-of', 'json', path], {
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    return (JSON.parse(stdout) as { packets: ProbedPacket[] }).packets;
  });
}

/** Decodes a whole FLV file; returns the raw output bytes and whatever ffmpeg complained about. */
export function decode(flv: Buffer, output: readonly string[]): Promise<{ raw: Buffer; complaints: string }> {
  return withFile(flv, async (path) => {
    const { stdout, stderr } = await run('ffmpeg', ['-v', 'warning', '-i', path, ...output, 'pipe:1'], {
      encoding: 'buffer',
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    return { raw: stdout, complaints: stderr.toString() };
  });
}

export function parse(flv: Buffer): Tag[] {
  const parser = new TagParser();
  const tags = parser.push(flv);
  parser.end();
  return tags;
}

/** Tags as a file again. */
export function toFile(tags: readonly Tag[], tracks = { audio: true, video: true }): Buffer {
  return Buffer.concat([flvHeader(tracks), ...tags.map((tag) => tag.bytes)]);
}
