/** The least delay there is: ffmpeg opens the camera and decodes at its lowest-delay settings; no browser, no relay. */
import { type ChildProcess, spawn } from 'node:child_process';
import { decodePictureCode } from '../../../server/demo-camera/picture-code.ts';
import type { Belongings } from './bench.ts';
import type { ShownFrame } from './browser.ts';

const WIDTH = 640;
const HEIGHT = 360;
const FRAME_BYTES = WIDTH * HEIGHT;

export interface DirectDecoder {
  /** The frames decoded since the last call. */
  takeFrames(): ShownFrame[];
}

/** Decodes a camera of 640x360 pictures until the bench ends. */
export function startDirectDecoder(belongings: Belongings, ffmpeg: string, url: string): DirectDecoder {
  const input = ['-fflags', 'nobuffer', '-flags', 'low_delay', '-analyzeduration', '100000', '-fpsprobesize', '0'];
  const output = ['-an', '-vf', 'format=gray', '-fps_mode', 'passthrough', '-f', 'rawvideo', 'pipe:1'];
  const child: ChildProcess = spawn(
    ffmpeg,
    ['-hide_banner', '-loglevel', 'error', '-nostdin', '-threads', '1', ...input]
      .concat(['-rtsp_transport', 'tcp', '-i', url])
      .concat(output),
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const exited = new Promise((resolve) => child.once('exit', resolve));
  let frames: ShownFrame[] = [];
  const picture = Buffer.alloc(FRAME_BYTES);
  let filled = 0;
  child.stdout!.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length; ) {
      const taken = chunk.copy(picture, filled, at);
      filled += taken;
      at += taken;
      if (filled < FRAME_BYTES) continue;
      filled = 0;
      const code = decodePictureCode((x, y) => picture[Math.floor(y * HEIGHT) * WIDTH + Math.floor(x * WIDTH)]!);
      frames.push({ shownAtMs: performance.timeOrigin + performance.now(), code });
    }
  });
  belongings.add({
    close: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  });
  return {
    takeFrames: () => {
      const taken = frames;
      frames = [];
      return taken;
    },
  };
}
