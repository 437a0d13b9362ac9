/** The end of connections whose peers do not end them. */
import type { Duplex } from 'node:stream';

/**
 * Destroys a connection `lingerMs` from now, unless it closes by itself before. For one that has been told goodbye and is
 * under no other timeout: a peer that neither reads nor closes its side would hold it for ever.
 */
export function cutAfter(connection: Duplex, lingerMs: number): void {
  const timer = setTimeout(() => connection.destroy(), lingerMs);
  connection.once('close', () => clearTimeout(timer));
}
