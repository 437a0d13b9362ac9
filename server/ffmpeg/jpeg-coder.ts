/**
 * JPEGs of a stream's video, each by a child ffmpeg that is fed fragmented MP4 on its standard input. What is fed, and
 * who gets the pictures, is `delivery/snapshot/`, which knows this by its own interface.
 */
import { PassThrough } from 'node:stream';
import { RelayError } from '../errors.ts';
import { type Ffmpeg, type FfmpegLane, MAX_SPARES } from './ffmpeg.ts';
import { MultipartPictures } from './multipart-pictures.ts';
import { MP4_ON_STDIN, onePictureOptions, pictureSeriesOptions } from './picture-filter.ts';
import type { FfmpegExit } from './run.ts';
import { type FedRun, SpareRuns } from './spare-runs.ts';

export interface PictureSeriesOptions {
  readonly camera: string;
  /** Null: as wide as the video. Never wider than that. */
  readonly width: number | null;
  readonly fps: number;
  readonly onPicture: (jpeg: Buffer) => void;
  /** Called at most once, and not after `close()`. */
  readonly onFailed: (error: RelayError) => void;
}

/** One ffmpeg that turns what is written to it into pictures. */
export interface PictureSeries {
  /** An init segment first, then its fragments, the first one beginning with a keyframe. */
  write(mp4: Buffer): void;
  /** Written and not yet taken by ffmpeg. */
  readonly backlogBytes: number;
  /** Idempotent. ffmpeg ends soon after; whoever owns the adapter awaits it. */
  close(): void;
}

/** A decode takes a tenth of a second; an ffmpeg that does not come to an end is stopped. */
const DECODE_TIMEOUT_MS = 10_000;
/** Longer than the time between the pictures of most who poll for them. */
const SPARE_KEEP_MS = 15_000;
/** A series that has given no picture by then no longer counts as starting. */
const SERIES_START_MS = 2_000;

export class JpegCoder {
  readonly #ffmpeg: Pick<Ffmpeg, 'start'>;
  readonly #spares = new SpareRuns({ max: MAX_SPARES, keepMs: SPARE_KEEP_MS });

  constructor(ffmpeg: Pick<Ffmpeg, 'start'>) {
    this.#ffmpeg = ffmpeg;
  }

  /**
   * The first picture of a fragmented MP4 as JPEG.
   * @throws RelayError `going-away`, `ffmpeg-missing`, `codec`, `corrupt`, or `ffmpeg-crashed`
   */
  async decode(mp4: Buffer, { camera, width }: { camera: string; width: number | null }): Promise<Buffer> {
    const key = `${camera} ${width ?? 'own'}`;
    const { run, stdin } = this.#spares.take(key) ?? this.#begin(camera, width, 'picture');
    stdin.end(mp4);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      void run.stop();
    }, DECODE_TIMEOUT_MS);
    const chunks: Buffer[] = [];
    for await (const chunk of run.output) chunks.push(chunk);
    if (chunks.length > 0 && !late) {
      // Whole already; its exit need not be waited for.
      void run.exited.then(() => clearTimeout(timer));
      this.#spares.used(key, () => this.#begin(camera, width, 'spare'));
      return Buffer.concat(chunks);
    }
    const exit = await run.exited;
    clearTimeout(timer);
    throw late ? new RelayError('ffmpeg-crashed', 'Decoding the picture took too long.') : failureOf(exit);
  }

  #begin(camera: string, width: number | null, lane: FfmpegLane): FedRun {
    const stdin = new PassThrough();
    stdin.on('error', () => {});
    const run = this.#ffmpeg.start(
      {
        camera,
        input: 'pipe:0',
        inputOptions: MP4_ON_STDIN,
        outputOptions: onePictureOptions(width),
        format: 'mjpeg',
        stdin,
      },
      lane,
    );
    return { run, stdin };
  }

  /** Pictures at a steady rate until `close()`. */
  series(options: PictureSeriesOptions): PictureSeries {
    const { camera, onPicture, onFailed } = options;
    const stdin = new PassThrough();
    stdin.on('error', () => {});
    const job = {
      camera,
      input: 'pipe:0',
      inputOptions: MP4_ON_STDIN,
      outputOptions: pictureSeriesOptions(options),
      format: 'mpjpeg',
      stdin,
    };
    const run = this.#ffmpeg.start(job, 'picture');
    const pictures = new MultipartPictures();
    let closed = false;
    const fail = (error: RelayError) => {
      if (closed) return;
      close();
      onFailed(error);
    };
    // Not while it waits for its turn: that would be giving it up.
    const startedTimer = setInterval(() => run.pid !== undefined && run.markStarted(), SERIES_START_MS);
    const close = () => {
      closed = true;
      clearInterval(startedTimer);
      void run.stop();
    };
    run.output.on('data', (chunk: Buffer) => {
      if (closed) return;
      try {
        for (const jpeg of pictures.push(chunk)) {
          run.markStarted();
          if (!closed) onPicture(jpeg);
        }
      } catch (error) {
        fail(new RelayError('ffmpeg-crashed', 'ffmpeg wrote something else than pictures.', { cause: error }));
      }
    });
    void run.exited.then((exit) => fail(failureOf(exit)));
    return {
      write: (mp4) => {
        if (!closed && !stdin.destroyed) stdin.write(mp4);
      },
      get backlogBytes() {
        return stdin.writableLength + stdin.readableLength;
      },
      close,
    };
  }
}

/** Pure. Diagnoses speak of a camera at the other end of a network; here ffmpeg reads what the relay wrote. */
function failureOf({ end, reason, message }: FfmpegExit): RelayError {
  if (end === 'stopped') return new RelayError('going-away');
  if (reason === 'ffmpeg-missing' || reason === 'codec' || reason === 'ffmpeg-crashed') {
    return new RelayError(reason, message);
  }
  return new RelayError('corrupt', 'The camera’s picture cannot be decoded.');
}
