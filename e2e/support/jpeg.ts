/** Looks at a JPEG as others see it: ffprobe says what it is, ffmpeg decodes it, and the demo camera's code is read. */
import { spawn } from 'node:child_process';
import { decodePictureCode, type PictureCode } from '../../server/demo-camera/picture-code.ts';

export interface JpegFacts {
  readonly codec: string;
  readonly width: number;
  readonly height: number;
}

/** Rejects with what ffprobe complains about. */
export async function probeJpeg(jpeg: Buffer): Promise<JpegFacts> {
  const entries = ['-show_entries', 'stream=codec_name,width,height', '-of', 'json'];
  const text = await pipeThrough('ffprobe', ['-v', 'warning', '-f', 'jpeg_pipe', ...entries, '-i', 'pipe:0'], jpeg);
  const { streams } = JSON.parse(text.toString()) as {
    streams: { codec_name: string; width: number; height: number }[];
  };
  if (streams.length !== 1) throw new Error(`A JPEG with ${streams.length} streams.`);
  const { codec_name: codec, width, height } = streams[0]!;
  return { codec, width, height };
}

/** The demo camera's block code in the picture; null when there is none that is intact. */
export async function codeInJpeg(jpeg: Buffer): Promise<PictureCode | null> {
  const { width, height } = await probeJpeg(jpeg);
  const output = ['-f', 'rawvideo', '-pix_fmt', 'gray', 'pipe:1'];
  const lumas = await pipeThrough('ffmpeg', ['-v', 'error', '-f', 'jpeg_pipe', '-i', 'pipe:0', ...output], jpeg);
  return decodePictureCode((x, y) => lumas[Math.floor(y * height) * width + Math.floor(x * width)]!);
}

function pipeThrough(command: string, args: readonly string[], input: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    let complaints = '';
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      complaints += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0 && complaints === '') resolve(Buffer.concat(out));
      else reject(new Error(`${command} ended with ${code}: ${complaints}`));
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
