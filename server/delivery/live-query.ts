/** Reads what a viewer asks for in the query of a live URL. */
import type { BusCodec, StreamWish } from '../camera/stream-wish.ts';
import { RelayError } from '../errors.ts';
import type { JoinMode } from '../hub/viewer.ts';

export interface LiveQuery {
  readonly join: JoinMode;
  readonly audio: boolean;
  readonly wish: StreamWish;
}

/**
 * Pure. Parameters that mean nothing here are left alone, since players and proxies add their own.
 * @throws RelayError `bad-request` naming the parameter, its value and what is allowed
 */
export function liveQuery(query: URLSearchParams): LiveQuery {
  return {
    join: choice(query, 'join', { fast: 'fast', live: 'live' }, 'fast'),
    audio: choice(query, 'audio', { '1': true, '0': false }, true),
    wish: {
      stream: choice(query, 'stream', { main: 'main', sub: 'sub' }, 'main'),
      profile: query.get('profile') ?? 'auto',
      plays: playable(query.getAll('codecs')),
    },
  };
}

const HEVC = /^(hvc1|hev1|hevc|h265)\b/i;
const H264 = /^(avc1|avc3|avc|h264)\b/i;

/** Pure: video codecs in RFC 6381's form or by name, separated by commas; those that nobody here knows are left out. */
function playable(values: readonly string[]): BusCodec[] {
  const names = values.flatMap((value) => value.split(',')).map((name) => name.trim());
  return [
    ...(names.some((name) => H264.test(name)) ? (['h264'] as const) : []),
    ...(names.some((name) => HEVC.test(name)) ? (['hevc'] as const) : []),
  ];
}

/**
 * Pure: what the one value of a parameter stands for; `fallback` without the parameter.
 * @throws RelayError `bad-request` naming the parameter, its value and what is allowed
 */
export function choice<T>(query: URLSearchParams, name: string, allowed: Readonly<Record<string, T>>, fallback: T): T {
  const values = query.getAll(name);
  if (values.length === 0) return fallback;
  const value = values[0]!;
  if (values.length === 1 && Object.hasOwn(allowed, value)) return allowed[value]!;
  const shown = values.join(', ').slice(0, 40);
  throw new RelayError('bad-request', `"${name}" is ${shown}; allowed is ${Object.keys(allowed).join(' or ')}.`);
}
