/** Whether one more stream may start, and which one makes room for it. Keeping count is `session-budget.ts`. */

export interface LimitedStream {
  /** Tells devices apart: cameras of one recorder share one. Null: its sessions are not counted. */
  readonly host: string | null;
  /** Since when nobody watches, Unix ms; null while somebody does, or when it is kept up for good. */
  readonly idleSinceMs: number | null;
}

export interface LimitsSituation {
  readonly running: readonly LimitedStream[];
  readonly host: string | null;
  /** Sessions that the device may be asked for; null: any number. */
  readonly maxSessions: number | null;
  readonly maxStreams: number;
}

export type LimitsVerdict =
  | { readonly may: 'start' }
  /** Once the stream of this index has ended. */
  | { readonly may: 'replace'; readonly index: number }
  | { readonly may: 'not-start'; readonly limit: 'maxSessions' | 'maxStreams' };

/**
 * Pure: the stream that has been idle longest makes room, of the same device where the device is full. What somebody
 * watches never does.
 */
export function streamLimits({ running, host, maxSessions, maxStreams }: LimitsSituation): LimitsVerdict {
  const ofHost = host === null ? 0 : running.filter((stream) => stream.host === host).length;
  const hostFull = maxSessions !== null && ofHost >= maxSessions;
  if (!hostFull && running.length < maxStreams) return { may: 'start' };
  let index = -1;
  let oldestMs = Number.POSITIVE_INFINITY;
  for (const [at, stream] of running.entries()) {
    if (stream.idleSinceMs === null || stream.idleSinceMs >= oldestMs) continue;
    if (hostFull && stream.host !== host) continue;
    index = at;
    oldestMs = stream.idleSinceMs;
  }
  if (index >= 0) return { may: 'replace', index };
  return { may: 'not-start', limit: hostFull ? 'maxSessions' : 'maxStreams' };
}
