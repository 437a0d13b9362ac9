/**
 * Flies danmaku over a picture: one element each, moved by the compositor alone (an animated `transform` and nothing
 * else), so neither the page nor the video waits for it. Which lane is `lane-policy.ts`.
 */
import type { ChatLane } from '../../server/protocol.ts';
import type { OverlaySettings } from './chat-preferences.ts';
import { chooseRow, type LaneUse, type Rows, rowsOf } from './lane-policy.ts';
import { PausableClock } from './pausable-clock.ts';

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
/**
 * Each time elements come or go, the page lists all its layers anew, which costs far more than moving them. So those
 * that come within this time come together, and those that are out on the left go with them.
 */
const CHANGE_EVERY_MS = 200;

interface Waiting {
  readonly danmaku: Danmaku;
  readonly sinceMs: number;
}

/** One that is on the picture. */
interface Shown {
  readonly danmaku: Danmaku;
  /** Of the stage's own clock. */
  readonly startMs: number;
  animation: Animation | null;
}

/** The stage in the terms of lanes, as it is now. */
interface Ground {
  readonly rows: Rows;
  readonly rowPx: number;
  readonly pxPerMs: number;
  /** For those who want no motion. */
  readonly allStand: boolean;
}

interface Place {
  readonly row: number;
  readonly flies: boolean;
}

export class DanmakuStage {
  readonly #element: HTMLElement;
  readonly #observer: ResizeObserver;
  /** In the order in which they came. */
  readonly #shown = new Map<HTMLElement, Shown>();
  /** Who flew last along each row. */
  readonly #uses = new Map<number, LaneUse>();
  /** Who stands in each row. */
  readonly #standing = new Map<number, HTMLElement>();
  #settings: OverlaySettings;
  #waiting: Waiting[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #changedAtMs = Number.NEGATIVE_INFINITY;
  /** Out of the picture, but not off the page yet. */
  readonly #out = new Set<HTMLElement>();
  #widthPx = 0;
  #heightPx = 0;
  readonly #clock = new PausableClock();

  /** @param element covers the picture; emptied by `close()` */
  constructor(element: HTMLElement, settings: OverlaySettings) {
    this.#element = element;
    this.#settings = settings;
    this.#observer = new ResizeObserver(() => this.#layAgain());
    this.#observer.observe(element);
    this.set(settings);
    this.#layAgain();
  }

  set(settings: OverlaySettings): void {
    const { size, speed, density } = this.#settings;
    const isSameLayout = settings.size === size && settings.speed === speed && settings.density === density;
    this.#settings = settings;
    // On each element: on the stage it would have the whole of it drawn aside and blended, at every frame.
    this.#element.style.setProperty('--danmaku-opacity', String(settings.opacity));
    if (!settings.on) this.clear();
    if (!isSameLayout) this.#layAgain();
  }

  add(danmaku: Danmaku): void {
    if (!this.#settings.on || document.hidden || this.#waiting.length >= MAX_WAITING) return;
    this.#waiting.push({ danmaku, sinceMs: this.#clock.nowMs });
    this.#changeSoon();
  }

  /** Everything stands still while the picture does. */
  setPaused(paused: boolean): void {
    if (paused === this.#clock.isPaused) return;
    this.#clock.set(paused);
    for (const { animation } of this.#shown.values()) {
      if (paused) animation?.pause();
      else animation?.play();
    }
    if (!paused && this.#waiting.length > 0) this.#changeSoon();
  }

  clear(): void {
    this.#waiting = [];
    for (const element of [...this.#shown.keys()]) this.#remove(element);
    this.#uses.clear();
    this.#standing.clear();
  }

  /** Idempotent. */
  close(): void {
    this.clear();
    this.#observer.disconnect();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  get #fontPx(): number {
    const basePx = Math.min(MAX_FONT_PX, Math.max(MIN_FONT_PX, this.#heightPx * BASE_FONT_SHARE));
    return Math.round(basePx * this.#settings.size);
  }

  get #ground(): Ground {
    const rowPx = Math.ceil(this.#fontPx * LANE_HEIGHT);
    return {
      rows: rowsOf(this.#heightPx, rowPx, this.#settings.density),
      rowPx,
      pxPerMs: BASE_PX_PER_MS * this.#settings.speed * Math.max(1, this.#widthPx / 1000),
      allStand: matchMedia('(prefers-reduced-motion: reduce)').matches,
    };
  }

  #changeSoon(): void {
    const waitMs = this.#changedAtMs + CHANGE_EVERY_MS - performance.now();
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#changedAtMs = performance.now();
      for (const element of this.#out) this.#remove(element);
      this.#letIn();
    }, waitMs);
  }

  /** Lets in those who wait, as far as there is room. Elements are made first and measured together: one layout. */
  #letIn(): void {
    if (this.#clock.isPaused || this.#widthPx === 0) return;
    const ground = this.#ground;
    const startMs = this.#clock.nowMs;
    const later: Waiting[] = [];
    const placed: { readonly element: HTMLElement; readonly place: Place }[] = [];
    for (const waiting of this.#waiting) {
      if (startMs - waiting.sinceMs > MAX_WAIT_MS) continue;
      const place = this.#placeFor(waiting.danmaku.lane, ground, startMs);
      if (place === undefined) {
        later.push(waiting);
        continue;
      }
      const element = makeElement(waiting.danmaku);
      this.#shown.set(element, { danmaku: waiting.danmaku, startMs, animation: null });
      // Its width is not known yet: until it is, nothing else enters this row.
      this.#occupy(place, element, { startMs, widthPx: Number.POSITIVE_INFINITY, pxPerMs: ground.pxPerMs });
      placed.push({ element, place });
    }
    this.#waiting = later;
    this.#element.append(...placed.map(({ element }) => element));
    const widthsPx = placed.map(({ element }) => element.offsetWidth);
    for (const [index, { element, place }] of placed.entries()) this.#show(element, place, widthsPx[index]!, ground);
    if (later.length > 0) this.#changeSoon();
  }

  /** The stage or the settings are others: everybody goes where they would be now had they entered this stage. */
  #layAgain(): void {
    this.#widthPx = this.#element.clientWidth;
    this.#heightPx = this.#element.clientHeight;
    this.#element.style.fontSize = `${this.#fontPx}px`;
    this.#uses.clear();
    this.#standing.clear();
    const ground = this.#ground;
    const shown = [...this.#shown].map(([element, { danmaku, startMs }]) => {
      return { element, danmaku, startMs, widthPx: element.offsetWidth };
    });
    for (const { element, danmaku, startMs, widthPx } of shown) {
      const place = this.#placeFor(danmaku.lane, ground, startMs);
      if (place === undefined) this.#remove(element);
      else this.#show(element, place, widthPx, ground);
    }
  }

  #placeFor(lane: ChatLane, { rows, pxPerMs, allStand }: Ground, atMs: number): Place | undefined {
    // A picture too low for standing rows lets everything fly.
    const flies = !allStand && (lane === 'scroll' || rows[lane].length === 0);
    const own = flies || rows[lane].length === 0 ? rows.scroll : rows[lane];
    const row = flies
      ? chooseRow(own, this.#uses, this.#widthPx, pxPerMs, atMs)
      : own.find((each) => !this.#standing.has(each));
    return row === undefined ? undefined : { row, flies };
  }

  #occupy({ row, flies }: Place, element: HTMLElement, use: LaneUse): void {
    if (flies) this.#uses.set(row, use);
    else this.#standing.set(row, element);
  }

  /** Sets it moving along its row, from where it has to be by now. */
  #show(element: HTMLElement, place: Place, widthPx: number, { rowPx, pxPerMs }: Ground): void {
    const shown = this.#shown.get(element)!;
    this.#occupy(place, element, { startMs: shown.startMs, widthPx, pxPerMs });
    const at = (xPx: number): Keyframe => ({ transform: `translate3d(${xPx}px, ${place.row * rowPx}px, 0)` });
    const middlePx = (this.#widthPx - widthPx) / 2;
    const path = place.flies ? [at(this.#widthPx), at(-widthPx)] : [at(middlePx), at(middlePx)];
    const durationMs = place.flies ? (this.#widthPx + widthPx) / pxPerMs : STILL_MS;
    const animation = element.animate(path, { duration: durationMs, easing: 'linear', fill: 'both' });
    if (shown.animation !== null) animation.currentTime = this.#clock.nowMs - shown.startMs;
    if (this.#clock.isPaused) animation.pause();
    shown.animation?.cancel();
    animation.onfinish = () => {
      this.#out.add(element);
      this.#changeSoon();
    };
    shown.animation = animation;
  }

  #remove(element: HTMLElement): void {
    this.#shown.get(element)?.animation?.cancel();
    this.#shown.delete(element);
    this.#out.delete(element);
    element.remove();
    for (const [row, standing] of this.#standing) if (standing === element) this.#standing.delete(row);
  }
}

function makeElement({ text, colour, isMine }: Danmaku): HTMLElement {
  const element = document.createElement('div');
  element.className = isMine ? 'danmaku is-mine' : 'danmaku';
  element.dir = 'auto';
  element.textContent = text;
  element.style.color = colour;
  return element;
}
