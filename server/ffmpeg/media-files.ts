/**
 * What ffmpeg does with media files on this machine: looks into them, takes a picture, repacks them. What that is for,
 * and what is kept, is the video library's business.
 */
import { rm } from 'node:fs/promises';
import { RelayError } from '../errors.ts';
import type { Ffmpeg, FfmpegLane } from './ffmpeg.ts';
import { FILE_INPUT, ffprobePath, fileArgument, type MediaFacts, probeMedia } from './media-probe.ts';
import { onePictureOptions } from './picture-filter.ts';
import type { FfmpegExit, FfmpegJob } from './run.ts';
import { StartLimiter } from './start-limiter.ts';

export type { MediaFacts } from './media-probe.ts';

export interface RepackOptions {
  /** Written anew, whatever was there; its folder exists. Gone again when the work fails. */
  readonly output: string;
  readonly format: 'mp4' | 'mov';
  /** Sound that the format or browsers do not know becomes AAC; otherwise it is copied like the video. */
  readonly audio: 'copy' | 'aac';
  /** Names H.265 as Apple's players want it. */
  readonly hevc: boolean;
}

/** Each is a burst of work for the disk. */
const MAX_PROBES_AT_ONCE = 2;
const PICTURE_TIMEOUT_MS = 20_000;
/** How far ffmpeg reads for tracks: those of a TS from an NVR may begin late. */
const ANALYZE: readonly string[] = ['-analyzeduration', '10000000', '-probesize', '20000000'];
const JOB_NAME = 'videos';

/** The relay owns one; `close()` before the adapter's. */
export class MediaFiles {
  readonly #ffmpeg: Pick<Ffmpeg, 'start'>;
  readonly #ffprobe: string;
  readonly #probes = new StartLimiter(MAX_PROBES_AT_ONCE);
  readonly #closing = new AbortController();

  constructor(ffmpeg: Pick<Ffmpeg, 'start'>, ffmpegPath: string) {
    this.#ffmpeg = ffmpeg;
    this.#ffprobe = ffprobePath(ffmpegPath);
  }

  /** @throws RelayError `not-a-video`, `ffmpeg-missing`, or `going-away` */
  probe(path: string): Promise<MediaFacts> {
    return inTurn(this.#probes, () => {
      if (this.#closing.signal.aborted) throw new RelayError('going-away');
      return probeMedia(this.#ffprobe, path, this.#closing.signal);
    });
  }

  /**
   * The first keyframe as JPEG.
   * @throws RelayError `not-a-video` when there is none that can be decoded, `ffmpeg-missing`, or `going-away`
   */
  async picture(path: string, widthPx: number): Promise<Buffer> {
    const run = this.#start(
      {
        input: fileArgument(path),
        inputOptions: [...FILE_INPUT, '-threads', '1', '-skip_frame', 'nokey'],
        outputOptions: ['-map', '0:V:0', ...onePictureOptions(widthPx)],
        format: 'mjpeg',
      },
      'picture',
    );
    const timer = setTimeout(() => void run.stop(), PICTURE_TIMEOUT_MS);
    const chunks: Buffer[] = [];
    for await (const chunk of run.output) chunks.push(chunk);
    const exit = await run.exited;
    clearTimeout(timer);
    if (chunks.length > 0 && exit.end === 'ended') return Buffer.concat(chunks);
    throw this.#failure(exit, 'The video’s first picture cannot be decoded.');
  }

  /**
   * The same video and sound in another wrapping whose index stands in front, so that it can be played while it loads.
   * @throws RelayError `not-a-video` when ffmpeg cannot, `ffmpeg-missing`, or `going-away`
   */
  async repack(path: string, { output, format, audio, hevc }: RepackOptions): Promise<void> {
    const run = this.#start(
      {
        input: fileArgument(path),
        inputOptions: [...FILE_INPUT, ...ANALYZE, '-fflags', '+genpts'],
        outputOptions: [
          ...['-map', '0:V:0', '-map', '0:a:0?', '-c:v', 'copy', '-c:a', audio],
          ...(hevc ? ['-tag:v', 'hvc1'] : []),
          ...['-movflags', '+faststart', '-fflags', '+bitexact'],
        ],
        format,
        output,
      },
      'file',
    );
    run.output.resume();
    const exit = await run.exited;
    if (exit.end === 'ended') return;
    await rm(output, { force: true });
    throw this.#failure(exit, 'The video cannot be repacked.');
  }

  /** Ends what looks into files; what ffmpeg itself runs is ended by its adapter. Idempotent. */
  close(): void {
    this.#closing.abort();
  }

  #start(job: Omit<FfmpegJob, 'camera' | 'finite'>, lane: FfmpegLane) {
    return this.#ffmpeg.start({ ...job, camera: JOB_NAME, finite: true }, lane);
  }

  #failure({ end, reason, message }: FfmpegExit, text: string): RelayError {
    if (end === 'stopped' && this.#closing.signal.aborted) return new RelayError('going-away');
    if (reason === 'ffmpeg-missing') return new RelayError(reason, message);
    return new RelayError('not-a-video', text);
  }
}

async function inTurn<T>(limiter: StartLimiter, work: () => Promise<T>): Promise<T> {
  let release = () => {};
  await new Promise<void>((resolve) => {
    const slot = limiter.request(resolve);
    release = () => slot.release();
  });
  try {
    return await work();
  } finally {
    release();
  }
}
