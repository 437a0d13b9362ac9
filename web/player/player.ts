/**
 * One camera in one video element, for as long as the page lives: starts engines and replaces them, keeps playback at
 * the live edge, notices pictures that stand still, measures the delay. What to do when is decided by the pure
 * policies beside it; what it looks like is the tile's.
 *
 *   off ──start──▶ connecting ──first picture──▶ playing
 *    ▲                 ▲  │ ◀──picture stands still──┘ │
 *    └──stop── (any)   │  ▼ engine ends                │
 *                     waiting ◀────────────────────────┘      unsupported: no engine can play here
 */
import type { CameraInfo } from '../../server/protocol.ts';
import { onPageLife, type PageEvent } from '../page-life.ts';
import { ArrivalTimeline } from './delay.ts';
import { type Engine, type EngineEnd, type EngineModule, type EngineOptions, LOCAL_END } from './engine.ts';
import { liveEdgeAction, nextReserveS, RESERVE_MIN_S } from './live-edge-policy.ts';
import { type ReconnectPlan, reconnectPlan } from './reconnect-policy.ts';
import { NO_STATS, type PlayerStats, RateMeter } from './stats.ts';
import { copyPicture } from './still.ts';

export type PlayerPhase = 'off' | 'connecting' | 'playing' | 'waiting' | 'unsupported';

/** What changes seldom; numbers come by `onStats`. */
export interface PlayerView {
  readonly phase: PlayerPhase;
  /** Why it waits. */
  readonly end: EngineEnd | null;
  readonly plan: ReconnectPlan['kind'] | null;
  /** Page clock (Unix ms) of the next try while `waiting`. */
  readonly retryAtMs: number | null;
  /** The browser wants a click before it plays. */
  readonly blocked: boolean;
  readonly muted: boolean;
  /** A picture, if only the last one, is on the screen. */
  readonly hasPicture: boolean;
  /** The stream came with sound that the page is playing or could play. */
  readonly soundLost: boolean;
}

export interface PlayerOptions {
  readonly video: HTMLVideoElement;
  /** Lies over the video and shows the last picture while there is no newer one. */
  readonly still: HTMLCanvasElement;
  readonly url: URL;
  readonly loadEngine: () => Promise<EngineModule>;
  /** How the next stream should come. */
  readonly transport: () => EngineOptions['transport'];
  /** The relay's wall clock (Unix ms); null while unknown. */
  readonly serverNowMs: () => number | null;
  readonly onView: (view: PlayerView) => void;
  readonly onStats: (stats: PlayerStats) => void;
}

const TICK_MS = 50;
const LOOK_MS = 200;
const STATS_INTERVAL_MS = 100;
/** A picture older than this while bytes come in is frozen. Slow cameras get four frame intervals. */
const FROZEN_MS = 4000;
/** A live camera that sends nothing for this long is on a dead socket. */
const SILENT_MS = 6000;
/** Until a first byte or a close: the relay itself answers a camera's silence after `connectTimeoutMs`, 10 s. */
const CONNECT_MS = 25_000;
/** After the page was away, a living socket shows itself within this time. */
const WAKE_PROOF_MS = 700;
/** A page hidden for longer gives its streams back. */
const HIDDEN_MS = 5 * 60_000;
/** Playing this long makes earlier failures history. */
const SETTLED_MS = 5000;
const SOUND_RETRY_MS = 30_000;

export class Player {
  readonly #options: PlayerOptions;
  readonly #video: HTMLVideoElement;
  readonly #stopPageLife: () => void;
  readonly #bitrate = new RateMeter(3000);
  readonly #fps = new RateMeter(2000);
  #engine: Engine | null = null;
  #engineStarts = 0;
  /** Set while the engine's code is loading, so that a stop in between is seen. */
  #startToken = 0;
  #arrivals = new ArrivalTimeline();
  #tick: ReturnType<typeof setInterval> | null = null;
  #retryTimer: ReturnType<typeof setTimeout> | null = null;
  #hiddenTimer: ReturnType<typeof setTimeout> | null = null;
  #wakeTimer: ReturnType<typeof setTimeout> | null = null;
  #camera: CameraInfo | null = null;
  #wanted = false;
  #closed = false;
  #view: PlayerView = {
    phase: 'off',
    end: null,
    plan: null,
    retryAtMs: null,
    blocked: false,
    muted: true,
    hasPicture: false,
    soundLost: false,
  };

  #attempt = 0;
  #startedAtMs = 0;
  #lastDataMs = 0;
  #flowingSinceMs = 0;
  #lastFrameMs = 0;
  #lastFrameMediaMs: number | null = null;
  #framesSeen = 0;
  #decodedFrames = 0;
  #frameIntervalMs = 40;
  #settledFromMs = 0;
  #reserveS = RESERVE_MIN_S;
  #calmSinceMs = 0;
  #lastSeekMs = 0;
  #lastEdgeLookMs = 0;
  #lastStatsMs = 0;
  #lastLookMs = 0;
  #nudgedAtMs = 0;
  #soundLostAtMs: number | null = null;
  #withAudio = false;

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.#video = options.video;
    this.#video.muted = true;
    this.#video.playsInline = true;
    this.#video.disableRemotePlayback = true;
    this.#video.dataset.engineStarts = '0';
    this.#stopPageLife = onPageLife((event) => this.#onPageLife(event));
    for (const type of ['timeupdate', 'progress', 'stalled', 'canplay'] as const) {
      this.#video.addEventListener(type, this.#lookAtEdge);
    }
    this.#video.addEventListener('waiting', this.#onRanDry);
    this.#video.addEventListener('volumechange', this.#onVolume);
    this.#video.addEventListener('pause', this.#onPause);
    this.#video.addEventListener('error', this.#onMediaError);
    this.#watchFrames();
  }

  get view(): PlayerView {
    return this.#view;
  }

  /** Plays while true. False gives the stream back and keeps the last picture. */
  setWanted(wanted: boolean): void {
    if (this.#closed || wanted === this.#wanted) return;
    this.#wanted = wanted;
    if (wanted) {
      this.#attempt = 0;
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
    // The time without bytes so far was the camera's fault; the socket gets its full time from here.
    if (becameLive) this.#lastDataMs = Math.max(this.#lastDataMs, Date.now());
  }

  /** Sound needs a stream with audio in it, so turning it on replaces the engine. */
  setMuted(muted: boolean): void {
    this.#video.muted = muted;
    this.#applyMuted(muted);
  }

  /** Ends a wait now. Nothing happens when there is none. */
  retryNow(): void {
    if (this.#closed || !this.#wanted || this.#view.phase !== 'waiting') return;
    this.#start();
  }

  /** For a click after the browser refused to play by itself. */
  async play(): Promise<void> {
    try {
      await this.#video.play();
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
    this.#stopPageLife();
    for (const type of ['timeupdate', 'progress', 'stalled', 'canplay'] as const) {
      this.#video.removeEventListener(type, this.#lookAtEdge);
    }
    this.#video.removeEventListener('waiting', this.#onRanDry);
    this.#video.removeEventListener('volumechange', this.#onVolume);
    this.#video.removeEventListener('pause', this.#onPause);
    this.#video.removeEventListener('error', this.#onMediaError);
  }

  #start(): void {
    this.#clearTimers();
    this.#dropEngine();
    this.#show({ phase: 'connecting', retryAtMs: null });
    const token = ++this.#startToken;
    this.#options.loadEngine().then(
      (module) => {
        if (token === this.#startToken) this.#startEngine(module);
      },
      () => {
        if (token === this.#startToken) this.#onEnd({ code: LOCAL_END.lost, reason: null });
      },
    );
  }

  #startEngine(module: EngineModule): void {
    if (!module.isSupported()) {
      this.#show({ phase: 'unsupported' });
      return;
    }
    const nowMs = Date.now();
    this.#startedAtMs = nowMs;
    this.#lastDataMs = nowMs;
    this.#lastFrameMs = 0;
    this.#lastFrameMediaMs = null;
    this.#decodedFrames = 0;
    this.#nudgedAtMs = 0;
    this.#arrivals = new ArrivalTimeline();
    this.#bitrate.reset();
    this.#fps.reset();
    this.#withAudio = !this.#view.muted && this.#soundLostAtMs === null;
    this.#video.dataset.engineStarts = String(++this.#engineStarts);
    const token = this.#startToken;
    try {
      this.#engine = module.createEngine({
        video: this.#video,
        url: this.#options.url,
        transport: this.#options.transport(),
        audio: this.#withAudio,
        onData: () => this.#onData(),
        onArrival: (arrival) => this.#arrivals.add(arrival),
        onEnd: (end) => {
          if (token === this.#startToken) this.#onEnd(end);
        },
      });
    } catch {
      this.#onEnd({ code: LOCAL_END.media, reason: null });
      return;
    }
    this.#tick = setInterval(() => this.#onTick(), TICK_MS);
    void this.play();
  }

  #stop(): void {
    this.#startToken++;
    this.#clearTimers();
    this.#dropEngine();
    this.#show({ phase: 'off', end: null, plan: null, retryAtMs: null });
    this.#options.onStats({ ...NO_STATS, width: this.#video.videoWidth, height: this.#video.videoHeight });
  }

  /** Keeps the last picture on the canvas, then lets go of the engine. */
  #dropEngine(): void {
    if (this.#tick !== null) clearInterval(this.#tick);
    this.#tick = null;
    if (this.#engine === null) return;
    if (this.#lastFrameMediaMs !== null && copyPicture(this.#video, this.#options.still)) {
      this.#options.still.hidden = false;
    }
    this.#engine.destroy();
    this.#engine = null;
    this.#video.playbackRate = 1;
  }

  #onEnd(end: EngineEnd): void {
    this.#startToken++;
    this.#dropEngine();
    this.#clearTimers();
    const plan = reconnectPlan(end.code, this.#attempt, Math.random());
    this.#attempt++;
    this.#retryTimer = setTimeout(() => this.retryNow(), plan.delayMs);
    this.#show({ phase: 'waiting', end, plan: plan.kind, retryAtMs: Date.now() + plan.delayMs });
    this.#options.onStats({ ...NO_STATS, width: this.#video.videoWidth, height: this.#video.videoHeight });
  }

  #onData(): void {
    const nowMs = Date.now();
    if (nowMs - this.#lastDataMs > 1000) this.#flowingSinceMs = nowMs;
    this.#lastDataMs = nowMs;
    const serverNowMs = this.#options.serverNowMs();
    const newestMs = this.#engine?.counters.lastVideoMs ?? -1;
    if (serverNowMs !== null && newestMs >= 0) this.#arrivals.received(newestMs, serverNowMs);
    // Timers of a hidden page are slowed down; messages are not.
    if (nowMs - this.#lastEdgeLookMs > 250) this.#lookAtEdge();
  }

  readonly #lookAtEdge = (): void => {
    const video = this.#video;
    if (this.#engine === null || video.readyState === 0 || video.seeking) return;
    const nowMs = Date.now();
    this.#lastEdgeLookMs = nowMs;
    const ranges: [number, number][] = [];
    for (let i = 0; i < video.buffered.length; i++) ranges.push([video.buffered.start(i), video.buffered.end(i)]);
    const action = liveEdgeAction({
      currentTimeS: video.currentTime,
      ranges,
      playbackRate: video.playbackRate,
      reserveS: this.#reserveS,
      frameIntervalS: this.#frameIntervalMs / 1000,
      started: this.#lastFrameMediaMs !== null,
      sinceSeekMs: nowMs - this.#lastSeekMs,
    });
    if (action.seekToS !== null && nowMs - this.#lastSeekMs > 100) {
      this.#lastSeekMs = nowMs;
      video.currentTime = action.seekToS;
    }
    if (video.playbackRate !== action.playbackRate) video.playbackRate = action.playbackRate;
  };

  readonly #onRanDry = (): void => {
    const nowMs = Date.now();
    // Only jitter counts: not the start, not a seek, and not a camera that sends nothing.
    const playing = this.#lastFrameMediaMs !== null && nowMs - this.#startedAtMs > 2000;
    if (!playing || nowMs - this.#lastSeekMs < 1000 || nowMs - this.#lastDataMs > 1000) return;
    this.#reserveS = nextReserveS(this.#reserveS, true, 0);
    this.#calmSinceMs = nowMs;
  };

  readonly #onVolume = (): void => {
    if (this.#video.muted !== this.#view.muted) this.#applyMuted(this.#video.muted);
  };

  /** Browsers pause silent videos of hidden pages and of low-power devices. */
  readonly #onPause = (): void => {
    if (this.#engine !== null && !document.hidden) void this.play();
  };

  readonly #onMediaError = (): void => {
    if (this.#engine !== null && this.#video.error !== null) {
      this.#onEnd({ code: LOCAL_END.media, reason: null });
    }
  };

  #applyMuted(muted: boolean): void {
    this.#soundLostAtMs = null;
    this.#show({ muted, soundLost: false });
    if (this.#engine !== null && !muted && !this.#withAudio) this.#start();
  }

  #watchFrames(): void {
    const onFrame = (_now: number, frame: VideoFrameCallbackMetadata): void => {
      if (this.#closed) return;
      this.#video.requestVideoFrameCallback(onFrame);
      if (this.#engine === null) return;
      const intervalMs = frame.mediaTime * 1000 - (this.#lastFrameMediaMs ?? Number.POSITIVE_INFINITY);
      if (intervalMs > 1 && intervalMs < 5000) this.#frameIntervalMs += (intervalMs - this.#frameIntervalMs) * 0.1;
      this.#framesSeen = frame.presentedFrames;
      this.#onPicture(frame.mediaTime * 1000);
    };
    if ('requestVideoFrameCallback' in this.#video) this.#video.requestVideoFrameCallback(onFrame);
  }

  #onPicture(mediaMs: number): void {
    const nowMs = Date.now();
    const first = this.#lastFrameMediaMs === null;
    this.#lastFrameMs = nowMs;
    this.#lastFrameMediaMs = mediaMs;
    if (first || this.#view.phase !== 'playing') {
      this.#settledFromMs = nowMs;
      this.#calmSinceMs = nowMs;
      this.#options.still.hidden = true;
      this.#show({ phase: 'playing', end: null, plan: null, retryAtMs: null, hasPicture: true, blocked: false });
      this.#lookAtEdge();
    }
    // Seen at any moment, a picture is half an interval older than when it appeared.
    if (nowMs - this.#lastStatsMs >= STATS_INTERVAL_MS) this.#publish(nowMs, Math.min(100, this.#frameIntervalMs / 2));
  }

  #onTick(): void {
    const engine = this.#engine;
    if (engine === null) return;
    const nowMs = Date.now();
    // A picture that stands still grows older all the time, also from one tick to the next.
    if (nowMs - this.#lastFrameMs > Math.max(150, 3 * this.#frameIntervalMs)) this.#publish(nowMs, TICK_MS / 2);
    if (nowMs - this.#lastLookMs < LOOK_MS - TICK_MS / 2) return;
    this.#lastLookMs = nowMs;
    this.#lookAtEdge();
    const decoded = this.#video.getVideoPlaybackQuality?.().totalVideoFrames ?? 0;
    if (decoded > this.#decodedFrames) {
      // Off the screen no frame is presented, and where requestVideoFrameCallback is missing none is announced.
      const announced = 'requestVideoFrameCallback' in this.#video && !document.hidden;
      if (!announced) this.#onPicture(this.#video.currentTime * 1000);
      this.#decodedFrames = decoded;
      this.#lastFrameMs = nowMs;
    }
    this.#bitrate.add(engine.counters.bytes * 8, nowMs);
    this.#fps.add('requestVideoFrameCallback' in this.#video ? this.#framesSeen : decoded, nowMs);
    if (nowMs - this.#settledFromMs > SETTLED_MS && this.#view.phase === 'playing') this.#attempt = 0;
    const reserveS = nextReserveS(this.#reserveS, false, nowMs - this.#calmSinceMs);
    if (reserveS !== this.#reserveS) this.#calmSinceMs = nowMs;
    this.#reserveS = reserveS;
    this.#retrySound(nowMs);
    this.#checkAlive(nowMs);
  }

  #checkAlive(nowMs: number): void {
    const cameraDown = this.#camera !== null && this.#camera.state !== 'live';
    const quietMs = nowMs - this.#lastDataMs;
    const anyBytes = (this.#engine?.counters.bytes ?? 0) > 0;
    if (cameraDown) {
      // Viewers stay attached while the relay brings the camera back; only a socket that says nothing at all is left.
      if (!anyBytes && nowMs - this.#startedAtMs > 2 * CONNECT_MS) this.#replace(LOCAL_END.silent);
      return;
    }
    if (quietMs > (anyBytes ? SILENT_MS : CONNECT_MS)) {
      this.#replace(LOCAL_END.silent);
      return;
    }
    if (document.hidden || quietMs > 1000 || !anyBytes) return;
    const limitMs = Math.max(FROZEN_MS, 4 * this.#frameIntervalMs);
    const stillMs = nowMs - Math.max(this.#lastFrameMs, this.#startedAtMs, this.#flowingSinceMs);
    if (stillMs < limitMs / 2 || this.#view.blocked) return;
    if (this.#withAudio && this.#view.phase === 'playing') {
      this.#soundLostAtMs = nowMs;
      this.#show({ soundLost: true });
      this.#start();
    } else if (stillMs > limitMs) this.#replace(LOCAL_END.frozen);
    else if (nowMs - this.#nudgedAtMs > limitMs) this.#nudge(nowMs);
  }

  /** A gentler try before the engine is replaced: to the newest picture, and play. */
  #nudge(nowMs: number): void {
    this.#nudgedAtMs = nowMs;
    const { buffered } = this.#video;
    if (buffered.length > 0) {
      this.#lastSeekMs = nowMs;
      this.#video.currentTime = Math.max(buffered.start(buffered.length - 1), buffered.end(buffered.length - 1) - 0.1);
    }
    void this.play();
  }

  /** Replaces an engine that plays nothing; at once the first time, then with backoff like any failure. */
  #replace(code: number): void {
    if (this.#attempt === 0) {
      this.#attempt = 1;
      this.#start();
    } else this.#onEnd({ code, reason: null });
  }

  /** A camera's sound that dried up holds up the picture, so the picture went on alone; is it back? */
  #retrySound(nowMs: number): void {
    if (this.#soundLostAtMs === null || nowMs - this.#soundLostAtMs < SOUND_RETRY_MS) return;
    this.#soundLostAtMs = null;
    if (this.#view.muted || this.#camera?.audio === null) return;
    this.#show({ soundLost: false });
    this.#start();
  }

  #publish(nowMs: number, standingMs: number): void {
    this.#lastStatsMs = nowMs;
    const serverNowMs = this.#options.serverNowMs();
    const mediaMs = this.#lastFrameMediaMs;
    const delayMs =
      mediaMs === null || serverNowMs === null ? null : this.#arrivals.delayMs(mediaMs, serverNowMs + standingMs);
    this.#options.onStats({
      delayMs,
      bitrate: this.#bitrate.perSecond,
      fps: this.#fps.perSecond,
      width: this.#video.videoWidth,
      height: this.#video.videoHeight,
    });
  }

  #onPageLife(event: PageEvent): void {
    if (this.#closed) return;
    if (event.type === 'hidden') {
      this.#hiddenTimer = setTimeout(() => this.#stop(), HIDDEN_MS);
      return;
    }
    if (this.#hiddenTimer !== null) clearTimeout(this.#hiddenTimer);
    this.#hiddenTimer = null;
    if (!this.#wanted) return;
    this.#attempt = 0;
    if (this.#view.phase === 'waiting' || this.#view.phase === 'off') {
      this.#start();
      return;
    }
    if (event.type === 'online' || this.#engine === null) return;
    void this.play();
    this.#lookAtEdge();
    const awayFrom = Date.now();
    this.#lastFrameMs = awayFrom;
    // A sleep cut the connection without a word: a stream that was flowing must show itself now.
    const flowing = this.#camera?.state === 'live' || this.#camera === null;
    if (!flowing || event.awayMs < 3000) return;
    if (this.#wakeTimer !== null) clearTimeout(this.#wakeTimer);
    this.#wakeTimer = setTimeout(() => {
      if (this.#engine !== null && this.#lastDataMs <= awayFrom) this.#start();
    }, WAKE_PROOF_MS);
  }

  #clearTimers(): void {
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer);
    if (this.#wakeTimer !== null) clearTimeout(this.#wakeTimer);
    if (this.#hiddenTimer !== null && !document.hidden) clearTimeout(this.#hiddenTimer);
    this.#retryTimer = null;
    this.#wakeTimer = null;
  }

  #show(change: Partial<PlayerView>): void {
    this.#view = { ...this.#view, ...change };
    this.#options.onView(this.#view);
  }
}
