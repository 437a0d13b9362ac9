/**
 * Our own engine: fragmented MP4 over a WebSocket into a SourceBuffer, for H.265 and for browsers that have only
 * ManagedMediaSource. What waits is bounded by `append-queue.ts`, what fragments hold is read by `fragment-reader.ts`,
 * what was played is thrown away here. Retrying and the live edge are `player.ts`.
 */
import type { Fmp4Message } from '../../server/protocol.ts';
import { AppendQueue } from './append-queue.ts';
import { mediaSourceClass } from './capabilities.ts';
import { type Engine, type EngineEnd, type EngineModule, type EngineOptions, LOCAL_END } from './engine.ts';
import { streamUrl } from './engine-policy.ts';
import { isInit, readFragment, readInit, type TrackTable } from './fragment-reader.ts';
import { type CloseTransport, openWebSocket } from './transport.ts';

/** A GOP of a camera with a long keyframe interval fits; more is a decoder that has given up. */
const MAX_QUEUE_BYTES = 32 * 1024 * 1024;
/** What was played is removed when this much of it has gathered, but for the last seconds. */
const TRIM_ABOVE_S = 20;
const TRIM_TO_S = 8;

export const isSupported: EngineModule['isSupported'] = () => mediaSourceClass() !== null;

export const createEngine: EngineModule['createEngine'] = (options) => new MseEngine(options);

class MseEngine implements Engine {
  readonly keepsLiveEdge = false;
  readonly #options: EngineOptions;
  readonly #source: MediaSource;
  readonly #objectUrl: string;
  readonly #queue = new AppendQueue(MAX_QUEUE_BYTES);
  readonly #closeTransport: CloseTransport;
  #buffer: SourceBuffer | null = null;
  #mime = '';
  #appendedMime = '';
  #tracks: TrackTable = new Map();
  /** Stream time at the element's 0: that of the first picture. */
  #zeroMs: number | null = null;
  #bytes = 0;
  #videoFrames = 0;
  #audioFrames = 0;
  #lastVideoMs = -1;
  #lastAudioMs = -1;
  #over = false;

  constructor(options: EngineOptions) {
    const Source = mediaSourceClass();
    if (Source === null) throw new TypeError('no MediaSource');
    this.#options = options;
    this.#source = new Source();
    this.#source.addEventListener('sourceopen', this.#append);
    this.#objectUrl = URL.createObjectURL(this.#source);
    options.video.src = this.#objectUrl;
    const url = streamUrl(options.url, options.audio);
    this.#closeTransport = openWebSocket(url, {
      onText: (text) => this.#guarded(() => this.#onText(text)),
      onData: (message) => this.#guarded(() => this.#onMessage(new Uint8Array(message))),
      onEnd: (end) => this.#end(end),
    });
  }

  get counters() {
    return {
      bytes: this.#bytes,
      videoFrames: this.#videoFrames,
      audioFrames: this.#audioFrames,
      lastVideoMs: this.#lastVideoMs,
      lastAudioMs: this.#lastAudioMs,
    };
  }

  destroy(): void {
    this.#close();
    const { video } = this.#options;
    if (video.src === this.#objectUrl) {
      video.removeAttribute('src');
      video.load();
    }
    URL.revokeObjectURL(this.#objectUrl);
  }

  #onText(text: string): void {
    const message = JSON.parse(text) as Partial<Fmp4Message>;
    if (message.type !== 'init' || typeof message.mime !== 'string') return;
    const Source = this.#source.constructor as typeof MediaSource;
    if (Source.isTypeSupported(message.mime)) this.#mime = message.mime;
    else this.#end(failure(LOCAL_END.unsupported, message.mime));
  }

  #onMessage(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes += bytes.length;
    if (isInit(bytes)) {
      this.#tracks = readInit(bytes);
      this.#queue.push({ kind: 'init', mime: this.#mime, bytes });
    } else this.#onFragment(bytes);
    this.#append();
    this.#options.onData();
  }

  #onFragment(bytes: Uint8Array<ArrayBuffer>): void {
    const facts = readFragment(bytes, this.#tracks);
    this.#zeroMs ??= facts.firstPtsMs;
    // Sound before the first picture has nothing to go with.
    if (this.#zeroMs === null) return;
    this.#videoFrames += facts.videoFrames;
    this.#audioFrames += facts.audioFrames;
    if (facts.lastVideoMs !== null) this.#lastVideoMs = facts.lastVideoMs - this.#zeroMs;
    if (facts.lastAudioMs !== null) this.#lastAudioMs = facts.lastAudioMs - this.#zeroMs;
    for (const { ptsMs, arrivedAtMs } of facts.marks) {
      this.#options.onArrival({ mediaMs: ptsMs - this.#zeroMs, arrivedAtMs });
    }
    this.#queue.push({ kind: 'fragment', independent: facts.independent, bytes });
  }

  /** One step: trim what was played, or append what waits. Each step's end calls for the next. */
  readonly #append = (): void => {
    if (this.#over || this.#source.readyState !== 'open' || this.#buffer?.updating === true) return;
    this.#guarded(() => {
      if (this.#trim(TRIM_ABOVE_S, TRIM_TO_S)) return;
      const next = this.#queue.take();
      if (next === null) return;
      const buffer = this.#bufferFor(next.mime);
      const offsetS = -(this.#zeroMs ?? 0) / 1000;
      if (buffer.timestampOffset !== offsetS) buffer.timestampOffset = offsetS;
      try {
        buffer.appendBuffer(next.bytes);
      } catch (error) {
        const full = error instanceof DOMException && error.name === 'QuotaExceededError';
        if (!full || next.mime !== null) throw error;
        // The browser's memory for this element is full: what was played makes room for the next keyframe.
        this.#queue.overflow();
        this.#trim(1, 1);
      }
    });
  };

  #bufferFor(mime: string | null): SourceBuffer {
    if (this.#buffer === null) {
      URL.revokeObjectURL(this.#objectUrl);
      this.#source.duration = Number.POSITIVE_INFINITY;
      this.#buffer = this.#source.addSourceBuffer(mime ?? this.#mime);
      this.#buffer.addEventListener('updateend', this.#append);
      this.#buffer.addEventListener('error', this.#onBufferError);
    } else if (mime !== null && mime !== this.#appendedMime) this.#buffer.changeType(mime);
    if (mime !== null) this.#appendedMime = mime;
    return this.#buffer;
  }

  /** Begins to remove what lies further back than `toS` when something lies further back than `aboveS`. */
  #trim(aboveS: number, toS: number): boolean {
    const buffer = this.#buffer;
    const nowS = this.#options.video.currentTime;
    if (buffer === null || buffer.buffered.length === 0 || nowS - buffer.buffered.start(0) <= aboveS) return false;
    buffer.remove(0, nowS - toS);
    return true;
  }

  readonly #onBufferError = (): void => this.#end(failure(LOCAL_END.media, 'append failed'));

  #guarded(step: () => void): void {
    if (this.#over) return;
    try {
      step();
    } catch (error) {
      this.#end(failure(LOCAL_END.media, error instanceof Error ? error.message : String(error)));
    }
  }

  #end(end: EngineEnd): void {
    if (this.#over) return;
    this.#close();
    this.#options.onEnd(end);
  }

  #close(): void {
    this.#over = true;
    // An address of another kind may throw before the transport is there.
    this.#closeTransport?.();
    this.#queue.clear();
    this.#source.removeEventListener('sourceopen', this.#append);
    this.#buffer?.removeEventListener('updateend', this.#append);
    this.#buffer?.removeEventListener('error', this.#onBufferError);
  }
}

function failure(code: number, message: string): EngineEnd {
  return { code, reason: { code: 'internal', message } };
}
