/**
 * One camera in one video element, for as long as the page lives: says when an engine starts and ends, and tries again.
 * Each of its parts has one job (engines, pictures, live edge, sound, numbers, absence); what to do when, and with which
 * engine, is decided by the pure policies beside it; what it looks like is the tile's.
 *
 *   off ──start──▶ connecting ──first picture──▶ playing
 *    ▲                 ▲  │ ◀──picture stands still──┘ │
 *    └──stop── (any)   │  ▼ engine ends (or the next) │
 *                     waiting ◀────────────────────────┘      unsupported: no engine can play here
 */
import { type CameraInfo, CLOSE } from '../../server/protocol.ts';
import { Away, type PageReturn } from './away.ts';
import { type EngineEnd, LOCAL_END } from './engine.ts';
import { EngineChoice, isEngineFailure } from './engine-choice.ts';
import { EngineHost } from './engine-host.ts';
import { type EngineName, type StreamName, streamToWatch } from './engine-policy.ts';
import { makeParts, type PlayerParts } from './player-parts.ts';
import { INITIAL_VIEW, type PlayerOptions, type PlayerView } from './player-view.ts';
import { Retry } from './retry.ts';
import { copyPicture } from './still.ts';

/** A return after less is no absence that could have cut a connection. */
const SHORT_ABSENCE_MS = 3000;

export class Player {
  readonly #options: PlayerOptions;
  readonly #parts: PlayerParts;
  readonly #away: Away;
  readonly #choice: EngineChoice;
  readonly #host: EngineHost;
  readonly #retry = new Retry(() => this.retryNow());
  #view: PlayerView = INITIAL_VIEW;
  #camera: CameraInfo | null = null;
  #stream: StreamName = 'main';
  #alone = false;
  #wanted = false;
  #closed = false;
  #playingSinceMs = 0;

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.#choice = new EngineChoice(options.capabilities, options.webSocketsBlocked);
    this.#parts = makeParts(options, {
      onPicture: (first) => this.#onPicture(first),
      onSound: () => this.#onSound(),
      onPause: () => this.#onPause(),
      onMediaError: (error) => this.#onMediaError(error),
    });
    const { loadEngine, webSocketsBlocked } = options;
    const streamUrl = (name: EngineName) => options.streamUrl(name, this.#stream);
    this.#host = new EngineHost({ loadEngine, webSocketsBlocked, streamUrl }, this.#parts, {
      camera: () => this.#camera,
      blocked: () => this.#view.blocked,
      play: () => void this.play(),
      onEnd: (end) => this.#onEnd(end),
      onDead: (code) => this.#replace(code),
      onSoundChange: () => {
        this.#show({ soundLost: this.#parts.sound.lost });
        this.#start();
      },
    });
    this.#away = new Away({ onLongHidden: () => this.#stop(), onReturn: (event) => this.#onReturn(event) });
  }

  get view(): PlayerView {
    return this.#view;
  }

  /** Plays while true. False gives the stream back and keeps the last picture. */
  setWanted(wanted: boolean): void {
    if (this.#closed || wanted === this.#wanted) return;
    this.#wanted = wanted;
    if (wanted) {
      this.#retry.forget();
      this.#start();
    } else this.#stop();
  }

  /** What the relay says about the camera. A camera that becomes live, and a relay that is back, end a wait at once. */
  setCamera(camera: CameraInfo | null): void {
    const before = this.#camera;
    this.#camera = camera;
    const becameLive = camera?.state === 'live' && before?.state !== 'live';
    const relayIsBack = camera !== null && before === null;
    if (becameLive || relayIsBack) this.retryNow();
    if (becameLive) this.#host.run?.excuse();
    this.#reconsider();
  }

  /** Which engine the viewer wants (null: the best), and whether the camera has the view to itself. */
  setEngine(picked: EngineName | null, alone: boolean): void {
    this.#alone = alone;
    this.#choice.setWish(picked, alone);
    this.#reconsider();
    if (this.#host.run !== null && this.#choice.best !== this.#view.engine) this.#start();
    this.#show({});
  }

  /** Sound needs a stream with audio in it, so turning it on replaces the engine. */
  setMuted(muted: boolean): void {
    this.#parts.sound.setMuted(muted);
  }

  /** Ends a wait now. Nothing happens when there is none. */
  retryNow(): void {
    if (this.#closed || !this.#wanted || this.#view.phase !== 'waiting') return;
    this.#start();
  }

  /** For a click after the browser refused to play by itself. */
  async play(): Promise<void> {
    try {
      await this.#parts.video.play();
      this.#show({ blocked: false });
    } catch (error) {
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.#show({ blocked: true });
    }
  }

  /** Ends everything for good; idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#wanted = false;
    this.#stop();
    this.#closed = true;
    this.#away.close();
    this.#parts.close();
  }

  /** Begins anew where another stream or another engine is right now; the last picture stays until there is another. */
  #reconsider(): void {
    const streams = this.#camera?.streams;
    const before = this.#stream;
    if (streams !== undefined) this.#stream = streamToWatch({ alone: this.#alone, hasSub: streams.sub !== null });
    const watched = streams?.[this.#stream] ?? streams?.main;
    const isNews = this.#choice.setCodec(watched?.video?.codec ?? watched?.sends ?? null);
    const { engine, phase } = this.#view;
    const { possible, best } = this.#choice;
    if (this.#host.run === null) {
      if (phase === 'unsupported' && best !== null) this.#start();
      return;
    }
    const isWrong = engine !== null && !possible.includes(engine);
    if (this.#stream !== before || isWrong || (isNews && best !== engine)) this.#start();
  }

  #start(): void {
    this.#end();
    const name = this.#choice.best;
    this.#show({ phase: name === null ? 'unsupported' : 'connecting', engine: name, retryAtMs: null });
    if (name !== null) this.#host.start(name);
  }

  #stop(): void {
    this.#end();
    this.#show({ phase: 'off', end: null, plan: null, retryAtMs: null });
    this.#parts.readings.publishNone();
  }

  /** Lets go of timers and engine, keeping the last picture on the canvas. */
  #end(): void {
    const { video, pictures } = this.#parts;
    const { still } = this.#options;
    this.#away.trust();
    this.#retry.cancel();
    if (this.#host.run !== null && pictures.started && copyPicture(video, still)) still.hidden = false;
    this.#host.end();
  }

  #onEnd(end: EngineEnd): void {
    const playedMs = this.#host.run !== null && this.#parts.pictures.started ? Date.now() - this.#playingSinceMs : 0;
    this.#end();
    const { engine } = this.#view;
    const isNext = engine !== null && isEngineFailure(end, playedMs) && this.#choice.fail(engine, end);
    // The camera sends another codec now; asked anew, the relay gives what this engine plays.
    if (isNext || (end.code === CLOSE.codec && playedMs > 0 && this.#retry.takeFirst())) {
      this.#start();
      return;
    }
    const { kind, delayMs } = this.#retry.after(end.code);
    this.#show({ phase: 'waiting', end, plan: kind, retryAtMs: Date.now() + delayMs });
    this.#parts.readings.publishNone();
  }

  /** Replaces an engine that plays nothing; at once the first time, then with backoff like any failure. */
  #replace(code: number): void {
    if (this.#retry.takeFirst()) this.#start();
    else this.#onEnd({ code, reason: null });
  }

  #onPicture(first: boolean): void {
    const nowMs = Date.now();
    if (first || this.#view.phase !== 'playing') {
      this.#playingSinceMs = nowMs;
      this.#host.run?.played();
      this.#show({ phase: 'playing', end: null, plan: null, retryAtMs: null, hasPicture: true, blocked: false });
      this.#parts.edge.settle(nowMs);
    }
    // The first picture may be followed by a seek to the live edge; the old one stays over that.
    const { still } = this.#options;
    if (!still.hidden && !this.#parts.video.seeking) still.hidden = true;
    this.#retry.playing(nowMs - this.#playingSinceMs);
    this.#parts.readings.publishNew(nowMs);
  }

  #onReturn(event: PageReturn): void {
    if (this.#closed || !this.#wanted) return;
    this.#retry.forget();
    if (this.#view.phase === 'waiting' || this.#view.phase === 'off') {
      this.#start();
      return;
    }
    if (event.type === 'online' || this.#host.run === null) return;
    const returnedAtMs = Date.now();
    void this.play();
    this.#parts.edge.look(returnedAtMs);
    this.#parts.pictures.forgive(returnedAtMs);
    // A sleep cut the connection without a word: a stream that was flowing must show itself now.
    const flowing = this.#camera?.state === 'live' || this.#camera === null;
    if (!flowing || event.awayMs < SHORT_ABSENCE_MS) return;
    this.#away.wantProof(() => {
      const { run } = this.#host;
      if (run !== null && run.lastDataMs <= returnedAtMs) this.#start();
    });
  }

  /** Muted or unmuted, by the viewer, a script or the browser. */
  #onSound(): void {
    const { sound } = this.#parts;
    this.#show({ muted: sound.muted, soundLost: false });
    if (this.#host.run !== null && sound.missing) this.#start();
  }

  /** Browsers pause silent videos of hidden pages and of low-power devices. */
  #onPause(): void {
    if (this.#host.run !== null && !document.hidden) void this.play();
  }

  #onMediaError({ message }: MediaError): void {
    if (this.#host.run !== null) this.#onEnd({ code: LOCAL_END.media, reason: { code: 'internal', message } });
  }

  #show(change: Partial<PlayerView>): void {
    const { possible, failures } = this.#choice;
    this.#view = { ...this.#view, ...change, engines: possible, engineFailures: failures };
    this.#options.onView(this.#view);
  }
}
