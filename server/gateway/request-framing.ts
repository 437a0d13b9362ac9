/** Pure: how the body of a client's request is framed on its way to the machine behind. */
import type { IncomingMessage } from 'node:http';
import { RelayError } from '../errors.ts';

const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/** Pure: a body follows, if only an empty one in chunks. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Pure: Node's own rule for when a client waits for 100. */
export function isExpecting({ headers, httpVersionMinor }: IncomingMessage): boolean {
  return httpVersionMinor > 0 && /(?:^|\W)100-continue(?:$|\W)/i.test(headers.expect ?? '');
}

/** Pure: the body's frame, from what the parser has understood and not from what the headers say. */
export function framing({ headers, method = '' }: IncomingMessage): string[] {
  if (headers['transfer-encoding'] !== undefined) {
    const trailer = headers.trailer === undefined ? [] : ['Trailer', headers.trailer];
    return ['Transfer-Encoding', 'chunked', ...trailer];
  }
  const length = headers['content-length'] ?? (METHODS_WITH_BODY.has(method) ? '0' : undefined);
  return length === undefined ? [] : ['Content-Length', length];
}

/**
 * Refuses what cannot be passed on as it is.
 * @throws RelayError `bad-request`, `method-not-allowed`
 */
export function refuseOdd(request: IncomingMessage): void {
  const { headers, method } = request;
  // Its answer repeats the request, with the credentials that we have added (RFC 9110 section 9.3.8).
  if (method === 'TRACE') throw new RelayError('method-not-allowed', 'TRACE does not work here.');
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    throw new RelayError('bad-request', 'The only transfer coding that is understood is "chunked".');
  }
  // Node has given up parsing such a connection, so the body would never come.
  if (headers.upgrade !== undefined && hasBody(request)) {
    throw new RelayError('bad-request', 'A request with a body cannot ask for another protocol here.');
  }
}
