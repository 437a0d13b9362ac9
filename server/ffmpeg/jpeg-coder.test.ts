import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pino from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { Ffmpeg } from './ffmpeg.ts';
import { JpegCoder } from './jpeg-coder.ts';
import { Redactor } from './redact.ts';

const run = promisify(execFile);
const opened: Ffmpeg[] = [];

function create(path = 'ffmpeg', maxStartsAtOnce = 4): { ffmpeg: Ffmpeg; coder: JpegCoder } {
  const log = pino({ level: 'silent' });
  const ffmpeg = new Ffmpeg({ path, killTimeoutMs: 1500, maxStartsAtOnce, log, redactor: new Redactor() });
  opened.push(ffmpeg);
  return { ffmpeg, coder: new JpegCoder(ffmpeg) };
}

/** Fragmented MP4, a fragment for each frame. */
async function video(size: string, seconds: number, codec: readonly string[] = ['libx264']): Promise<Buffer> {
  const source = ['-f', 'lavfi', '-i', `testsrc=size=${size}:rate=25`, '-t', String(seconds), '-pix_fmt', 'yuv420p'];
  const output = ['-g', '25', '-movflags', 'empty_moov+default_base_moof+frag_every_frame', '-f', 'mp4', 'pipe:1'];
  const encoder = ['-c:v', ...codec, '-preset', 'ultrafast'];
  const { stdout } = await run('ffmpeg', ['-v', 'error', ...source, ...encoder, ...output], { encoding: 'buffer' });
  return stdout;
}

async function eventually(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(20);
}

/** From the frame header (ISO/IEC 10918-1, B.2.2). */
function sizeOf(jpeg: Buffer): string {
  let at = 2;
  while (jpeg[at + 1] !== 0xc0) at += 2 + jpeg.readUInt16BE(at + 2);
  return `${jpeg.readUInt16BE(at + 7)}x${jpeg.readUInt16BE(at + 5)}`;
}

afterEach(() => Promise.all(opened.splice(0).map((ffmpeg) => ffmpeg.close())));

describe('one picture', () => {
  it('has the size of the video, or the width that is asked for, and is never enlarged', async () => {
    const { coder, ffmpeg } = create();
    const mp4 = await video('320x180', 0.2);
    const widths = [null, 160, 101, 1920];
    const sizes = [];
    for (const width of widths) sizes.push(sizeOf(await coder.decode(mp4, { camera: 'yard', width })));
    expect(sizes).toEqual(['320x180', '160x90', '101x56', '320x180']);
    await eventually(() => ffmpeg.running === 0);
  });

  it('finds an ffmpeg that waits for it when it is one of many, and that is all that is left behind', async () => {
    const { coder, ffmpeg } = create();
    const mp4 = await video('320x180', 0.2);
    const decode = (camera: string) => coder.decode(mp4, { camera, width: null });
    await decode('yard');
    await decode('street');
    await eventually(() => ffmpeg.running === 0);
    const first = await decode('yard');
    await eventually(() => ffmpeg.running === 1);
    await sleep(300);
    expect(ffmpeg.running).toBe(1);
    expect(await decode('yard')).toEqual(first);
    await ffmpeg.close();
    expect(ffmpeg.running).toBe(0);
    await expect(decode('yard')).rejects.toMatchObject({ code: 'going-away' });
  });

  it('is made of H.265 as well, in the form that the relay writes', async () => {
    const mp4 = await video('320x180', 0.2, ['libx265', '-tag:v', 'hvc1', '-x265-params', 'log-level=none']);
    expect(sizeOf(await create().coder.decode(mp4, { camera: 'yard', width: null }))).toBe('320x180');
  });

  it('does not wait for cameras that are slow to start', async () => {
    const { ffmpeg, coder } = create('ffmpeg', 1);
    // Never marks itself as started.
    ffmpeg.start({
      camera: 'slow',
      input: 'testsrc=size=64x64:rate=1',
      inputOptions: ['-re', '-f', 'lavfi'],
      outputOptions: [],
      format: 'mjpeg',
    });
    const jpeg = await coder.decode(await video('320x180', 0.1), { camera: 'yard', width: null });
    expect(sizeOf(jpeg)).toBe('320x180');
  });

  it('fails with a code of its own for what is no video, and without an ffmpeg', async () => {
    const options = { camera: 'yard', width: null };
    await expect(create().coder.decode(Buffer.from('no video'), options)).rejects.toMatchObject({ code: 'corrupt' });
    await expect(create('/nowhere/ffmpeg').coder.decode(Buffer.alloc(9), options)).rejects.toMatchObject({
      code: 'ffmpeg-missing',
    });
    const { ffmpeg, coder } = create();
    await ffmpeg.close();
    await expect(coder.decode(Buffer.alloc(9), options)).rejects.toMatchObject({ code: 'going-away' });
  });
});

describe('a series of pictures', () => {
  it('has the rate of the clock on the wall, whatever comes in at once, and ends when told', async () => {
    const { coder, ffmpeg } = create();
    const pictures: { jpeg: Buffer; atMs: number }[] = [];
    const failures: unknown[] = [];
    const series = coder.series({
      camera: 'yard',
      width: 160,
      fps: 5,
      onPicture: (jpeg) => pictures.push({ jpeg, atMs: performance.now() }),
      onFailed: (error) => failures.push(error),
    });
    const mp4 = await video('320x180', 8);
    // The first two seconds in one burst, the rest as it would come from a camera.
    const fragments = fragmentsOf(mp4);
    series.write(Buffer.concat(fragments.slice(0, 51)));
    for (const fragment of fragments.slice(51)) {
      await sleep(20);
      series.write(fragment);
    }
    await sleep(100);
    const rate = (pictures.length - 1) / ((pictures.at(-1)!.atMs - pictures[0]!.atMs) / 1000);
    expect(rate).toBeGreaterThan(4);
    expect(rate).toBeLessThan(6);
    expect(new Set(pictures.map(({ jpeg }) => sizeOf(jpeg)))).toEqual(new Set(['160x90']));
    expect(series.backlogBytes).toBe(0);
    series.close();
    series.close();
    const { length } = pictures;
    while (ffmpeg.running > 0) await sleep(20);
    expect(pictures).toHaveLength(length);
    expect(failures).toEqual([]);
  });

  it('says when its ffmpeg fails', async () => {
    const failure = new Promise((resolve) => {
      const series = create('/nowhere/ffmpeg').coder.series({
        camera: 'yard',
        width: null,
        fps: 5,
        onPicture: () => {},
        onFailed: resolve,
      });
      series.write(Buffer.alloc(100_000));
    });
    expect(await failure).toMatchObject({ code: 'ffmpeg-missing' });
  });
});

/** The file's head, then each fragment. */
function fragmentsOf(mp4: Buffer): Buffer[] {
  const starts: number[] = [];
  for (let at = 0; at + 8 <= mp4.length; at += mp4.readUInt32BE(at)) {
    if (mp4.toString('latin1', at + 4, at + 8) === 'moof') starts.push(at);
  }
  return [0, ...starts].map((start, index) => mp4.subarray(start, starts[index] ?? mp4.length));
}
