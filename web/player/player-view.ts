/** What a player tells the page about itself; numbers come separately (`stats.ts`). */
import type { EngineEnd } from './engine.ts';
import type { ReconnectPlan } from './reconnect-policy.ts';

export type PlayerPhase = 'off' | 'connecting' | 'playing' | 'waiting' | 'unsupported';

/** What changes seldom. */
export interface PlayerView {
  readonly phase: PlayerPhase;
  /** Why it waits. */
  readonly end: EngineEnd | null;
  readonly plan: ReconnectPlan['kind'] | null;
  /** Page clock (Unix ms) of the next try while `waiting`. */
  readonly retryAtMs: number | null;
  /** The browser wants a click before it plays. */
  readonly blocked: boolean;
  readonly muted: boolean;
  /** A picture, if only the last one, is on the screen. */
  readonly hasPicture: boolean;
  /** The stream came with sound that has dried up. */
  readonly soundLost: boolean;
}

export const INITIAL_VIEW: PlayerView = {
  phase: 'off',
  end: null,
  plan: null,
  retryAtMs: null,
  blocked: false,
  muted: true,
  hasPicture: false,
  soundLost: false,
};
