/** The faults that a demo camera can be told to have, per session: `?fault=stall&after=3000&for=3000`. Pure. */
import { RelayError } from '../errors.ts';
import { readInteger } from './query.ts';

/**
 * - `silent`: accepts the connection and never answers.
 * - `reset`: resets the connection, `after` ms after PLAY.
 * - `stall`: keeps the connection and sends no more media.
 * - `audio-dies`, `video-dies`: one of the two goes on; both announce sound.
 * - `wrong-password`: refuses every login.
 * - `no-audio`: announces sound and never sends any.
 * - `resolution`: goes on in another size, told by parameter sets in the stream only.
 * - `slow-start`: answers DESCRIBE after `after` ms.
 * - `late-reports`: its first RTCP reports come `after` ms after PLAY.
 */
export const FAULT_NAMES = [
  'silent',
  'reset',
  'stall',
  'audio-dies',
  'video-dies',
  'wrong-password',
  'no-audio',
  'resolution',
  'slow-start',
  'late-reports',
] as const;
export type FaultName = (typeof FAULT_NAMES)[number];

export interface Fault {
  readonly name: FaultName;
  /** From PLAY (for `slow-start`: from DESCRIBE) until the fault begins; 3000 when not said. */
  readonly afterMs: number;
  /** How long it lasts; null is for good. */
  readonly forMs: number | null;
}

const DEFAULT_AFTER_MS = 3000;
const MAX_MS = 3_600_000;

/** Pure: the fault in a query, or null. Throws `RelayError('config')` that names the faults there are. */
export function parseFault(query: URLSearchParams): Fault | null {
  const name = query.get('fault');
  if (name === null) return null;
  const known = FAULT_NAMES.find((fault) => fault === name);
  if (!known) {
    throw new RelayError('config', `Demo cameras have no fault "${name}"; there are ${FAULT_NAMES.join(', ')}`);
  }
  return {
    name: known,
    afterMs: readInteger(query, 'after', 0, MAX_MS) ?? DEFAULT_AFTER_MS,
    forMs: readInteger(query, 'for', 1, MAX_MS) ?? null,
  };
}

/** Pure: whether the fault shows, so long after PLAY. */
export function isFaultActive(fault: Fault | null, name: FaultName, elapsedMs: number): boolean {
  if (fault?.name !== name || elapsedMs < fault.afterMs) return false;
  return fault.forMs === null || elapsedMs < fault.afterMs + fault.forMs;
}
