/**
 * One engine filling the video element, from its making to its end: feeds the parts that watch it and sees to it that it
 * is alive. What follows its end, and which engine it is, is `player.ts`.
 */
import type { CameraInfo } from '../../server/protocol.ts';
import { elapsedMs } from '../elapsed.ts';
import { aliveAction, FLOWING_MS } from './alive-policy.ts';
import { type Engine, type EngineEnd, type EngineModule, type EngineOptions, LOCAL_END } from './engine.ts';
import type { PlayerParts } from './player-parts.ts';

export interface EngineRunOptions extends Pick<EngineOptions, 'url' | 'transport'> {
  /** What the relay says about the camera now; null while it cannot be heard. */
  readonly camera: () => CameraInfo | null;
  /** The browser wants a click before it plays. */
  readonly blocked: () => boolean;
  readonly play: () => void;
  /** The engine ended by itself: its last event. */
  readonly onEnd: (end: EngineEnd) => void;
  /** The engine plays nothing and should make way for another. */
  readonly onDead: (code: number) => void;
  /** The camera's sound dried up and holds up the picture, or may be back: a stream without or with it is wanted. */
  readonly onSoundChange: () => void;
}

const TICK_MS = 50;
const LOOK_MS = 200;

export class EngineRun {
  readonly #parts: PlayerParts;
  readonly #options: EngineRunOptions;
  readonly #engine: Engine;
  readonly #tick: ReturnType<typeof setInterval>;
  readonly #startedAtMs = Date.now();
  #over = false;
  #anyData = false;
  #lastDataMs = this.#startedAtMs;
  #flowingSinceMs = 0;
  #lastLookMs = 0;
  #nudgedAtMs = 0;
  #playing = false;

  /** Throws what the engine's maker throws; then there is nothing to end. */
  constructor(module: EngineModule, parts: PlayerParts, options: EngineRunOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#engine = module.createEngine({
      video: parts.video,
      url: options.url,
      transport: options.transport,
      audio: parts.sound.begin(),
      onData: () => this.#onData(),
      onArrival: (arrival) => parts.readings.arrived(arrival),
      onEnd: (end) => {
        if (!this.#over) options.onEnd(end);
      },
    });
    parts.pictures.begin();
    if (!this.#engine.keepsLiveEdge) parts.edge.begin(this.#startedAtMs);
    parts.readings.begin();
    this.#tick = setInterval(() => this.#onTick(), TICK_MS);
  }

  /** Page clock (Unix ms) when bytes came last, or when they could first be expected. */
  get lastDataMs(): number {
    return this.#lastDataMs;
  }

  /** Pictures are on the screen. */
  played(): void {
    this.#playing = true;
  }

  /** The time without bytes so far was the camera's fault; the socket gets its full time from here. */
  excuse(): void {
    this.#lastDataMs = Math.max(this.#lastDataMs, Date.now());
  }

  /** Lets go of everything; idempotent. No event follows. */
  close(): void {
    if (this.#over) return;
    this.#over = true;
    clearInterval(this.#tick);
    this.#engine.destroy();
    this.#parts.pictures.end();
    this.#parts.edge.end();
  }

  #onData(): void {
    if (this.#over) return;
    const nowMs = Date.now();
    if (nowMs - this.#lastDataMs > FLOWING_MS) this.#flowingSinceMs = nowMs;
    this.#lastDataMs = nowMs;
    this.#anyData = true;
    // The first bytes may come while the engine is being made.
    const { lastVideoMs = -1, lastAudioMs = -1 } = this.#engine?.counters ?? {};
    this.#parts.readings.received(lastVideoMs);
    this.#parts.edge.received(nowMs, lastVideoMs, lastAudioMs);
  }

  #onTick(): void {
    const { pictures, edge, readings, sound } = this.#parts;
    const nowMs = Date.now();
    // A picture that stands still grows older all the time, also from one tick to the next.
    const late = nowMs - pictures.lastPictureMs > Math.max(150, 3 * pictures.frameIntervalMs);
    if (late) readings.publish(nowMs, TICK_MS / 2);
    if (elapsedMs(nowMs, this.#lastLookMs) < LOOK_MS - TICK_MS / 2) return;
    this.#lastLookMs = nowMs;
    pictures.look(nowMs);
    edge.look(nowMs);
    readings.count(this.#engine.counters.bytes, nowMs);
    if (sound.retryDue(nowMs, this.#options.camera()?.audio !== null)) this.#options.onSoundChange();
    else this.#checkAlive(nowMs);
  }

  #checkAlive(nowMs: number): void {
    const { pictures, sound, edge } = this.#parts;
    const camera = this.#options.camera();
    const action = aliveAction({
      nowMs,
      startedAtMs: this.#startedAtMs,
      lastDataMs: this.#lastDataMs,
      anyData: this.#anyData,
      flowingSinceMs: this.#flowingSinceMs,
      lastPictureMs: pictures.lastPictureMs,
      frameIntervalMs: pictures.frameIntervalMs,
      nudgedAtMs: this.#nudgedAtMs,
      cameraDown: camera !== null && camera.state !== 'live',
      hidden: document.hidden,
      blocked: this.#options.blocked(),
      withAudio: sound.inStream,
      playing: this.#playing,
    });
    if (action === 'nudge') {
      this.#nudgedAtMs = nowMs;
      edge.jump(nowMs);
      this.#options.play();
    } else if (action === 'drop-sound') {
      sound.drop(nowMs);
      this.#options.onSoundChange();
    } else if (action !== 'nothing') this.#options.onDead(LOCAL_END[action]);
  }
}
