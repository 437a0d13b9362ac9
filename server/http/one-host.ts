/** Refuses a request that names two hosts: a proxy before us may go by the other one. */
import type { IncomingMessage } from 'node:http';
import { RelayError } from '../errors.ts';

/**
 * Node itself keeps the first and says nothing.
 * @throws RelayError `bad-request` (RFC 9112 section 3.2)
 */
export function refuseTwoHosts({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): void {
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host');
  if (hosts.length > 1) throw new RelayError('bad-request', 'The request names more than one host.');
}
