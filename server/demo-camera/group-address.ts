/** Where a demo camera sends what goes to all its clients at once: addresses only. Sending is `multicast.ts`. Pure. */
import { createHash } from 'node:crypto';
import type { Track } from './sdp.ts';

export interface GroupAddress {
  readonly address: string;
  /** The video's, even; the others follow by twos, each with its RTCP port behind it. */
  readonly port: number;
}

/** Routers pass nothing on. */
export const MULTICAST_TTL = 1;
const FIRST_PORT = 40_000;
const PORTS = 10_000;

/**
 * Pure: the group of one camera of the server at a port: the same each time, and hardly ever that of another one. It lies
 * within 239.255.0.0/16, which is meant for the use of one site (RFC 2365 section 6.1).
 */
export function groupAddress(camera: string, serverPort: number): GroupAddress {
  const hash = createHash('sha256').update(`${serverPort} ${camera}`).digest();
  return {
    address: `239.255.${hash[0]}.${hash[1]}`,
    port: FIRST_PORT + 4 * (hash.readUInt16BE(2) % (PORTS / 4)),
  };
}

/** Pure: the RTP port of a track. */
export function groupPort(group: GroupAddress, track: Track): number {
  return group.port + 2 * (track.number - 1);
}
