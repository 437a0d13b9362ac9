/** Pure: whether a machine is one that only its own network reaches. */
import { BlockList, isIP } from 'node:net';

const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv4');
}
PRIVATE.addAddress('::1', 'ipv6');
PRIVATE.addAddress('::', 'ipv6');
PRIVATE.addSubnet('fc00::', 7, 'ipv6');
PRIVATE.addSubnet('fe80::', 10, 'ipv6');

/** Names that no public server answers for (RFC 6761, 6762, 8375, and what routers hand out). */
const PRIVATE_NAME = /(^|\.)(localhost|local|internal|lan|home|intranet|home\.arpa)$/i;

/** Pure: true for addresses of private networks, of this machine and of the link; IPv4 within IPv6 counts as IPv4. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && PRIVATE.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** Pure: the same for what is known of a name without asking DNS; null when only its addresses would tell. */
export function isPrivateHost(host: string): boolean | null {
  const bare = host.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (isIP(bare) !== 0) return isPrivateAddress(bare);
  return PRIVATE_NAME.test(bare) || !bare.includes('.') ? true : null;
}
