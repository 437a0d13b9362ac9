/** Delivery directives in a media playlist's query: draft-pantos-hls-rfc8216bis section 6.2.5. */
import { RelayError } from '../../errors.ts';

export interface ReloadQuery {
  /** `_HLS_msn`: hold the answer until the playlist has this segment, or its part. Null: answer at once. */
  readonly sequence: number | null;
  /** `_HLS_part`; null: the whole segment. */
  readonly part: number | null;
  /** `_HLS_skip`: a delta update will do. */
  readonly skip: boolean;
}

/**
 * Pure. Other parameters are left alone; `_HLS_skip` of a kind that is not known is no reason to refuse (section
 * 6.2.5.1).
 * @throws RelayError `bad-request`
 */
export function reloadQuery(query: URLSearchParams): ReloadQuery {
  const sequence = wholeNumber(query, '_HLS_msn');
  const part = wholeNumber(query, '_HLS_part');
  if (part !== null && sequence === null) throw new RelayError('bad-request', '"_HLS_part" needs "_HLS_msn".');
  const skip = query.get('_HLS_skip');
  return { sequence, part, skip: skip === 'YES' || skip === 'v2' };
}

function wholeNumber(query: URLSearchParams, name: string): number | null {
  const values = query.getAll(name);
  if (values.length === 0) return null;
  const value = values[0]!;
  if (values.length === 1 && /^\d{1,15}$/.test(value)) return Number(value);
  throw new RelayError('bad-request', `"${name}" is ${values.join(', ').slice(0, 40)}; allowed is a whole number.`);
}
