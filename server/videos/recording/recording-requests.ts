/** Reads what a request for recordings says: a period, a command, an event. Pure. */
import { RelayError } from '../../errors.ts';
import type { RecordingCommand } from '../../protocol.ts';

export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

const DAY_MS = 86_400_000;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;
const MAX_EVENT_NAME = 100;
const MAX_POST_ROLL_MS = 3_600_000;

/**
 * Pure: `from` and `to`; the last day when left out. A `+` that was not escaped arrives as a space and is understood.
 * @throws RelayError `bad-request`
 */
export function timeRange(search: URLSearchParams, nowMs: number): TimeRange {
  const toMs = readTime(search, 'to') ?? nowMs;
  const fromMs = readTime(search, 'from') ?? toMs - DAY_MS;
  if (fromMs >= toMs) throw new RelayError('bad-request', '"from" has to be before "to".');
  return { fromMs, toMs };
}

function readTime(search: URLSearchParams, key: string): number | null {
  const text = search.get(key)?.replace(' ', '+');
  if (text === undefined) return null;
  const ms = ISO_TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) {
    throw new RelayError('bad-request', `"${key}" has to be a time with its zone, as 2026-11-21T17:54:51Z.`);
  }
  return ms;
}

/**
 * Pure: what a POST asks for, from its JSON.
 * @throws RelayError `bad-request`
 */
export function readCommand(body: unknown): RecordingCommand {
  const fields = typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>) : {};
  const { action } = fields;
  if (action === 'start' || action === 'stop') return { action };
  if (action !== 'event') {
    throw new RelayError('bad-request', 'Expected JSON with "action": "start", "stop" or "event".');
  }
  return readEvent(fields.name, fields.postRollMs);
}

/**
 * Pure: an event, with a name and a post-roll of its own when they are given.
 * @throws RelayError `bad-request`
 */
export function readEvent(name: unknown, postRollMs: unknown): RecordingCommand {
  const isName = name === undefined || (typeof name === 'string' && name.length > 0 && name.length <= MAX_EVENT_NAME);
  if (!isName) throw new RelayError('bad-request', `"name" has to be a text of 1 to ${MAX_EVENT_NAME} characters.`);
  const isLength =
    postRollMs === undefined ||
    (Number.isInteger(postRollMs) && (postRollMs as number) >= 0 && (postRollMs as number) <= MAX_POST_ROLL_MS);
  if (!isLength) {
    throw new RelayError('bad-request', `"postRollMs" has to be a whole number from 0 to ${MAX_POST_ROLL_MS}.`);
  }
  return {
    action: 'event',
    ...(name === undefined ? {} : { name: name as string }),
    ...(postRollMs === undefined ? {} : { postRollMs: postRollMs as number }),
  };
}
