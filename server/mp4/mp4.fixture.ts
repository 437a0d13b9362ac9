/** MP4 made and read by ffmpeg, and a muxer driven as deliveries drive it, for the tests of this folder. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { serialiseTag, type Tag, tagBody } from '../flv/tag.ts';
import { type Fragment, FragmentWriter } from './fragment-writer.ts';
import { Muxer, type MuxerOptions } from './muxer.ts';
import type { Sample } from './sample.ts';

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;
const FRAGMENTED = '+frag_keyframe+empty_moov+default_base_moof';

/** Writes the bytes to a file, for as long as `use` runs. */
export async function withFile<T>(bytes: Buffer, use: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-mp4-'));
  const path = join(folder, 'media');
  try {
    await writeFile(path, bytes);
    return await use(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs ffmpeg with the given arguments before `-f mp4` and returns what it writes to a pipe. */
export async function makeMp4(args: readonly string[], output: readonly string[], seconds = 2): Promise<Buffer> {
  const { stdout } = await run(
    'ffmpeg',
    ['-v', 'error', ...args, '-t', `${seconds}`, ...output, '-f', 'mp4', 'pipe:1'],
    {
      encoding: 'buffer',
      maxBuffer: MAX_OUTPUT_BYTES,
    },
  );
  return stdout;
}

/** ffmpeg's own muxer on the same FLV. */
export function remux(flv: Buffer): Promise<Buffer> {
  return withFile(flv, (path) => makeMp4(['-i', path], ['-c', 'copy', '-movflags', FRAGMENTED], 3_600));
}

export interface Packet {
  readonly track: string;
  readonly ptsMs: number;
  readonly dtsMs: number;
  readonly bytes: number;
  readonly keyframe: boolean;
}

/** ffprobe's packets; a complaint of its is an error. */
export async function probe(mp4: Buffer): Promise<{ video: Packet[]; audio: Packet[] }> {
  const { packets } = await probeJson(mp4, ['-show_packets']);
  const all = (packets ?? []).map(
    (each): Packet => ({
      track: `${each.codec_type}`,
      ptsMs: Number(each.pts_time) * 1000,
      dtsMs: Number(each.dts_time) * 1000,
      bytes: Number(each.size),
      keyframe: `${each.flags}`.startsWith('K'),
    }),
  );
  return {
    video: all.filter((each) => each.track === 'video'),
    audio: all.filter((each) => each.track === 'audio'),
  };
}

type Json = Readonly<Record<string, unknown>>;

export function probeJson(mp4: Buffer, args: readonly string[]): Promise<{ packets?: Json[]; streams?: Json[] }> {
  return withFile(mp4, async (path) => {
    const { stdout, stderr } = await run('ffprobe', ['-v', 'warning', ...args, '-of', 'json', path], {
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    if (stderr !== '') throw new Error(stderr);
    return JSON.parse(stdout) as { packets?: Json[]; streams?: Json[] };
  });
}

/** Decodes everything; rejects with ffmpeg's words at the first error. Returns the number of pictures. */
export function decodeAll(mp4: Buffer): Promise<number> {
  return withFile(mp4, async (path) => {
    const args = ['-v', 'error', '-xerror', '-i', path, '-vsync', 'passthrough', '-f', 'framehash', 'pipe:1'];
    const { stdout, stderr } = await run('ffmpeg', args, { maxBuffer: MAX_OUTPUT_BYTES });
    if (stderr !== '') throw new Error(stderr);
    return stdout.split('\n').filter((line) => line.startsWith('0,')).length;
  });
}

export interface Muxed {
  readonly muxer: Muxer;
  readonly samples: readonly Sample[];
  readonly fragments: readonly Fragment[];
  /** One playable file per init segment. */
  readonly files: readonly Buffer[];
}

/** Where to cut: before every keyframe, after every sample, or before a sample for which the function says so. */
export type Cut = 'keyframe' | 'sample' | ((sample: Sample, open: readonly Sample[]) => boolean);

const BOTH = { audio: true, video: true };

/** Muxes tags as they would come, one by one; a new init segment always cuts. */
export function mux(tags: readonly Tag[], cut: Cut, options: MuxerOptions = { tracks: BOTH }): Muxed {
  const muxer = new Muxer(options);
  const writer = new FragmentWriter();
  const samples: Sample[] = [];
  const fragments: Fragment[] = [];
  let open: Sample[] = [];
  const write = () => {
    if (open.length > 0) fragments.push(writer.write(open, { opensSegment: open[0]!.keyframe }));
    open = [];
  };
  for (const tag of tags) {
    for (const sample of muxer.push(tag)) {
      const isKeyframe = sample.track === 'video' && sample.keyframe;
      const isDue = typeof cut === 'function' ? cut(sample, open) : cut === 'keyframe' && isKeyframe;
      if (isDue || (open[0] && open[0].init !== sample.init)) write();
      open.push(sample);
      samples.push(sample);
      if (cut === 'sample') write();
    }
  }
  write();
  const inits = [...new Set(fragments.map((each) => each.init))];
  const files = inits.map((init) =>
    Buffer.concat([init.bytes, ...fragments.filter((each) => each.init === init).map((each) => each.bytes)]),
  );
  return { muxer, samples, fragments, files };
}

/** The tag at another time. */
export function at(tag: Tag, timestampMs: number): Tag {
  return { ...tag, timestampMs, bytes: serialiseTag(tag.bytes[0]!, timestampMs, tagBody(tag)) };
}
