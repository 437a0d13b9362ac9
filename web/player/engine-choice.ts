/**
 * Which engine a player should use now: gathers what `engine-policy.ts` asks for and remembers which engines have
 * failed here, and why. Starting them is `player.ts`.
 */
import { CLOSE } from '../../server/protocol.ts';
import { type EngineEnd, LOCAL_END } from './engine.ts';
import { type Capabilities, type EngineName, engineToStart, possibleEngines } from './engine-policy.ts';

/** An engine that had to make way for another, and the end that did it. */
export interface EngineFailure {
  readonly engine: EngineName;
  readonly end: EngineEnd;
}

/** Pictures for so long show that an engine can play a stream; an error afterwards is the stream's. */
const PROVEN_MS = 5000;

/** Pure: whether an end is the engine's own failure, so that another engine may do better. */
export function isEngineFailure(end: EngineEnd, playedMs: number): boolean {
  if (end.code === LOCAL_END.unsupported) return true;
  return (end.code === LOCAL_END.media && playedMs < PROVEN_MS) || (end.code === CLOSE.codec && playedMs === 0);
}

export class EngineChoice {
  readonly #capabilities: Capabilities;
  readonly #webSocketsBlocked: () => boolean;
  #codec: string | null = null;
  #picked: EngineName | null = null;
  #alone = false;
  #failures: EngineFailure[] = [];

  constructor(capabilities: Capabilities, webSocketsBlocked: () => boolean) {
    this.#capabilities = capabilities;
    this.#webSocketsBlocked = webSocketsBlocked;
  }

  /** Engines that can play the camera here, best first. */
  get possible(): readonly EngineName[] {
    const webSocketsBlocked = this.#webSocketsBlocked();
    return possibleEngines({ capabilities: this.#capabilities, codec: this.#codec, webSocketsBlocked });
  }

  /** In the order in which they failed. */
  get failures(): readonly EngineFailure[] {
    return this.#failures;
  }

  /** The engine to start; null when none can play here. */
  get best(): EngineName | null {
    return engineToStart({
      possible: this.possible,
      picked: this.#picked,
      alone: this.#alone,
      failed: this.#failures.map(({ engine }) => engine),
    });
  }

  /** What the camera sends, as `VideoInfo.codec`. Another codec, then true, is another chance for every engine. */
  setCodec(codec: string | null): boolean {
    if (codec === null || codec === this.#codec) return false;
    if (this.#codec !== null) this.#failures = [];
    this.#codec = codec;
    return true;
  }

  /** What the viewer picked (null for the best), and whether the camera has the view to itself. */
  setWish(picked: EngineName | null, alone: boolean): void {
    if (picked !== this.#picked) this.#failures = [];
    this.#picked = picked;
    this.#alone = alone;
  }

  /** Remembers that an engine failed. True, once for each engine, when another one may do better. */
  fail(engine: EngineName, end: EngineEnd): boolean {
    if (this.#failures.some((failure) => failure.engine === engine)) return false;
    this.#failures.push({ engine, end });
    return this.possible.some((name) => !this.#failures.some((failure) => failure.engine === name));
  }
}
