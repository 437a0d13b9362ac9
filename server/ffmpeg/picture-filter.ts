/** The filters and options with which pictures are made of video. Pure; who runs them is `jpeg-coder.ts`. */

/** 2 is best, 31 worst: at 3 text in a camera's picture stays crisp. */
const QUALITY = '3';

/** Options before `-i pipe:0` for a fragmented MP4 that is written by the relay itself. */
export const MP4_ON_STDIN: readonly string[] = [
  ...['-protocol_whitelist', 'pipe', '-f', 'mov'],
  // The file's head says everything; without these ffmpeg waits for more pictures before it shows one.
  ...['-analyzeduration', '0', '-fpsprobesize', '0'],
  // Several threads hold back as many pictures.
  ...['-threads', '1', '-flags', 'low_delay'],
];

const JPEG: readonly string[] = ['-an', '-c:v', 'mjpeg', '-threads', '1', '-pix_fmt', 'yuvj420p', '-q:v', QUALITY];

/** Pure: output options for the first picture alone. */
export function onePictureOptions(width: number | null): string[] {
  return ['-frames:v', '1', ...(width === null ? [] : ['-vf', scaleFilter(width)]), ...JPEG];
}

/** Pure: output options for so many pictures a second of the clock on the wall, whatever comes in. */
export function pictureSeriesOptions({ width, fps }: { width: number | null; fps: number }): string[] {
  const filters = [paceFilter(fps), ...(width === null ? [] : [scaleFilter(width)])];
  // Regular times at the output's own rate: no ffmpeg then leaves out or doubles a picture.
  const times = [`setpts=N/(${fps}*TB)`];
  return ['-vf', [...filters, ...times].join(','), '-r', String(fps), ...JPEG, '-flush_packets', '1'];
}

/** Pure: never larger than the picture is. */
function scaleFilter(width: number): string {
  return `scale=w='min(iw,${width})':h=-2`;
}

/**
 * Pure: by the clock on the wall, so that the pictures since the last keyframe, which come in one burst at the start,
 * give one. Register 0 is when the next one is due, 1 is now. A picture a little before its time passes, else a camera
 * with the rate that is asked for would lose every one that comes early.
 */
function paceFilter(fps: number): string {
  const everySeconds = 1 / fps;
  const early = everySeconds / 4;
  const next = `st(0,max(ld(0)+${everySeconds},ld(1)+${everySeconds / 2}))`;
  return `select='st(1,time(0));if(gte(ld(1),ld(0)-${early}),gt(${next},0),0)'`;
}
