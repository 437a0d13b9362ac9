/** The numbers of one player: delay, bit rate, pictures a second. Formulas are `delay.ts` and `stats.ts`. */
import { elapsedMs } from '../elapsed.ts';
import { ArrivalTimeline } from './delay.ts';
import type { PictureArrival } from './engine.ts';
import type { PictureWatch } from './picture-watch.ts';
import { NO_STATS, type PlayerStats, RateMeter } from './stats.ts';

const INTERVAL_MS = 100;

export class Readings {
  readonly #video: HTMLVideoElement;
  readonly #pictures: PictureWatch;
  readonly #serverNowMs: () => number | null;
  readonly #onStats: (stats: PlayerStats) => void;
  readonly #bitrate = new RateMeter(3000);
  readonly #fps = new RateMeter(2000);
  #arrivals = new ArrivalTimeline();
  #publishedAtMs = 0;

  /** `serverNowMs` is the relay's wall clock (Unix ms); null while unknown. */
  constructor(
    video: HTMLVideoElement,
    pictures: PictureWatch,
    serverNowMs: () => number | null,
    onStats: (stats: PlayerStats) => void,
  ) {
    this.#video = video;
    this.#pictures = pictures;
    this.#serverNowMs = serverNowMs;
    this.#onStats = onStats;
  }

  /** Forgets what was measured: another engine fills the element. */
  begin(): void {
    this.#arrivals = new ArrivalTimeline();
    this.#bitrate.reset();
    this.#fps.reset();
  }

  arrived(arrival: PictureArrival): void {
    this.#arrivals.add(arrival);
  }

  /** The page has received the picture at `newestMs` of the element's time; -1 for none yet. */
  received(newestMs: number): void {
    const serverNowMs = this.#serverNowMs();
    if (serverNowMs !== null && newestMs >= 0) this.#arrivals.received(newestMs, serverNowMs);
  }

  /** To be called a few times a second. */
  count(receivedBytes: number, nowMs: number): void {
    this.#bitrate.add(receivedBytes * 8, nowMs);
    this.#fps.add(this.#pictures.shown, nowMs);
  }

  /** A picture came: seen at any moment, it is half an interval older than when it appeared. */
  publishNew(nowMs: number): void {
    if (elapsedMs(nowMs, this.#publishedAtMs) < INTERVAL_MS) return;
    this.publish(nowMs, Math.min(100, this.#pictures.frameIntervalMs / 2));
  }

  /** Tells the numbers now; `standingMs` is how much older the picture is than this moment says. */
  publish(nowMs: number, standingMs: number): void {
    this.#publishedAtMs = nowMs;
    const serverNowMs = this.#serverNowMs();
    const { mediaMs } = this.#pictures;
    const known = mediaMs !== null && serverNowMs !== null;
    this.#onStats({
      delayMs: known ? this.#arrivals.delayMs(mediaMs, serverNowMs + standingMs) : null,
      bitrate: this.#bitrate.perSecond,
      fps: this.#fps.perSecond,
      ...this.#size,
    });
  }

  /** Nothing plays; only the size of the last picture is left. */
  publishNone(): void {
    this.#onStats({ ...NO_STATS, ...this.#size });
  }

  get #size(): { width: number; height: number } {
    return { width: this.#video.videoWidth, height: this.#video.videoHeight };
  }
}
