/**
 * Pictures without end of one camera in one width and rate: one encoder, however many watch. A viewer's own queue, and
 * what a slow one skips, is `hub/byte-viewer.ts`; which streams there are is `mjpeg-streams.ts`.
 */
import { RelayError } from '../../errors.ts';
import type { ByteViewer } from '../../hub/byte-viewer.ts';
import { FragmentWriter } from '../../mp4/fragment-writer.ts';
import type { InitSegment } from '../../mp4/init-segment.ts';
import type { Sample } from '../../mp4/sample.ts';
import type { SampleReceiver, SampleStream } from '../fmp4/sample-stream.ts';
import { opens } from '../fmp4/sample-times.ts';
import type { ViewerSource } from '../viewer-source.ts';
import { PictureBatch, type PictureForm } from './picture-batch.ts';
import type { PictureCoder, PictureSeries } from './picture-coder.ts';
import type { MjpegQuery } from './picture-query.ts';

export interface MjpegStreamOptions {
  readonly cameraId: string;
  readonly query: Pick<MjpegQuery, 'width' | 'fps'>;
  readonly source: Pick<SampleStream, 'add' | 'remove'>;
  readonly coder: Pick<PictureCoder, 'series'>;
  /** How long the first viewer waits for a picture. */
  readonly firstPictureTimeoutMs: number;
  /** Told once, when the last viewer is gone: nothing of it is left but the encoder's exit, and it is of no more use. */
  readonly onOver: () => void;
}

type PictureViewer = ByteViewer<PictureForm>;

/** An encoder that is so far behind goes on at a keyframe. */
const MAX_BACKLOG_BYTES = 4_194_304;

/**
 * ```
 * attach ──▶ waiting ──picture──▶ watching ──▶ detach ──last──▶ over
 *               └────── end ──────────┴──▶ viewer.end(error) ──▶ over
 * ```
 */
export class MjpegStream implements SampleReceiver, ViewerSource<PictureForm> {
  readonly #options: MjpegStreamOptions;
  readonly #waiting = new Set<PictureViewer>();
  readonly #watching = new Set<PictureViewer>();
  #writer = new FragmentWriter();
  #init: InitSegment | null = null;
  #series: PictureSeries | null = null;
  #skipping = true;
  #newest: PictureBatch | null = null;
  #timer: NodeJS.Timeout | null = null;
  #state: 'new' | 'running' | 'over' = 'new';

  constructor(options: MjpegStreamOptions) {
    this.#options = options;
  }

  /** The first viewer starts the camera. Not to be called once it is over. */
  attach(viewer: PictureViewer): void {
    if (this.#newest === null) this.#waiting.add(viewer);
    else this.#begin(viewer, this.#newest);
    if (this.#state !== 'new') return;
    this.#state = 'running';
    this.#timer = setTimeout(() => this.#fail(new RelayError('timeout')), this.#options.firstPictureTimeoutMs);
    this.#options.source.add(this);
  }

  detach(viewer: PictureViewer): void {
    if (!this.#waiting.delete(viewer) && !this.#watching.delete(viewer)) return;
    if (this.#waiting.size + this.#watching.size > 0) return;
    this.#options.source.remove(this);
    this.#over();
  }

  take(samples: readonly Sample[]): void {
    if (this.#state !== 'running') return;
    if (this.#series !== null && this.#series.backlogBytes > MAX_BACKLOG_BYTES) {
      this.#skipping = true;
      return;
    }
    const from = this.#skipping ? samples.findIndex(opens) : 0;
    if (from < 0) return;
    this.#skipping = false;
    for (const group of byInit(samples.slice(from))) this.#write(group);
  }

  end(error: RelayError): void {
    const viewers = [...this.#waiting, ...this.#watching];
    this.#waiting.clear();
    this.#watching.clear();
    this.#over();
    for (const viewer of viewers) viewer.end(error);
  }

  #fail(error: RelayError): void {
    this.#options.source.remove(this);
    this.end(error);
  }

  #write(samples: readonly Sample[]): void {
    const { init } = samples[0]!;
    // ffmpeg does not read a second head in one file, and a coder of JPEGs keeps its size.
    if (init !== this.#init) this.#open(init);
    this.#series?.write(this.#writer.write(samples).bytes);
  }

  #open(init: InitSegment): void {
    this.#series?.close();
    this.#init = init;
    this.#writer = new FragmentWriter();
    let worked = false;
    this.#series = this.#options.coder.series({
      ...this.#options.query,
      camera: this.#options.cameraId,
      onPicture: (jpeg) => {
        worked = true;
        this.#show(new PictureBatch(jpeg));
      },
      // An <img> does not reconnect: its viewers stay for the next encoder, unless that would fail at once as well.
      onFailed: (error) => (worked ? this.#restart() : this.#fail(error)),
    });
    this.#series.write(init.bytes);
  }

  /** The next keyframe gets a new encoder. */
  #restart(): void {
    this.#series = null;
    this.#init = null;
    this.#skipping = true;
  }

  #show(picture: PictureBatch): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#newest = picture;
    for (const viewer of [...this.#watching]) viewer.push(picture);
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const viewer of waiting) this.#begin(viewer, picture);
  }

  #begin(viewer: PictureViewer, picture: PictureBatch): void {
    this.#watching.add(viewer);
    viewer.begin(picture, 'multipart');
  }

  #over(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#series?.close();
    this.#newest = null;
    this.#options.onOver();
  }
}

/** Pure: runs of samples with one init segment. */
function byInit(samples: readonly Sample[]): Sample[][] {
  const groups: Sample[][] = [];
  for (const sample of samples) {
    const last = groups[groups.length - 1];
    if (last?.[0]?.init === sample.init) last.push(sample);
    else groups.push([sample]);
  }
  return groups;
}
