/** When a viewer may come in: at once from the cache, or at the next keyframe. */
import type { JoinMode } from './viewer.ts';

export interface JoinSituation {
  readonly join: JoinMode;
  /** The FLV header has come, so it is known which tracks there are. */
  readonly started: boolean;
  readonly hasVideo: boolean;
  /** The cache holds a whole GOP, from its keyframe to the newest tag. */
  readonly cached: boolean;
}

/** Pure: `cache` begins now with the cached GOP, `now` with whatever comes next, `keyframe` waits for one. */
export function joinPolicy(situation: JoinSituation): 'cache' | 'now' | 'keyframe' {
  if (!situation.started) return 'keyframe';
  if (!situation.hasVideo) return 'now';
  return situation.join === 'fast' && situation.cached ? 'cache' : 'keyframe';
}
