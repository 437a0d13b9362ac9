/** What a player is given and what it tells about itself: types only. */
import type { EngineEnd, EngineModule } from './engine.ts';
import type { EngineFailure } from './engine-choice.ts';
import type { Capabilities, EngineName, StreamName } from './engine-policy.ts';
import type { ReconnectPlan } from './reconnect-policy.ts';
import type { PlayerStats } from './stats.ts';

export type PlayerPhase = 'off' | 'connecting' | 'playing' | 'waiting' | 'unsupported';

/** What changes seldom; numbers come by `onStats`. */
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
  /** In use, or tried last. */
  readonly engine: EngineName | null;
  /** Those that can play the camera here, best first. */
  readonly engines: readonly EngineName[];
  /** Those that had to make way for another since the viewer last picked one. */
  readonly engineFailures: readonly EngineFailure[];
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
  engine: null,
  engines: [],
  engineFailures: [],
};

export interface PlayerOptions {
  readonly video: HTMLVideoElement;
  /** Lies over the video and shows the last picture while there is no newer one. */
  readonly still: HTMLCanvasElement;
  readonly capabilities: Capabilities;
  readonly streamUrl: (engine: EngineName, stream: StreamName) => URL;
  readonly loadEngine: (engine: EngineName) => Promise<EngineModule>;
  /** Something on the way forbids WebSockets now. */
  readonly webSocketsBlocked: () => boolean;
  /** The relay's wall clock (Unix ms); null while unknown. */
  readonly serverNowMs: () => number | null;
  readonly onView: (view: PlayerView) => void;
  readonly onStats: (stats: PlayerStats) => void;
}
