/**
 * flv.js as an engine; the only file that knows it, loaded when the first camera is shown. It is given a loader of
 * ours, because its own hides why a socket closed. Retrying and the live edge are `player.ts`.
 */
import flvjs from 'flv.js';
import { ARRIVAL_SCRIPT, type ArrivalMark } from '../../server/protocol.ts';
import { type Engine, type EngineEnd, type EngineModule, type EngineOptions, LOCAL_END } from './engine.ts';
import { streamUrl } from './engine-policy.ts';
import { FlvRebase } from './flv-rebase.ts';
import { type CloseTransport, openHttp, openWebSocket } from './transport.ts';

flvjs.LoggingControl.enableAll = false;

/** flv.js keeps times as 32-bit integers; a player that has run for 23 days starts afresh. */
const MAX_MEDIA_MS = 2_000_000_000;

/** The part of flv.js's loader contract that its IO controller calls (src/io/loader.js). */
type LoaderSink = (chunk: ArrayBuffer, byteStart: number, receivedBytes: number) => void;

export const isSupported: EngineModule['isSupported'] = () => flvjs.isSupported();

export const createEngine: EngineModule['createEngine'] = (options) => new FlvEngine(options);

class FlvEngine implements Engine {
  readonly keepsLiveEdge = false;
  readonly #options: EngineOptions;
  readonly #rebase = new FlvRebase();
  readonly #player: flvjs.Player;
  #closeTransport: CloseTransport | null = null;
  #sink: LoaderSink | null = null;
  #deliveredBytes = 0;
  #over = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    const source = { type: 'flv', isLive: true, hasVideo: true, url: options.url.href };
    this.#player = flvjs.createPlayer(options.audio ? source : { ...source, hasAudio: false }, {
      enableWorker: false,
      enableStashBuffer: false,
      lazyLoad: false,
      autoCleanupSourceBuffer: true,
      autoCleanupMaxBackwardDuration: 20,
      autoCleanupMinBackwardDuration: 8,
      // Opening the socket need not wait for the MediaSource; flv.js queues what comes before.
      deferLoadAfterSourceOpen: false,
      statisticsInfoReportInterval: 60_000,
      customLoader: this.#loaderClass(),
    });
    this.#player.on(flvjs.Events.ERROR, (_type: unknown, _detail: unknown, info: unknown) => this.#fail(info));
    this.#player.on(flvjs.Events.SCRIPTDATA_ARRIVED, (data: unknown) => this.#onScript(data));
    this.#player.attachMediaElement(options.video);
    this.#player.load();
    sendEachFrameAtOnce(this.#player);
    forgetKeyframes(this.#player);
  }

  get counters() {
    const { bytes, videoFrames, audioFrames, lastVideoMs, lastAudioMs } = this.#rebase;
    return { bytes, videoFrames, audioFrames, lastVideoMs, lastAudioMs };
  }

  destroy(): void {
    this.#over = true;
    this.#closeTransport?.();
    this.#closeTransport = null;
    this.#sink = null;
    try {
      this.#player.destroy();
    } catch {
      // A player that failed half way may fail again while it is taken down; its socket is closed already.
    }
  }

  #open(): void {
    const open = this.#options.transport === 'http' ? openHttp : openWebSocket;
    const { url, audio } = this.#options;
    this.#closeTransport = open(streamUrl(url, audio), {
      onData: (chunk) => this.#onData(chunk),
      onEnd: (end) => this.#end(end),
    });
  }

  #onData(chunk: ArrayBuffer): void {
    if (this.#over) return;
    try {
      const tags = this.#rebase.push(chunk);
      if (tags !== null && this.#sink !== null) {
        const start = this.#deliveredBytes;
        this.#deliveredBytes += tags.byteLength;
        this.#sink(tags, start, this.#deliveredBytes);
      }
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (this.#rebase.lastVideoMs > MAX_MEDIA_MS) this.#fail('too long');
    else this.#options.onData();
  }

  /**
   * The browser has no memory left for the element. flv.js would take the stream up again where it left it, as if it were
   * a file; of a live one that is a second connection beside the first. It is still at work on pausing when it says so.
   */
  #onPaused(): void {
    queueMicrotask(() => this.#fail('the buffer is full'));
  }

  #onScript(data: unknown): void {
    const mark = (data as Partial<Record<string, Partial<ArrivalMark>>>)[ARRIVAL_SCRIPT];
    if (mark === undefined) return;
    const { timestampMs, ptsMs, arrivedAtMs, heldMs = 0 } = mark;
    // Cameras may send script tags of this name too.
    if (typeof timestampMs !== 'number' || typeof ptsMs !== 'number' || typeof arrivedAtMs !== 'number') return;
    const mediaMs = this.#rebase.mediaMs(timestampMs) + (ptsMs - timestampMs);
    this.#options.onArrival({ mediaMs, arrivedAtMs: arrivedAtMs - heldMs });
  }

  #fail(cause: unknown): void {
    const message = cause instanceof Error ? cause.message : String((cause as { msg?: unknown } | null)?.msg ?? cause);
    this.#end({ code: LOCAL_END.media, reason: { code: 'internal', message } });
  }

  #end(end: EngineEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#closeTransport?.();
    this.#closeTransport = null;
    this.#options.onEnd(end);
  }

  /** flv.js constructs its loader itself, so each engine hands it a class that is bound to the engine. */
  #loaderClass(): flvjs.CustomLoaderConstructor {
    const open = () => this.#open();
    const pause = () => this.#onPaused();
    const setSink = (sink: LoaderSink | null) => {
      this.#sink = sink;
    };
    class Loader {
      readonly type = 'sightline';
      readonly needStashBuffer = false;
      readonly _needStash = false;
      _status = 0;
      onContentLengthKnown = () => {};
      onURLRedirect = () => {};
      onError = () => {};
      onComplete = () => {};
      get status() {
        return this._status;
      }
      set onDataArrival(sink: LoaderSink) {
        setSink(sink);
      }
      isWorking() {
        return this._status === 2;
      }
      open() {
        this._status = 2;
        open();
      }
      abort() {
        this._status = 0;
        pause();
      }
      destroy() {
        setSink(null);
      }
    }
    return Loader as unknown as flvjs.CustomLoaderConstructor;
  }
}

interface RemuxTrack {
  samples: { length: number }[];
  length: number;
}

interface Remuxer {
  _videoStashedLastSample: { length: number } | null;
  _remuxVideo(track: RemuxTrack, force?: boolean): void;
}

/**
 * flv.js needs the next picture to know how long one lasts, but when pictures come one by one it waits for two more
 * and hands them on in pairs. This joins the waiting picture to a single new one, which takes up to one frame
 * interval off the delay. It rests on internals of flv.js 1.6.2; where they differ nothing is changed.
 */
function sendEachFrameAtOnce(player: flvjs.Player): void {
  const { _transmuxer } = player as {
    _transmuxer?: { _controller?: { _onInitChunkArrival?: unknown; _remuxer?: Remuxer | null } };
  };
  const controller = _transmuxer?._controller;
  if (controller === undefined) return;
  let remuxer: Remuxer | null = controller._remuxer ?? null;
  Object.defineProperty(controller, '_remuxer', {
    configurable: true,
    get: () => remuxer,
    set: (next: Remuxer | null) => {
      remuxer = next;
      if (typeof next?._remuxVideo !== 'function') return;
      const remuxVideo = next._remuxVideo;
      next._remuxVideo = (track, force) => {
        const waiting = next._videoStashedLastSample;
        if (force !== true && waiting !== null && track.samples.length === 1) {
          next._videoStashedLastSample = null;
          track.samples.unshift(waiting);
          track.length += waiting.length;
        }
        remuxVideo.call(next, track, force);
      };
    },
  });
}

/** flv.js remembers where every keyframe was, for seeks in old browsers: with many cameras a gigabyte in a few weeks. */
function forgetKeyframes(player: flvjs.Player): void {
  const { _msectl } = player as { _msectl?: { _idrList?: { appendArray?: unknown } } };
  if (_msectl?._idrList?.appendArray !== undefined) _msectl._idrList.appendArray = () => {};
}
