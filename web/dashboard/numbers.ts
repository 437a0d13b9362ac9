/**
 * Writes the numbers of one tile straight into the page, five times a second for tests (`data-delay-ms`) and once a
 * second for people: 64 tiles need not be rendered anew for that. Places for numbers carry `data-part`.
 */
import { elapsedMs } from '../elapsed.ts';
import type { I18n } from '../i18n/index.ts';
import { NO_STATS, type PlayerStats } from '../player/stats.ts';

/** Numbers that change more often cannot be read. */
const NUMBERS_INTERVAL_MS = 1000;

export class Numbers {
  i18n: I18n | null = null;
  #element: HTMLElement | null = null;
  #writtenAtMs = 0;
  #latest: PlayerStats = NO_STATS;

  attach(element: HTMLElement): void {
    this.#element = element;
  }

  show(stats: PlayerStats): void {
    const element = this.#element;
    if (element === null) return;
    if (stats.delayMs === null) delete element.dataset.delayMs;
    else element.dataset.delayMs = String(Math.round(stats.delayMs));
    const nowMs = Date.now();
    const settled = this.#latest.bitrate > 0 && stats.bitrate > 0;
    if (settled && elapsedMs(nowMs, this.#writtenAtMs) < NUMBERS_INTERVAL_MS) return;
    this.#writtenAtMs = nowMs;
    this.#latest = stats;
    this.#write(stats, element);
  }

  /** Writes again what was written last: new places appeared, or the language changed. */
  refresh(): void {
    if (this.#element !== null) this.#write(this.#latest, this.#element);
  }

  #write(stats: PlayerStats, element: HTMLElement): void {
    const { i18n } = this;
    if (i18n === null) return;
    const values = {
      delay: stats.delayMs === null ? '' : i18n.delay(stats.delayMs),
      resolution: stats.width === 0 ? '' : `${stats.width}\u2009×\u2009${stats.height}`,
      fps: stats.fps === 0 ? '' : i18n.fps(stats.fps),
      bitrate: stats.bitrate === 0 ? '' : i18n.bitrate(stats.bitrate),
    };
    const meta = [values.resolution, values.fps, values.bitrate].filter((part) => part !== '').join('  ·  ');
    for (const part of element.querySelectorAll<HTMLElement>('[data-part]')) {
      const name = part.dataset.part;
      const text = name === 'meta' ? meta : (values[name as keyof typeof values] ?? '');
      if (part.textContent !== text) part.textContent = text;
    }
    element.classList.toggle('is-late', (stats.delayMs ?? 0) > 3000);
  }
}
