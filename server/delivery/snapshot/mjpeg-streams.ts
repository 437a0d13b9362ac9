/** The MJPEG streams that are watched: one for each camera, width and rate, up to a number. */
import type { PictureSource } from '../../camera/stream-wish.ts';
import { RelayError } from '../../errors.ts';
import type { Mp4Cameras } from '../fmp4/mp4-cameras.ts';
import type { ViewerSource } from '../viewer-source.ts';
import { MjpegStream } from './mjpeg-stream.ts';
import type { PictureForm } from './picture-batch.ts';
import type { PictureCoder } from './picture-coder.ts';
import type { MjpegQuery } from './picture-query.ts';

export interface MjpegStreamsOptions {
  readonly coder: Pick<PictureCoder, 'series'>;
  readonly mp4: Mp4Cameras;
  /** How long a camera may take to answer. */
  readonly connectTimeoutMs: number;
}

/** Each decodes every frame of a camera: about a fifth of a core at 1080p25. */
const MAX_STREAMS = 16;
/** A camera whose first keyframe cannot be kept shows a picture only with its second. */
const CONNECTS_TO_FIRST_PICTURE = 2;

/** They end with their last viewers and with their cameras: nothing here has to be closed. */
export class MjpegStreams {
  readonly #options: MjpegStreamsOptions;
  readonly #streams = new Map<string, MjpegStream>();

  constructor(options: MjpegStreamsOptions) {
    this.#options = options;
  }

  /** A viewer for whom no further encoder may run is ended with `overloaded`. */
  source(camera: PictureSource, query: MjpegQuery): ViewerSource<PictureForm> {
    let joined: MjpegStream | null = null;
    return {
      attach: (viewer) => {
        joined = this.#stream(camera, query);
        if (joined === null) viewer.end(new RelayError('overloaded', 'Too many MJPEG streams run already.'));
        else joined.attach(viewer);
      },
      detach: (viewer) => joined?.detach(viewer),
    };
  }

  #stream(camera: PictureSource, query: MjpegQuery): MjpegStream | null {
    const key = `${camera.id} ${query.width ?? 'own'} ${query.fps}`;
    const running = this.#streams.get(key);
    if (running !== undefined) return running;
    if (this.#streams.size >= MAX_STREAMS) return null;
    const { coder, mp4, connectTimeoutMs } = this.#options;
    const stream = new MjpegStream({
      cameraId: camera.id,
      query,
      source: mp4.samples(camera, false),
      coder,
      firstPictureTimeoutMs: connectTimeoutMs * CONNECTS_TO_FIRST_PICTURE,
      onOver: () => this.#streams.delete(key),
    });
    this.#streams.set(key, stream);
    return stream;
  }
}
