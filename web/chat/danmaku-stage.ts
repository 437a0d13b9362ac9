/**
 * Flies danmaku over a picture: one element each, moved by the compositor alone (an animated `transform` and nothing
 * else), so neither the page nor the video waits for it. Which lane is `lane-policy.ts`.
 */
import type { ChatLane } from '../../server/protocol.ts';
import type { OverlaySettings } from './chat-preferences.ts';
import { chooseRow, type LaneUse, rowsOf } from './lane-policy.ts';

export interface Danmaku {
  readonly text: string;
  readonly colour: string;
  readonly lane: ChatLane;
  readonly isMine: boolean;
}

/** Crossing a picture 800 px wide takes 8 s. */
const BASE_PX_PER_MS = 0.1;
const STILL_MS = 4_500;
const LANE_HEIGHT = 1.4;
const BASE_FONT_SHARE = 1 / 22;
const MIN_FONT_PX = 14;
const MAX_FONT_PX = 30;
/** What finds no lane waits so long; then the moment it belonged to is over. */
const MAX_WAIT_MS = 3_000;
const MAX_WAITING = 200;
const RETRY_MS = 100;

interface Waiting {
  readonly danmaku: Danmaku;
  readonly sinceMs: number;
}

export class DanmakuStage {
  readonly #element: HTMLElement;
  readonly #observer: ResizeObserver;
  readonly #flying = new Map<HTMLElement, Animation>();
  /** Who flew last along each row. */
  readonly #uses = new Map<number, LaneUse>();
  /** Who stands in each row. */
  readonly #standing = new Map<number, HTMLElement>();
  #settings: OverlaySettings;
  #waiting: Waiting[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #frame = 0;
  #widthPx = 0;
  #heightPx = 0;
  #paused = false;
  /** The stage's own clock, which stands still while it is paused. */
  #clockMs = 0;
  #clockAtMs = performance.now();

  /** @param element covers the picture; emptied by `close()` */
  constructor(element: HTMLElement, settings: OverlaySettings) {
    this.#element = element;
    this.#settings = settings;
    this.#observer = new ResizeObserver(() => this.#measure());
    this.#observer.observe(element);
    this.#measure();
    this.set(settings);
  }

  /** Danmaku on the picture now. */
  get size(): number {
    return this.#flying.size;
  }

  set(settings: OverlaySettings): void {
    this.#settings = settings;
    // On each element: on the stage it would have the whole of it drawn aside and blended, at every frame.
    this.#element.style.setProperty('--danmaku-opacity', String(settings.opacity));
    this.#element.style.fontSize = `${this.#fontPx}px`;
    if (!settings.on) this.clear();
  }

  add(danmaku: Danmaku): void {
    if (!this.#settings.on || document.hidden || this.#waiting.length >= MAX_WAITING) return;
    this.#waiting.push({ danmaku, sinceMs: this.#nowMs });
    // All that come within a frame are laid out at once.
    this.#frame ||= requestAnimationFrame(() => this.#place());
  }

  /** Everything stands still while the picture does. */
  setPaused(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#clockMs = this.#nowMs;
    this.#clockAtMs = performance.now();
    this.#paused = paused;
    for (const animation of this.#flying.values()) {
      if (paused) animation.pause();
      else animation.play();
    }
    if (!paused && this.#waiting.length > 0) this.#place();
  }

  clear(): void {
    this.#waiting = [];
    for (const [element, animation] of this.#flying) {
      animation.cancel();
      element.remove();
    }
    this.#flying.clear();
    this.#uses.clear();
    this.#standing.clear();
  }

  /** Idempotent. */
  close(): void {
    this.clear();
    this.#observer.disconnect();
    cancelAnimationFrame(this.#frame);
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  get #nowMs(): number {
    return this.#paused ? this.#clockMs : this.#clockMs + performance.now() - this.#clockAtMs;
  }

  get #fontPx(): number {
    const basePx = Math.min(MAX_FONT_PX, Math.max(MIN_FONT_PX, this.#heightPx * BASE_FONT_SHARE));
    return Math.round(basePx * this.#settings.size);
  }

  #measure(): void {
    this.#widthPx = this.#element.clientWidth;
    this.#heightPx = this.#element.clientHeight;
    this.#element.style.fontSize = `${this.#fontPx}px`;
  }

  /** Elements are made first and measured together: one layout for all of them. */
  #place(): void {
    this.#frame = 0;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#paused || this.#widthPx === 0) return;
    const nowMs = this.#nowMs;
    const rowPx = Math.ceil(this.#fontPx * LANE_HEIGHT);
    const rows = rowsOf(this.#heightPx, rowPx, this.#settings.density);
    const pxPerMs = BASE_PX_PER_MS * this.#settings.speed * Math.max(1, this.#widthPx / 1000);
    const allStand = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const later: Waiting[] = [];
    const placed: { readonly element: HTMLElement; readonly row: number; readonly flies: boolean }[] = [];
    for (const waiting of this.#waiting) {
      if (nowMs - waiting.sinceMs > MAX_WAIT_MS) continue;
      const { lane } = waiting.danmaku;
      // A picture too low for standing rows lets everything fly.
      const flies = !allStand && (lane === 'scroll' || rows[lane].length === 0);
      const own = flies || rows[lane].length === 0 ? rows.scroll : rows[lane];
      const row = flies
        ? chooseRow(own, this.#uses, this.#widthPx, pxPerMs, nowMs)
        : own.find((each) => !this.#standing.has(each));
      if (row === undefined) {
        later.push(waiting);
        continue;
      }
      const element = this.#make(waiting.danmaku);
      // Its width is not known yet: until it is, nothing else enters this row.
      if (flies) this.#uses.set(row, { startMs: nowMs, widthPx: Number.POSITIVE_INFINITY, pxPerMs });
      else this.#standing.set(row, element);
      placed.push({ element, row, flies });
    }
    this.#waiting = later;
    this.#element.append(...placed.map(({ element }) => element));
    const widths = placed.map(({ element }) => element.offsetWidth);
    for (const [index, { element, row, flies }] of placed.entries()) {
      if (flies) this.#fly(element, row, rowPx, { startMs: nowMs, widthPx: widths[index]!, pxPerMs });
      else this.#stand(element, row, rowPx, widths[index]!);
    }
    if (later.length > 0) this.#timer = setTimeout(() => this.#place(), RETRY_MS);
  }

  #make({ text, colour, isMine }: Danmaku): HTMLElement {
    const element = document.createElement('div');
    element.className = isMine ? 'danmaku is-mine' : 'danmaku';
    element.dir = 'auto';
    element.textContent = text;
    element.style.color = colour;
    return element;
  }

  #fly(element: HTMLElement, row: number, rowPx: number, use: LaneUse): void {
    this.#uses.set(row, use);
    const y = row * rowPx;
    const path = [
      { transform: `translate3d(${this.#widthPx}px, ${y}px, 0)` },
      { transform: `translate3d(${-use.widthPx}px, ${y}px, 0)` },
    ];
    this.#animate(element, path, (this.#widthPx + use.widthPx) / use.pxPerMs);
  }

  #stand(element: HTMLElement, row: number, rowPx: number, widthPx: number): void {
    const place = { transform: `translate3d(${(this.#widthPx - widthPx) / 2}px, ${row * rowPx}px, 0)` };
    this.#animate(element, [place, place], STILL_MS, () => {
      if (this.#standing.get(row) === element) this.#standing.delete(row);
    });
  }

  #animate(element: HTMLElement, path: Keyframe[], durationMs: number, onEnd?: () => void): void {
    const animation = element.animate(path, { duration: durationMs, easing: 'linear', fill: 'both' });
    this.#flying.set(element, animation);
    animation.onfinish = () => {
      this.#flying.delete(element);
      element.remove();
      onEnd?.();
    };
  }
}
