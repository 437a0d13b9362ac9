/**
 * The player of a page that shows one camera, started before the code of the page: until the first picture is there,
 * the browser has nothing else to do. The page takes it over with `handOver`.
 */
import { cameraSources } from './camera-sources.ts';
import type { EngineName } from './engine-policy.ts';
import { Player } from './player.ts';
import type { PlayerOptions, PlayerView } from './player-view.ts';

/** What only the page can tell a player, and wants to be told by it. */
export type PageSide = Pick<PlayerOptions, 'webSocketsBlocked' | 'serverNowMs' | 'onView' | 'onStats'>;

type Elements = Pick<PlayerOptions, 'video' | 'still'>;

export class EarlyPlayer {
  readonly elements: Elements;
  readonly #player: Player;
  #page: PageSide | null = null;
  #onSettled: (() => void) | null = null;

  /** Plays muted, as players start. @param picked by the viewer; null for the best */
  constructor(cameraId: string, elements: Elements, picked: EngineName | null) {
    this.elements = elements;
    this.#player = new Player({
      ...elements,
      ...cameraSources(cameraId),
      webSocketsBlocked: () => this.#page?.webSocketsBlocked() ?? false,
      serverNowMs: () => this.#page?.serverNowMs() ?? null,
      onView: (view) => this.#onView(view),
      onStats: (stats) => this.#page?.onStats(stats),
    });
    this.#player.setEngine(picked, true);
    this.#player.setWanted(true);
  }

  get view(): PlayerView {
    return this.#player.view;
  }

  /** Resolves when there is a picture, or something to be said about there being none; at the latest after `atMostMs`. */
  settled(atMostMs: number): Promise<void> {
    if (this.view.phase !== 'connecting') return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, atMostMs);
      this.#onSettled = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** The player is the caller's from now on, and tells it what it told nobody so far. Null when it was handed over before. */
  handOver(page: PageSide): Player | null {
    if (this.#page !== null) return null;
    this.#page = page;
    page.onView(this.view);
    return this.#player;
  }

  #onView(view: PlayerView): void {
    this.#page?.onView(view);
    if (view.phase !== 'connecting' || view.blocked) this.#onSettled?.();
  }
}
