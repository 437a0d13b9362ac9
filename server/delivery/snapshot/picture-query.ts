/** Reads what is asked for in the query of a camera's pictures. */
import type { StreamName } from '../../camera/stream-wish.ts';
import { RelayError } from '../../errors.ts';
import { choice } from '../live-query.ts';

export interface SnapshotQuery {
  /** Null: as wide as the video. */
  readonly width: number | null;
  /** How old a picture may be that is at hand already; 0 asks for one of now. */
  readonly maxAgeMs: number;
  /** Whether a camera may be started for it. */
  readonly start: boolean;
  /** Null: the one that runs, else the main one. */
  readonly stream: StreamName | null;
}

export interface MjpegQuery {
  readonly width: number | null;
  readonly fps: number;
  readonly stream: StreamName | null;
}

interface NumberRange {
  readonly min: number;
  readonly max: number;
  /** 1 for whole numbers. */
  readonly step: number;
}

const WIDTH: NumberRange = { min: 16, max: 3840, step: 1 };
const MAX_AGE_MS: NumberRange = { min: 0, max: 86_400_000, step: 1 };
const FPS: NumberRange = { min: 0.2, max: 10, step: 0.1 };
const DEFAULT_FPS = 5;
const NUMBER = /^\d{1,8}(\.\d{1,3})?$/;

/**
 * Pure. Parameters that mean nothing here are left alone.
 * @throws RelayError `bad-request` naming the parameter, its value and what is allowed
 */
export function snapshotQuery(query: URLSearchParams): SnapshotQuery {
  return {
    width: numberIn(query, 'width', WIDTH),
    maxAgeMs: numberIn(query, 'maxAgeMs', MAX_AGE_MS) ?? 0,
    start: choice(query, 'start', { '1': true, '0': false }, true),
    stream: streamIn(query),
  };
}

/**
 * Pure. A rate is rounded to tenths, so that not every viewer has one, and an encoder, of its own.
 * @throws RelayError `bad-request` naming the parameter, its value and what is allowed
 */
export function mjpegQuery(query: URLSearchParams): MjpegQuery {
  const fps = numberIn(query, 'fps', FPS) ?? DEFAULT_FPS;
  return { width: numberIn(query, 'width', WIDTH), fps: Math.round(fps * 10) / 10, stream: streamIn(query) };
}

function streamIn(query: URLSearchParams): StreamName | null {
  return choice<StreamName | null>(query, 'stream', { main: 'main', sub: 'sub' }, null);
}

function numberIn(query: URLSearchParams, name: string, { min, max, step }: NumberRange): number | null {
  const values = query.getAll(name);
  if (values.length === 0) return null;
  const [text = ''] = values;
  const value = Number(text);
  const known = values.length === 1 && NUMBER.test(text) && value >= min && value <= max;
  if (known && (step < 1 || Number.isInteger(value))) return value;
  const shown = values.join(', ').slice(0, 40);
  const kind = step < 1 ? 'a number' : 'a whole number';
  throw new RelayError('bad-request', `"${name}" is ${shown}; allowed is ${kind} from ${min} to ${max}.`);
}
