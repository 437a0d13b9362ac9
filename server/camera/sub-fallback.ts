/**
 * Remembers that a camera's sub stream cannot be had, so that its viewers are given the main one, and for how long that
 * holds. Pure but for what it remembers; who is moved where is `stream-output.ts`.
 */
import type { CameraReason } from '../protocol.ts';
import type { SupplyFailure, SupplyStatus } from './supply.ts';

/**
 * Failures of one stream. Those of the whole device (it is gone, it refuses the login) would meet the main stream too,
 * and a stall or a broken picture may pass.
 */
const OF_ONE_STREAM: ReadonlySet<CameraReason> = new Set([
  'forbidden',
  'not-found',
  'too-many-sessions',
  'redirected',
  'codec',
  'no-video',
]);
/** Then the next viewer tries it anew. */
const HOLDS_FOR_MS = 60_000;

/** Pure: whether the main stream may yet work when the sub stream fails so. */
export function isOfOneStream(reason: CameraReason): boolean {
  return OF_ONE_STREAM.has(reason);
}

export class SubFallback {
  #failure: SupplyFailure | null = null;

  /** Told how the sub stream stands; true when it turns out just now that it cannot be had. */
  note({ state, failure }: Pick<SupplyStatus, 'state' | 'failure'>): boolean {
    if (state === 'live') this.#failure = null;
    if (state !== 'waiting' || failure === null || !isOfOneStream(failure.code)) return false;
    const isNew = this.#failure?.atMs !== failure.atMs;
    this.#failure = failure;
    return isNew;
  }

  /** Why viewers of the sub stream get the main one; null: they do not. */
  failure(nowMs: number): SupplyFailure | null {
    return this.#failure !== null && nowMs - this.#failure.atMs < HOLDS_FOR_MS ? this.#failure : null;
  }

  /** A person asks for another try. */
  forget(): void {
    this.#failure = null;
  }
}
