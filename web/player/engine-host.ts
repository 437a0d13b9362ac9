/**
 * Loads engines and runs them, one at a time; what has loaded too late is dropped. When which engine starts, and what
 * follows its end, is `player.ts`.
 */
import { type EngineModule, LOCAL_END } from './engine.ts';
import type { EngineName } from './engine-policy.ts';
import { EngineRun, type EngineRunOptions } from './engine-run.ts';
import type { PlayerParts } from './player-parts.ts';
import type { PlayerOptions } from './player-view.ts';

interface Sources extends Pick<PlayerOptions, 'loadEngine' | 'webSocketsBlocked'> {
  /** Asked when the engine has loaded: another stream may be the right one by then. */
  readonly streamUrl: (engine: EngineName) => URL;
}
type Listeners = Omit<EngineRunOptions, 'url' | 'transport'>;

export class EngineHost {
  readonly #sources: Sources;
  readonly #parts: PlayerParts;
  readonly #listeners: Listeners;
  #run: EngineRun | null = null;
  #starts = 0;
  /** Changes with every start and end, so that code that loads meanwhile is known to come too late. */
  #token = 0;

  constructor(sources: Sources, parts: PlayerParts, listeners: Listeners) {
    this.#sources = sources;
    this.#parts = parts;
    this.#listeners = listeners;
  }

  /** What fills the video now; null from an end until the next engine is loaded. */
  get run(): EngineRun | null {
    return this.#run;
  }

  /** In the place of the one before. All that goes wrong is told as its end. */
  start(name: EngineName): void {
    this.end();
    const token = this.#token;
    this.#sources.loadEngine(name).then(
      (module) => {
        if (token === this.#token) this.#begin(name, module);
      },
      () => {
        if (token === this.#token) this.#listeners.onEnd({ code: LOCAL_END.lost, reason: null });
      },
    );
  }

  /** Idempotent. */
  end(): void {
    this.#token++;
    this.#run?.close();
    this.#run = null;
  }

  #begin(name: EngineName, module: EngineModule): void {
    if (!module.isSupported()) {
      this.#listeners.onEnd({ code: LOCAL_END.unsupported, reason: null });
      return;
    }
    const { video } = this.#parts;
    video.dataset.engine = name;
    video.dataset.engineStarts = String(++this.#starts);
    const token = this.#token;
    try {
      const run = new EngineRun(module, this.#parts, {
        ...this.#listeners,
        url: this.#sources.streamUrl(name),
        transport: this.#sources.webSocketsBlocked() ? 'http' : 'websocket',
      });
      // An engine may end while it is being made.
      if (token === this.#token) this.#run = run;
      else run.close();
    } catch (error) {
      this.#listeners.onEnd({ code: LOCAL_END.media, reason: { code: 'internal', message: String(error) } });
      return;
    }
    this.#listeners.play();
  }
}
