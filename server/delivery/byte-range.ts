/** Reads a Range header for a body whose size is known: RFC 9110 section 14. */

export interface ByteRange {
  readonly first: number;
  /** Included. */
  readonly last: number;
}

const ONE_RANGE = /^bytes=\s*(?:(\d{1,15})-(\d{1,15})?|-(\d{1,15}))\s*$/i;

/**
 * Pure: `whole` for no Range, another unit, several ranges or one that is malformed, all of which a server may leave
 * unread; `unsatisfiable` for one outside the body (416).
 */
export function readByteRange(header: string | undefined, sizeBytes: number): ByteRange | 'whole' | 'unsatisfiable' {
  const found = header === undefined ? null : ONE_RANGE.exec(header);
  if (found === null) return 'whole';
  const [, first, last, suffix] = found;
  if (suffix !== undefined) {
    const length = Math.min(Number(suffix), sizeBytes);
    return length === 0 ? 'unsatisfiable' : { first: sizeBytes - length, last: sizeBytes - 1 };
  }
  const from = Number(first);
  const to = last === undefined ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (last !== undefined && Number(last) < from) return 'whole';
  return from >= sizeBytes ? 'unsatisfiable' : { first: from, last: to };
}
