/**
 * How long pictures take from their making to the relay: the clock burned into each keyframe against the arrival time
 * that the relay wrote beside it, without what ffmpeg held it there. No browser takes part.
 */
import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import { decodePictureCode } from '../../server/demo-camera/picture-code.ts';
import { readArrivalMark } from '../../server/flv/arrival-mark.ts';
import { TagParser } from '../../server/flv/tag-parser.ts';
import { median } from './picture-log.ts';

const WIDTH = 640;
const HEIGHT = 360;

/** The median over the keyframes of `ms` milliseconds of the camera at `url`, in ms. The camera must show 640x360. */
export async function cameraToRelayMs(url: string, ms: number): Promise<number> {
  const chunks: Buffer[] = [];
  const abort = AbortSignal.timeout(ms);
  try {
    const response = await fetch(url, { signal: abort });
    for await (const chunk of response.body!) chunks.push(Buffer.from(chunk as Uint8Array));
  } catch (error) {
    if (!abort.aborted) throw error;
  }
  const bytes = Buffer.concat(chunks);
  const arrivals = new TagParser().push(bytes).flatMap((tag) => readArrivalMark(tag) ?? []);
  const clocks = await keyframeClocks(bytes);
  const times = clocks.flatMap((clockMs, index) => {
    const arrival = arrivals[index];
    return clockMs === null || arrival === undefined ? [] : [arrival.arrivedAtMs - arrival.heldMs - clockMs];
  });
  return median(times);
}

/** The clock of each keyframe in order; null where it cannot be read. */
async function keyframeClocks(flv: Buffer): Promise<(number | null)[]> {
  const args = ['-v', 'error', '-skip_frame', 'nokey', '-f', 'flv', '-i', 'pipe:0', '-vsync', 'passthrough'];
  const ffmpeg = spawn('ffmpeg', [...args, '-pix_fmt', 'gray', '-f', 'rawvideo', 'pipe:1'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  ffmpeg.stdin.on('error', () => {});
  ffmpeg.stdin.end(flv);
  const pixels = await buffer(ffmpeg.stdout);
  const frames = Math.floor(pixels.length / (WIDTH * HEIGHT));
  return Array.from({ length: frames }, (_, frame) => {
    const start = frame * WIDTH * HEIGHT;
    const at = (x: number, y: number) => pixels[start + Math.floor(y * HEIGHT) * WIDTH + Math.floor(x * WIDTH)]!;
    return decodePictureCode(at)?.clockMs ?? null;
  });
}
