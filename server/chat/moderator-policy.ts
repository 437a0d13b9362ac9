/** Who moderates: who has the right to, and whoever knows the configured key. Rights are the gate's business. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** Pure: whether a client has shown the configured key. */
export function isModeratorKey(presented: string | undefined, configured: string | undefined): boolean {
  return configured !== undefined && presented !== undefined && sameText(presented, configured);
}

/** Pure: an address of this machine's loopback interface, also as IPv4 in IPv6. */
export function isLoopback(address: string): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  return plain === '::1' || /^127\.\d+\.\d+\.\d+$/.test(plain);
}

/** In the same time for every wrong text. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
