/** What a stream's feed asks of whatever brings its pictures: a pull (`pull.ts`), or a publisher (`push-intake.ts`). */
import type { CameraState } from '../protocol.ts';
import type { Refusal } from './pull/login-memory.ts';

/** Why there was no picture. */
export type SupplyFailure = Refusal;

export interface SupplyStatus {
  readonly state: CameraState;
  /** Since when the state holds, Unix ms. */
  readonly sinceMs: number;
  /** When the next try is due, Unix ms; null unless `waiting`, and while an outage is watched every second. */
  readonly nextTryAtMs: number | null;
  /** The newest failure, kept while the camera works again. */
  readonly failure: SupplyFailure | null;
}

export interface Supply {
  readonly status: SupplyStatus;
  /** ffmpegs started, or publishers let in, over the life of this supply. */
  readonly starts: number;
  /** True while an ffmpeg runs or is about to, or a publisher sends. */
  readonly running: boolean;
  readonly rates: { readonly fps: number; readonly bitrate: number };
  /** RTP packets that never came over UDP, over the life of this supply; left out where that is not known. */
  readonly lostPackets?: number;
  /** The failure to answer newcomers with instead of trying; null: go ahead. */
  readonly refusal: SupplyFailure | null;
  /** It watches for the return of a camera that does not answer, and is worth keeping for those who were turned away. */
  readonly awaitsReturn: boolean;
  /** Idempotent while it runs. @param ready what to wait for before the first try; left out: nothing */
  start(ready?: Promise<void>): void;
  /** It may not begin for now, and somebody else sees to it that it does then. Not while it runs. */
  putOff(failure: SupplyFailure, nextTryAtMs: number): void;
  /** Idempotent; resolves when nothing runs any more. `start()` may follow at once. */
  stop(): Promise<void>;
  /** Somebody new watches: cuts a wait short where that does no harm. */
  retryNow(): void;
  /** Ends it for good; idempotent. Resolves when nothing runs any more. */
  close(): Promise<void>;
  /** A person asks for another try: forgets a refused login and cuts any wait short. */
  retry(): void;
}
