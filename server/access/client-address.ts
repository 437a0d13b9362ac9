/**
 * Where a request comes from: the peer's address, or what a trusted proxy says of its client. Pure but for the list that
 * is compiled once.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Headers by which a proxy shows that the peer is not who asks. */
const FORWARDING = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'];

export interface Origin {
  /** The client's address as far as it can be known, IPv4 written plainly. */
  readonly address: string;
  /** An untrusted proxy stands between: the address is its own and may be that of many. */
  readonly isShared: boolean;
  /** This machine itself asks, and by a name of its own. */
  readonly isLocal: boolean;
  /** The client's way to us, or to the proxy, is encrypted. */
  readonly isSecure: boolean;
  /** The peer is a proxy that the configuration trusts. */
  readonly isTrustedProxy: boolean;
  /** The name that the client asked under, with its port. */
  readonly host: string | undefined;
}

export class ProxyList {
  readonly #trusted = new BlockList();

  /** @param entries addresses and CIDR ranges */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      const [address, prefix] = entry.split('/') as [string, string | undefined];
      const type = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      if (prefix === undefined) this.#trusted.addAddress(address, type);
      else this.#trusted.addSubnet(address, Number(prefix), type);
    }
  }

  has(address: string): boolean {
    const version = isIP(address);
    return version !== 0 && this.#trusted.check(address, version === 6 ? 'ipv6' : 'ipv4');
  }
}

export interface Peer {
  /** Of the socket. */
  readonly address: string;
  readonly isEncrypted: boolean;
  readonly headers: IncomingHttpHeaders;
}

/** Pure. Headers count only when a trusted proxy sent them; from anybody else they show that a proxy is between. */
export function originOf({ address, isEncrypted, headers }: Peer, proxies: ProxyList): Origin {
  const peer = plainAddress(address);
  const isForwarded = FORWARDING.some((name) => headers[name] !== undefined);
  const isTrustedProxy = proxies.has(peer);
  if (!isForwarded) {
    const isLocal = isLoopback(peer) && isLocalName(headers.host);
    return { address: peer, isShared: false, isLocal, isSecure: isEncrypted, isTrustedProxy, host: headers.host };
  }
  if (!isTrustedProxy) {
    return { address: peer, isShared: true, isLocal: false, isSecure: isEncrypted, isTrustedProxy, host: headers.host };
  }
  const client = clientOf(headers['x-forwarded-for'], proxies);
  const host = lastOf(headers['x-forwarded-host']) ?? headers.host;
  return {
    address: client ?? peer,
    isShared: client === null,
    isLocal: client !== null && isLoopback(client) && isLocalName(host),
    isSecure: lastOf(headers['x-forwarded-proto'])?.toLowerCase() === 'https',
    isTrustedProxy,
    host,
  };
}

/** Pure: an address of this machine's loopback interface. */
export function isLoopback(address: string): boolean {
  const plain = plainAddress(address);
  return plain === '::1' || /^127\.\d+\.\d+\.\d+$/.test(plain);
}

/** Pure: IPv4 in IPv6 as IPv4, and without a zone. */
export function plainAddress(address: string): string {
  const bare = address.replace(/%.*$/, '').toLowerCase();
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/.test(bare) ? bare.slice('::ffff:'.length) : bare;
}

/**
 * Pure: what one household or server can take any address of: of IPv6 the first 64 bits (RFC 4291 section 2.5.1), IPv4 as
 * it is. What comes straight over the link (fe80::) is told apart by its whole address.
 */
export function networkOf(address: string): string {
  const plain = plainAddress(address);
  if (isIP(plain) !== 6 || /^fe[89ab]/.test(plain)) return plain;
  const [head = '', tail] = plain.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  const groups = [...before, ...(tail === undefined ? [] : zeros), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

/**
 * Pure: a page of another site can make its own name mean 127.0.0.1 (DNS rebinding), but then it asks under that name.
 * What sends no Host is no browser.
 */
function isLocalName(host: string | undefined): boolean {
  if (host === undefined) return true;
  const name = host
    .toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name.endsWith('.localhost') || (isIP(name) !== 0 && isLoopback(name));
}

/** Pure: the last address of the chain that is no trusted proxy: what stands before it anybody may have written. */
function clientOf(forwardedFor: string | string[] | undefined, proxies: ProxyList): string | null {
  const chain = [forwardedFor ?? []].flat().flatMap((line) => line.split(',').map((part) => part.trim()));
  let client: string | null = null;
  for (const entry of chain.reverse()) {
    const bare = plainAddress(entry.replace(/^\[([^\]]+)\](:\d+)?$/, '$1').replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1'));
    if (isIP(bare) === 0) return client;
    client = bare;
    if (!proxies.has(bare)) return client;
  }
  return client;
}

function lastOf(header: string | string[] | undefined): string | undefined {
  const values = [header ?? []].flat().flatMap((line) => line.split(','));
  return values[values.length - 1]?.trim();
}
