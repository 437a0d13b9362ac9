/** Pure: whether a request has been here before, by the `Via` header that every gateway adds to (RFC 9110 section 7.6.3). */
import { randomBytes } from 'node:crypto';

/** Relays that a request may pass one after the other. */
const MAX_RELAYS = 8;
const RELAY = /^sightline-[0-9a-f]{12}$/;

/** A name for one relay; it tells nothing but that it is one. */
export function newViaName(): string {
  return `sightline-${randomBytes(6).toString('hex')}`;
}

/** Pure: true when this relay stands in the list already, or too many of its kind do. */
export function isLoop(via: string, ownName: string): boolean {
  const names = via.split(',').map((entry) => entry.trim().split(/\s+/)[1] ?? '');
  return names.includes(ownName) || names.filter((name) => RELAY.test(name)).length >= MAX_RELAYS;
}
