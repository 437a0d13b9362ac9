/** A data folder with videos in it, for a relay that serves them. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface VideoFolder {
  /** `dataDir` of the relay. */
  readonly dataDir: string;
  /** The library's folder in it. */
  readonly videos: string;
  remove(): Promise<void>;
}

/** The caller removes it. */
export async function newVideoFolder(): Promise<VideoFolder> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sightline-videos-'));
  const videos = join(dataDir, 'videos');
  await mkdir(videos);
  return { dataDir, videos, remove: () => rm(dataDir, { recursive: true, force: true }) };
}

/** Makes a test video of `seconds` at `path`, by its ending; `options` are ffmpeg's, for the output. */
export async function makeVideo(
  path: string,
  { seconds = 2, options = [] }: { readonly seconds?: number; readonly options?: readonly string[] } = {},
): Promise<void> {
  const picture = ['-f', 'lavfi', '-i', `testsrc2=size=320x240:rate=25:duration=${seconds}`];
  const sound = ['-f', 'lavfi', '-i', `sine=duration=${seconds}`];
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];
  await run('ffmpeg', ['-y', '-v', 'error', ...picture, ...sound, ...codecs, ...options, path]);
}
