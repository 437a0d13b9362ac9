/**
 * The ffmpeg arguments that make a demo camera's picture and sound: scene, clock, block code, x264, AAC. Which font
 * there is, is `font.ts`; running ffmpeg is `scene.ts`.
 */
import { pictureCodeFilter } from './picture-code.ts';
import { harbour } from './scene-harbour.ts';
import { lab } from './scene-lab.ts';
import { street } from './scene-street.ts';
import { yard } from './scene-yard.ts';
import { type Layer, Pen, type Scenery, SPACE_HEIGHT, STRIP_TOP } from './scenery.ts';

const SCENERIES = { yard, street, harbour, lab } satisfies Record<string, Scenery>;

export type SceneName = keyof typeof SCENERIES;
export const SCENE_NAMES = Object.keys(SCENERIES) as SceneName[];

/** What one encoder makes. Sessions that agree on all of it share the encoder. */
export interface PictureOptions {
  readonly scene: SceneName;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** Frames from one keyframe to the next. */
  readonly gop: number;
  readonly bitrateKbps: number;
  /** With the 1 kHz test tone. */
  readonly audio: boolean;
}

export const AUDIO_SAMPLE_RATE_HZ = 48_000;
export const AUDIO_CHANNELS = 1;
export const AUDIO_TONE_HZ = 1000;

/** While an encoder is this young keyframes come every 200 ms, so that whoever started it need not wait for a GOP. */
const EAGER_KEYFRAMES_SECONDS = 1;

/**
 * Pure: the command line of one encoder. Video leaves as FLV on descriptor 1 and the sound as FLV on descriptor 3,
 * because in one FLV every picture would wait for the sound that belongs before it.
 *
 * @param fontPath font for the clock; null leaves all text out.
 * @param firstFrame number of the first frame in the block code.
 */
export function encoderArguments(options: PictureOptions, fontPath: string | null, firstFrame: number): string[] {
  const { fps, gop, bitrateKbps } = options;
  const eager = Math.max(1, Math.round(fps / 5));
  const graph = [pictureGraph(options, fontPath, firstFrame)];
  if (options.audio) {
    graph.push(
      `sine=frequency=${AUDIO_TONE_HZ}:sample_rate=${AUDIO_SAMPLE_RATE_HZ}:samples_per_frame=1024,volume=2,arealtime[sound]`,
    );
  }
  // One thread everywhere: a second frame in flight is 40 ms of delay, and the pictures are small.
  const args = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-filter_complex_threads', '1'];
  args.push('-filter_complex', graph.join(';'));
  args.push('-map', '[picture]', '-c:v', 'libx264', '-threads', '1', '-preset', 'ultrafast', '-tune', 'zerolatency');
  // What ultrafast leaves out and costs little; superfast would cost half as much again.
  args.push('-x264-params', 'cabac=1:8x8dct=1:deblock=1');
  args.push('-profile:v', 'high', '-pix_fmt', 'yuv420p', '-bf', '0', '-g', `${gop}`, '-keyint_min', '1');
  args.push('-sc_threshold', '0', '-force_key_frames', keyframesAt(fps, gop, eager));
  args.push('-b:v', `${bitrateKbps}k`, '-maxrate', `${Math.round(bitrateKbps * 1.1)}k`, '-bufsize', `${bitrateKbps}k`);
  args.push(...flvTo(1));
  if (options.audio) args.push('-map', '[sound]', '-c:a', 'aac', '-b:a', '96k', ...flvTo(3));
  return args;
}

/** Pure: the picture alone as one filter graph that ends in `[picture]`, paced in real time. */
export function pictureGraph(options: PictureOptions, fontPath: string | null, firstFrame: number): string {
  const { width, height, fps } = options;
  const scenery = SCENERIES[options.scene];
  const pen = new Pen(width, height);
  const labels = padLabels();
  const still = paint(`${pen.gradient(scenery.sky)}[still_0]`, 'still_0', scenery.still(pen), labels);
  const strip = pen.box(0, STRIP_TOP, 640, SPACE_HEIGHT - STRIP_TOP, 0x000000);
  // The clock is read here, when the frame comes due, and rides as the presentation time as far as the code.
  const source = `color=c=black:s=${width}x${height}:r=${fps},format=yuv420p,realtime,settb=1/1000,setpts='time(0)*1000'`;
  const live = paint(
    `${source}[due];[due][${still.pad}]overlay=eval=init[live_0]`,
    'live_0',
    scenery.live(pen),
    labels,
  );
  const finish = [strip, ...captions(scenery.title, pen, fontPath), 'noise=c0s=4:c0f=t'].join(',');
  return [
    still.graph,
    live.graph,
    `[${live.pad}]${finish}[scene]`,
    pictureCodeFilter('scene', 'coded', { width, height, firstFrame }),
    `[coded]settb=1/${fps},setpts=N[picture]`,
  ].join(';');
}

function paint(
  start: string,
  pad: string,
  layers: readonly Layer[],
  labels: () => string,
): { graph: string; pad: string } {
  const parts = [start];
  for (const layer of layers) {
    const next = labels();
    if (layer.kind === 'boxes') parts.push(`[${pad}]${layer.filters.join(',')}[${next}]`);
    else {
      const sprite = labels();
      parts.push(`${layer.source}[${sprite}]`, `[${pad}][${sprite}]overlay=x='${layer.x}':y='${layer.y}'[${next}]`);
    }
    pad = next;
  }
  return { graph: parts.join(';'), pad };
}

function captions(title: string, pen: Pen, fontPath: string | null): string[] {
  if (!fontPath) return [];
  const text = (content: string, x: number, y: number, size: number, colour: string) =>
    `drawtext=fontfile=${escapeOption(fontPath)}:text='${content}':x=${pen.x(x)}:y=${pen.y(y)}` +
    `:fontsize=${pen.y(size)}:fontcolor=${colour}`;
  return [
    text('%{localtime\\:%T}', 14, STRIP_TOP + 8, 28, 'white'),
    text(title, 160, STRIP_TOP + 6, 14, 'white'),
    text('%{localtime\\:%F}', 160, STRIP_TOP + 23, 13, '0x9aa4ad'),
  ];
}

/** A path as a filter option's value: escaped for the option, then for the graph. */
function escapeOption(path: string): string {
  return path.replace(/[\\':]/g, '\\$&').replace(/[\\'[\],;]/g, '\\$&');
}

function keyframesAt(fps: number, gop: number, eager: number): string {
  return `expr:not(mod(n,${gop}))+lt(n,${EAGER_KEYFRAMES_SECONDS * fps})*not(mod(n,${eager}))`;
}

function flvTo(descriptor: number): string[] {
  return ['-flvflags', 'no_duration_filesize', '-flush_packets', '1', '-f', 'flv', `pipe:${descriptor}`];
}

function padLabels(): () => string {
  let count = 0;
  return () => `p${count++}`;
}
