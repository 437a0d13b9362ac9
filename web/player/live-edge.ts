/**
 * Does to a video element what `live-edge-policy.ts` decides: seeks, plays a little faster, and holds more in reserve
 * while the network is jittery. Which engine fills the element does not matter.
 */
import { elapsedMs } from '../elapsed.ts';
import { isJitter, liveEdgeAction, nextReserveS, RESERVE_MIN_S } from './live-edge-policy.ts';
import type { PictureWatch } from './picture-watch.ts';

/** The element's own moments to look; between them the player's timer and the arrival of bytes make it look. */
const MOMENTS = ['timeupdate', 'progress', 'stalled', 'canplay'] as const;
const MIN_SEEK_INTERVAL_MS = 100;
/** Timers of a hidden page are slowed down; messages are not. */
const LOOK_ON_DATA_MS = 250;

/** Listens from its making to `close()`; acts between `begin()` and `end()`. */
export class LiveEdge {
  readonly #video: HTMLVideoElement;
  readonly #pictures: PictureWatch;
  #running = false;
  #startedAtMs = 0;
  #lastDataMs = 0;
  #newestMs = -1;
  #soundLeadS: number | null = null;
  #lastSeekMs = 0;
  #lastLookMs = 0;
  #calmSinceMs = 0;
  #reserveS = RESERVE_MIN_S;

  constructor(video: HTMLVideoElement, pictures: PictureWatch) {
    this.#video = video;
    this.#pictures = pictures;
    for (const moment of MOMENTS) video.addEventListener(moment, this.#look);
    video.addEventListener('waiting', this.#onRanDry);
  }

  begin(nowMs: number): void {
    this.#running = true;
    this.#startedAtMs = nowMs;
    this.#lastDataMs = nowMs;
    this.#newestMs = -1;
    this.#soundLeadS = null;
  }

  end(): void {
    this.#running = false;
    this.#video.playbackRate = 1;
  }

  /** Bytes came in: the newest picture and the newest sound, in the element's time; -1 for none yet. */
  received(nowMs: number, newestMs: number, newestSoundMs: number): void {
    this.#lastDataMs = nowMs;
    this.#newestMs = newestMs;
    this.#soundLeadS = newestSoundMs < 0 ? null : (newestSoundMs - newestMs) / 1000;
    if (elapsedMs(nowMs, this.#lastLookMs) > LOOK_ON_DATA_MS) this.#look();
  }

  /** Pictures begin to come: calm is counted from here. */
  settle(nowMs: number): void {
    this.#calmSinceMs = nowMs;
    this.#look();
  }

  /** To be called a few times a second. */
  look(nowMs: number): void {
    this.#look();
    const reserveS = nextReserveS(this.#reserveS, false, nowMs - this.#calmSinceMs);
    if (reserveS !== this.#reserveS) this.#calmSinceMs = nowMs;
    this.#reserveS = reserveS;
  }

  /** To the newest picture, for a video that stands still though there is one. */
  jump(nowMs: number): void {
    const { buffered } = this.#video;
    const last = buffered.length - 1;
    if (last < 0) return;
    this.#lastSeekMs = nowMs;
    this.#video.currentTime = Math.max(buffered.start(last), buffered.end(last) - 0.1);
  }

  close(): void {
    this.#running = false;
    for (const moment of MOMENTS) this.#video.removeEventListener(moment, this.#look);
    this.#video.removeEventListener('waiting', this.#onRanDry);
  }

  readonly #look = (): void => {
    const video = this.#video;
    if (!this.#running || video.readyState === 0 || video.seeking) return;
    const nowMs = Date.now();
    this.#lastLookMs = nowMs;
    const sinceSeekMs = elapsedMs(nowMs, this.#lastSeekMs);
    const ranges: [number, number][] = [];
    for (let i = 0; i < video.buffered.length; i++) ranges.push([video.buffered.start(i), video.buffered.end(i)]);
    const action = liveEdgeAction({
      currentTimeS: video.currentTime,
      ranges,
      playbackRate: video.playbackRate,
      reserveS: this.#reserveS,
      frameIntervalS: this.#pictures.frameIntervalMs / 1000,
      started: this.#pictures.started,
      sinceSeekMs,
      soundLeadS: this.#soundLeadS,
    });
    if (action.seekToS !== null && sinceSeekMs > MIN_SEEK_INTERVAL_MS) {
      this.#lastSeekMs = nowMs;
      video.currentTime = action.seekToS;
    }
    if (video.playbackRate !== action.playbackRate) video.playbackRate = action.playbackRate;
  };

  readonly #onRanDry = (): void => {
    const nowMs = Date.now();
    if (!this.#running || !this.#pictures.started) return;
    const dry = {
      nowMs,
      startedAtMs: this.#startedAtMs,
      lastSeekMs: this.#lastSeekMs,
      lastDataMs: this.#lastDataMs,
      newestMs: this.#newestMs,
      currentMs: this.#video.currentTime * 1000,
      frameIntervalMs: this.#pictures.frameIntervalMs,
    };
    if (!isJitter(dry)) return;
    this.#reserveS = nextReserveS(this.#reserveS, true, 0);
    this.#calmSinceMs = nowMs;
  };
}
