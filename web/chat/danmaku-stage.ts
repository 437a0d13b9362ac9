/**
 * Flies danmaku over a picture, moved by the compositor alone (an animated `transform` and nothing else), so neither the
 * page nor the video waits for it. Those that enter together fly together (`flight.ts`); which lane is `lane-policy.ts`.
 */
import type { ChatLane } from '../../server/protocol.ts';
import type { OverlaySettings } from './chat-preferences.ts';
import { Flight } from './flight.ts';
import { chooseRow, type LaneUse } from './lane-policy.ts';
import { PausableClock } from './pausable-clock.ts';
import { type Ground, groundOf } from './stage-ground.ts';

export interface Danmaku {
  readonly text: string;
  readonly colour: string;
  readonly lane: ChatLane;
  readonly isMine: boolean;
}

const STILL_MS = 4_500;
/** What finds no lane waits so long; then the moment it belonged to is over. */
const MAX_WAIT_MS = 3_000;
const MAX_WAITING = 200;
/** Each time elements come or go, the page is laid out and drawn anew: those that come within this time come together. */
const CHANGE_EVERY_MS = 200;

interface Waiting {
  readonly danmaku: Danmaku;
  readonly sinceMs: number;
}

/** One that is on the picture. All times are of the stage's own clock. */
interface Shown {
  readonly danmaku: Danmaku;
  readonly element: HTMLElement;
  readonly startMs: number;
  row: number;
  /** Null while it stands. */
  flight: Flight | null;
}

export class DanmakuStage {
  readonly #element: HTMLElement;
  /** Holds those that stand. */
  readonly #floor = document.createElement('div');
  readonly #observer: ResizeObserver;
  /** In the order in which they came. */
  readonly #shown = new Set<Shown>();
  /** In the order in which they began. */
  #flights: Flight[] = [];
  /** Who flew last along each row. */
  readonly #uses = new Map<number, LaneUse>();
  /** Who stands in each row. */
  readonly #standing = new Map<number, Shown>();
  #settings: OverlaySettings;
  #ground: Ground;
  #waiting: Waiting[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #changedAtMs = Number.NEGATIVE_INFINITY;
  readonly #clock = new PausableClock();

  /** @param element covers the picture; emptied by `close()` */
  constructor(element: HTMLElement, settings: OverlaySettings) {
    this.#element = element;
    this.#settings = settings;
    this.#ground = groundOf(element.clientWidth, element.clientHeight, settings);
    element.append(this.#floor);
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
    for (const flight of this.#flights) flight.follow(this.#clock);
    if (!paused) this.#changeSoon();
  }

  clear(): void {
    this.#waiting = [];
    for (const shown of this.#shown) this.#remove(shown);
    this.#dropFlights(() => true);
    this.#uses.clear();
  }

  /** Idempotent. */
  close(): void {
    this.clear();
    this.#observer.disconnect();
    this.#floor.remove();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** Again and again, as long as there is anything to let in or to take away. */
  #changeSoon(): void {
    const waitMs = this.#changedAtMs + CHANGE_EVERY_MS - performance.now();
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#changedAtMs = performance.now();
      if (this.#clock.isPaused) return;
      this.#letOut();
      this.#letIn();
      if (this.#shown.size + this.#waiting.length > 0) this.#changeSoon();
    }, waitMs);
  }

  /** Lets in those who wait, as far as there is room. All are made before any is measured: one layout. */
  #letIn(): void {
    if (this.#ground.widthPx === 0) return;
    const startMs = this.#clock.nowMs;
    const later: Waiting[] = [];
    const entered: Shown[] = [];
    for (const waiting of this.#waiting) {
      if (startMs - waiting.sinceMs > MAX_WAIT_MS) continue;
      const { danmaku } = waiting;
      const shown: Shown = { danmaku, element: makeElement(danmaku), startMs, row: 0, flight: null };
      if (this.#place(shown)) entered.push(shown);
      else later.push(waiting);
    }
    this.#waiting = later;
    for (const shown of entered) this.#measured(shown, shown.element.offsetWidth);
  }

  /** Takes away those who have had their time, of a flight all at once. */
  #letOut(): void {
    const nowMs = this.#clock.nowMs;
    for (const shown of this.#shown) {
      const endMs = shown.flight?.endMs ?? shown.startMs + STILL_MS;
      if (endMs <= nowMs) this.#remove(shown);
    }
    this.#dropFlights(({ endMs }) => endMs <= nowMs);
  }

  /** The stage or the settings are others: everybody goes where they would be now had they entered this stage. */
  #layAgain(): void {
    this.#ground = groundOf(this.#element.clientWidth, this.#element.clientHeight, this.#settings);
    this.#element.style.fontSize = `${this.#ground.fontPx}px`;
    this.#uses.clear();
    this.#standing.clear();
    const widthsPx = new Map([...this.#shown].map((shown) => [shown, shown.element.offsetWidth]));
    const before = this.#flights;
    this.#flights = [];
    for (const [shown, widthPx] of widthsPx) {
      if (this.#place(shown)) this.#measured(shown, widthPx);
      else this.#remove(shown);
    }
    for (const flight of before) flight.remove();
  }

  /** Shows it where it has to be by now. @returns false when there is no room for it */
  #place(shown: Shown): boolean {
    const { rows, rowPx, pxPerMs, widthPx } = this.#ground;
    const { element, startMs, danmaku } = shown;
    const allStand = matchMedia('(prefers-reduced-motion: reduce)').matches;
    // A picture too low for standing rows lets everything fly.
    const flies = !allStand && (danmaku.lane === 'scroll' || rows[danmaku.lane].length === 0);
    const own = flies || rows[danmaku.lane].length === 0 ? rows.scroll : rows[danmaku.lane];
    const row = flies
      ? chooseRow(own, this.#uses, widthPx, pxPerMs, startMs)
      : own.find((each) => !this.#standing.has(each));
    if (row === undefined) return false;
    shown.row = row;
    this.#shown.add(shown);
    if (flies) {
      shown.flight = this.#flightAt(startMs);
      shown.flight.board(element, startMs, row * rowPx);
      // Its width is not known yet: until it is, nothing else enters this row.
      this.#uses.set(row, { startMs, widthPx: Number.POSITIVE_INFINITY, pxPerMs });
    } else {
      shown.flight = null;
      element.style.transform = `translate(calc(${widthPx / 2}px - 50%), ${row * rowPx}px)`;
      this.#floor.append(element);
      this.#standing.set(row, shown);
    }
    return true;
  }

  #measured({ flight, row, startMs }: Shown, ownWidthPx: number): void {
    if (flight === null) return;
    const { pxPerMs, widthPx } = this.#ground;
    this.#uses.set(row, { startMs, widthPx: ownWidthPx, pxPerMs });
    flight.endMs = Math.max(flight.endMs, startMs + (widthPx + ownWidthPx) / pxPerMs);
  }

  #flightAt(startMs: number): Flight {
    const last = this.#flights.at(-1);
    if (last?.takes(startMs)) return last;
    const flight = new Flight(startMs, this.#ground.widthPx, this.#ground.pxPerMs);
    this.#flights.push(flight);
    this.#element.append(flight.element);
    flight.follow(this.#clock);
    return flight;
  }

  #dropFlights(isOver: (flight: Flight) => boolean): void {
    for (const flight of this.#flights) if (isOver(flight)) flight.remove();
    this.#flights = this.#flights.filter((flight) => !isOver(flight));
  }

  #remove(shown: Shown): void {
    this.#shown.delete(shown);
    // One that flies goes with its flight.
    if (shown.flight === null) shown.element.remove();
    if (this.#standing.get(shown.row) === shown) this.#standing.delete(shown.row);
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
