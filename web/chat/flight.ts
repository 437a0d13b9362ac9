/**
 * Danmaku that entered within a short time, flying as one: all cross at one speed, so one moving element carries them,
 * and the compositor has a tenth of the layers to draw. Who is in it and which rows they have is `danmaku-stage.ts`.
 */
import type { PausableClock } from './pausable-clock.ts';

/** Longer, and a layer grows too wide to be drawn cheaply; shorter, and there are more of them. */
const BOARDING_MS = 1_000;
/** How far its path is laid: longer than the longest text takes to pass. */
const PATH_MS = 600_000;

export class Flight {
  readonly element = document.createElement('div');
  /** When its first one entered, by the stage's clock. */
  readonly startMs: number;
  /** By when all of it is out on the left. */
  endMs = 0;
  readonly #pxPerMs: number;
  readonly #animation: Animation;

  /** @param fromPx where the picture ends on the right */
  constructor(startMs: number, fromPx: number, pxPerMs: number) {
    this.startMs = startMs;
    this.#pxPerMs = pxPerMs;
    this.element.className = 'danmaku-flight';
    const at = (xPx: number): Keyframe => ({ transform: `translateX(${xPx}px)` });
    const path = [at(fromPx), at(fromPx - PATH_MS * pxPerMs)];
    this.#animation = this.element.animate(path, { duration: PATH_MS, easing: 'linear', fill: 'both' });
  }

  takes(startMs: number): boolean {
    return startMs - this.startMs < BOARDING_MS;
  }

  /** Lets one in that enters the picture at `startMs`. */
  board(element: HTMLElement, startMs: number, topPx: number): void {
    element.style.transform = `translate(${(startMs - this.startMs) * this.#pxPerMs}px, ${topPx}px)`;
    this.element.append(element);
  }

  /** Goes or stands as the clock does, at the place where it has to be by now. */
  follow(clock: PausableClock): void {
    const sinceMs = clock.nowMs - this.startMs;
    if (clock.isPaused) {
      this.#animation.pause();
      this.#animation.currentTime = sinceMs;
    } else {
      // Given, rather than left to the next frame: all flights keep their distances exactly.
      this.#animation.startTime = performance.now() - sinceMs;
    }
  }

  /** With all who are in it. Idempotent. */
  remove(): void {
    this.#animation.cancel();
    this.element.remove();
  }
}
