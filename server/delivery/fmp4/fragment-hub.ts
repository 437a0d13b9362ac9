/**
 * Cuts a stream's samples into fragments and gives each to every viewer of fragmented MP4. It bounds what it keeps and
 * waits for nobody; a viewer's own queue is `hub/byte-viewer.ts`.
 */
import type { RelayError } from '../../errors.ts';
import type { ByteViewer } from '../../hub/byte-viewer.ts';
import { mergeIntervalMs, pictureEndsGathering } from '../../hub/merge-policy.ts';
import { FragmentWriter } from '../../mp4/fragment-writer.ts';
import type { InitSegment } from '../../mp4/init-segment.ts';
import type { Sample } from '../../mp4/sample.ts';
import type { ViewerSource } from '../viewer-source.ts';
import { FragmentBatch, type FragmentForm } from './fragment-batch.ts';
import type { SampleReceiver, SampleStream } from './sample-stream.ts';
import { leads, opens } from './sample-times.ts';

export interface FragmentHubOptions {
  readonly source: Pick<SampleStream, 'add' | 'remove'>;
  /** Longest gathering of samples into one fragment when many watch, see `hub/merge-policy.ts`. */
  readonly mergeMaxMs: number;
  /** Bytes of the samples since the last keyframe, for viewers that come late. */
  readonly maxBytes: number;
}

type FragmentViewer = ByteViewer<FragmentForm>;

/** Sound waits so long for a picture to travel with; it is the next picture that mostly comes first. */
const SOUND_WAIT_MS = 60;

/**
 * ```
 * attach ──▶ waiting ──keyframe, or samples since one──▶ watching ──▶ detach
 *               └───────────────── end ─────────────────────┴──────▶ viewer.end(error)
 * ```
 */
export class FragmentHub implements SampleReceiver {
  readonly #options: FragmentHubOptions;
  readonly #waiting = new Map<FragmentViewer, FragmentForm>();
  readonly #watching = new Map<FragmentViewer, FragmentForm>();
  #writer = new FragmentWriter();
  #init: InitSegment | null = null;
  #pending: Sample[] = [];
  #gatheringSinceMs = 0;
  #timer: NodeJS.Timeout | null = null;
  /** What was sent since the last keyframe; empty when a viewer cannot come in with it. */
  #sinceKeyframe: Sample[] = [];
  #bytesSinceKeyframe = 0;
  #join: FragmentBatch | null = null;

  constructor(options: FragmentHubOptions) {
    this.#options = options;
  }

  /** The hub as viewers of one transport see it. The first viewer starts the camera, the last lets it go. */
  source(form: FragmentForm): ViewerSource<FragmentForm> {
    return { attach: (viewer) => this.#attach(viewer, form), detach: (viewer) => this.#detach(viewer) };
  }

  get viewers(): number {
    return this.#waiting.size + this.#watching.size;
  }

  take(samples: readonly Sample[]): void {
    for (const sample of samples) this.#gather(sample);
    if (this.#pending.length === 0) return;
    const nowMs = performance.now();
    const gatherMs = mergeIntervalMs(this.#watching.size, this.#options.mergeMaxMs);
    if (this.#timer === null) {
      this.#gatheringSinceMs = nowMs;
      this.#timer = setTimeout(() => this.#flush(), Math.max(gatherMs, SOUND_WAIT_MS));
    }
    // Too little to matter for the picture: a fragment for each frame of sound would double their number.
    const hasLead = this.#pending.some(leads);
    if (hasLead && pictureEndsGathering(nowMs - this.#gatheringSinceMs, gatherMs)) this.#flush();
  }

  end(error: RelayError): void {
    const viewers = [...this.#waiting.keys(), ...this.#watching.keys()];
    this.#waiting.clear();
    this.#watching.clear();
    this.#reset();
    for (const viewer of viewers) viewer.end(error);
  }

  #attach(viewer: FragmentViewer, form: FragmentForm): void {
    const isFirst = this.viewers === 0;
    if (viewer.join === 'fast' && this.#sinceKeyframe.length > 0) this.#begin(viewer, form, this.#joinBatch());
    else this.#waiting.set(viewer, form);
    if (isFirst) this.#options.source.add(this);
  }

  #detach(viewer: FragmentViewer): void {
    if (!this.#waiting.delete(viewer) && !this.#watching.delete(viewer)) return;
    if (this.viewers > 0) return;
    this.#options.source.remove(this);
    this.#reset();
  }

  #begin(viewer: FragmentViewer, form: FragmentForm, batch: FragmentBatch): void {
    this.#waiting.delete(viewer);
    this.#watching.set(viewer, form);
    viewer.begin(batch, form);
  }

  /** A keyframe opens a fragment, so that viewers can come in and go on there; a new init segment always does. */
  #gather(sample: Sample): void {
    const first = this.#pending[0];
    if (first !== undefined && (opens(sample) || sample.init !== first.init)) this.#flush();
    // After the start, or what was too much to keep: nothing can be decoded before a keyframe.
    if (this.#init === null && this.#pending.length === 0 && !opens(sample)) return;
    this.#pending.push(sample);
  }

  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const samples = this.#pending;
    if (samples.length === 0) return;
    this.#pending = [];
    const fragment = this.#writer.write(samples);
    const opensInit = this.#init !== null && this.#init !== fragment.init;
    this.#init = fragment.init;
    const batch = new FragmentBatch(fragment, { samples: samples.length, opensInit });
    this.#remember(samples, fragment.independent);
    for (const viewer of this.#watching.keys()) viewer.push(batch);
    if (!fragment.independent || this.#waiting.size === 0) return;
    for (const [viewer, form] of [...this.#waiting]) this.#begin(viewer, form, batch);
  }

  #remember(samples: readonly Sample[], independent: boolean): void {
    this.#join = null;
    if (independent) {
      this.#sinceKeyframe = [];
      this.#bytesSinceKeyframe = 0;
    } else if (this.#sinceKeyframe.length === 0) {
      return;
    }
    this.#sinceKeyframe.push(...samples);
    this.#bytesSinceKeyframe += samples.reduce((sum, { data }) => sum + data.length, 0);
    if (this.#bytesSinceKeyframe > this.#options.maxBytes) this.#sinceKeyframe = [];
  }

  /** All that was sent since the keyframe as one fragment, made once for all who come before the next. */
  #joinBatch(): FragmentBatch {
    const samples = this.#sinceKeyframe;
    this.#join ??= new FragmentBatch(new FragmentWriter().write(samples), {
      samples: samples.length,
      opensInit: false,
    });
    return this.#join;
  }

  #reset(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#writer = new FragmentWriter();
    this.#init = null;
    this.#pending = [];
    this.#sinceKeyframe = [];
    this.#bytesSinceKeyframe = 0;
    this.#join = null;
  }
}
