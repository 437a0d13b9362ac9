/** Lets ffmpeg and ffprobe judge media that came out of the relay. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

export interface Decoded {
  /** Pictures that came out of the decoder. */
  readonly pictures: number;
  /** What ffmpeg complained about; empty when all is well. */
  readonly complaints: string;
}

/** Decodes every picture and all sound of a file. */
export async function decodeFile(bytes: Buffer): Promise<Decoded> {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-decode-'));
  try {
    const path = join(folder, 'media');
    await writeFile(path, bytes);
    return await decode(['-i', path]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Plays a URL for so many seconds of media. */
export function decodeUrl(url: string, seconds: number): Promise<Decoded> {
  return decode(['-i', url, '-t', `${seconds}`]);
}

/** The streams that ffprobe finds. */
export async function probeUrl(url: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_streams', '-of', 'json', url]);
  return (JSON.parse(stdout) as { streams: Record<string, unknown>[] }).streams;
}

async function decode(input: readonly string[]): Promise<Decoded> {
  const output = ['-map', '0', '-vsync', 'passthrough', '-f', 'framehash', 'pipe:1'];
  const { stdout, stderr } = await run('ffmpeg', ['-v', 'error', ...input, ...output], {
    maxBuffer: MAX_OUTPUT_BYTES,
  }).catch((error: { stdout: string; stderr: string }) => error);
  const track = /#media_type (\d): video/.exec(stdout)?.[1] ?? '-';
  return { pictures: stdout.split('\n').filter((line) => line.startsWith(`${track},`)).length, complaints: stderr };
}
