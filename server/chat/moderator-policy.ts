/**
 * Who moderates. There are no users yet, so the machine that Sightline runs on is trusted, and whoever knows the
 * configured key. The one place to change when there are users.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Headers by which a proxy shows that the peer is not who asks. */
const FORWARDING = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'];

export interface Claim {
  /** The TCP peer's address. */
  readonly peerAddress: string;
  /** Whether a proxy handed the request on. */
  readonly isForwarded: boolean;
  readonly presentedKey: string | undefined;
}

/** Pure. */
export function isModerator(claim: Claim, moderatorKey: string | undefined): boolean {
  const { peerAddress, isForwarded, presentedKey } = claim;
  if (moderatorKey !== undefined && presentedKey !== undefined && sameText(presentedKey, moderatorKey)) return true;
  return isLoopback(peerAddress) && !isForwarded;
}

/** Pure. */
export function isForwarded(headers: IncomingHttpHeaders): boolean {
  return FORWARDING.some((name) => headers[name] !== undefined);
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
