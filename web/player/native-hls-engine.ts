/**
 * The browser's own HLS as an engine, for those without Media Source Extensions. What it buffers and how far behind it
 * plays is the browser's; the page only asks first whether there is a stream, since a video element does not say why
 * there is none.
 */
import { type Engine, type EngineEnd, type EngineModule, type EngineOptions, LOCAL_END } from './engine.ts';
import { streamUrl } from './engine-policy.ts';
import { closeCodeOf, parseProblem } from './transport.ts';

/** Signs that something comes in. */
const MOMENTS = ['progress', 'timeupdate', 'loadedmetadata'] as const;

/** Safari tells the wall clock at the element's 0, from EXT-X-PROGRAM-DATE-TIME. */
type DatedVideo = HTMLVideoElement & { getStartDate?(): Date };

export const isSupported: EngineModule['isSupported'] = () => true;

export const createEngine: EngineModule['createEngine'] = (options) => new NativeHlsEngine(options);

class NativeHlsEngine implements Engine {
  readonly keepsLiveEdge = true;
  readonly counters = { bytes: 0, videoFrames: 0, audioFrames: 0, lastVideoMs: -1, lastAudioMs: -1 };
  readonly #options: EngineOptions;
  readonly #abort = new AbortController();

  constructor(options: EngineOptions) {
    this.#options = options;
    const url = streamUrl(options.url, options.audio);
    const { signal } = this.#abort;
    for (const moment of MOMENTS) options.video.addEventListener(moment, this.#onMoment, { signal });
    this.#open(url, signal).catch(() => this.#end({ code: LOCAL_END.lost, reason: null }));
  }

  destroy(): void {
    this.#abort.abort();
    this.#options.video.removeAttribute('src');
    this.#options.video.load();
  }

  async #open(url: URL, signal: AbortSignal): Promise<void> {
    const response = await fetch(url, { signal, cache: 'no-store' });
    const text = await response.text();
    if (signal.aborted) return;
    if (response.ok) {
      this.#options.video.src = url.href;
      return;
    }
    const reason = parseProblem(text);
    this.#end({ code: closeCodeOf(response.status, reason?.code ?? null), reason });
  }

  readonly #onMoment = (): void => {
    const startMs = (this.#options.video as DatedVideo).getStartDate?.().getTime() ?? Number.NaN;
    if (Number.isFinite(startMs)) this.#options.onArrival({ mediaMs: 0, arrivedAtMs: startMs });
    this.#options.onData();
  };

  #end(end: EngineEnd): void {
    if (this.#abort.signal.aborted) return;
    this.#abort.abort();
    this.#options.onEnd(end);
  }
}
