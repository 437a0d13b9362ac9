/** `GET /api/rooms/:room/messages`: reads the query. What is found is `chat-store.ts`. */
import { RelayError } from '../errors.ts';
import type { MessagesQuery } from './chat-store.ts';

const DEFAULT_LIMIT = 1_000;
const MAX_LIMIT = 5_000;
const DAY_MS = 86_400_000;
const MAX_TIME_MS = 8_640_000_000_000;

/**
 * Pure: `from` (inclusive) and `to` (exclusive) as ISO 8601 or Unix milliseconds, both optional: the last 24 hours.
 * @throws RelayError `bad-request`
 */
export function messagesQuery(query: URLSearchParams, nowMs: number): MessagesQuery {
  const toMs = time(query, 'to') ?? nowMs + 60_000;
  const fromMs = time(query, 'from') ?? toMs - DAY_MS;
  if (fromMs > toMs) throw new RelayError('bad-request', '"from" lies after "to".');
  const limit = query.has('limit') ? Number(query.get('limit')) : DEFAULT_LIMIT;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new RelayError('bad-request', `"limit" is a whole number between 1 and ${MAX_LIMIT}.`);
  }
  const cursor = query.get('cursor');
  if (cursor !== null && !/^[0-9a-z]{13}\.[0-9a-z]{13}$/.test(cursor)) {
    throw new RelayError('bad-request', '"cursor" is the "next" of an earlier answer.');
  }
  return { fromMs, toMs, limit, cursor };
}

function time(query: URLSearchParams, key: string): number | undefined {
  const text = query.get(key);
  if (text === null) return undefined;
  const ms = /^\d{1,13}$/.test(text) ? Number(text) : /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms) || ms < 0 || ms > MAX_TIME_MS) {
    throw new RelayError('bad-request', `"${key}" is a time: ISO 8601, or Unix milliseconds.`);
  }
  return ms;
}
