/**
 * Pure: where a camera that is named by a request may be. Names are compared before anything is resolved, addresses
 * after; resolving and connecting is `target-check.ts`.
 */
import { BlockList, isIP, isIPv4 } from 'node:net';
import { RelayError } from '../errors.ts';

interface AllowEntry {
  /** A name in lower case, `*.` before it for everything below; null for addresses. */
  readonly name: string | null;
  readonly addresses: BlockList | null;
  /** Of the addresses. */
  readonly family: 'ipv4' | 'ipv6' | null;
  /** Null: any. */
  readonly ports: readonly number[] | null;
}

const DEFAULT_PORTS = [554, 322];

/**
 * What a listed name must not turn out to be unless the addresses are listed themselves: this machine, its neighbours
 * by link (cloud machines have their credentials there), everybody at once.
 */
const NOT_BY_NAME = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  NOT_BY_NAME.addSubnet(network, bits, 'ipv4');
}
for (const [network, bits] of [
  ['::', 127],
  ['fe80::', 10],
  ['ff00::', 8],
  ['64:ff9b::', 96],
  ['2002::', 16],
] as const) {
  NOT_BY_NAME.addSubnet(network, bits, 'ipv6');
}

export class AllowList {
  readonly #entries: readonly AllowEntry[];

  /** @throws RelayError `config` that names the entry which cannot be read */
  constructor(entries: readonly string[]) {
    this.#entries = entries.map(parseEntry);
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** Whether a host may be resolved at all: it is listed, or there are listed addresses that it may turn out to have. */
  mayResolve(host: string, port: number): boolean {
    return this.#entries.some(
      (entry) =>
        hasPort(entry, port) && (entry.addresses === null ? isNamed(entry, host) : !isIP(host) || holds(entry, host)),
    );
  }

  /** Whether this address, which the host has, may be connected to. Both are canonical, see `camera-url.ts`. */
  mayConnect(host: string, address: string, port: number): boolean {
    return this.#entries.some((entry) => {
      if (!hasPort(entry, port)) return false;
      if (entry.addresses !== null) return holds(entry, address);
      return isNamed(entry, host) && (isLocalhost(host) || !NOT_BY_NAME.check(address, familyOf(address)));
    });
  }
}

/** Pure: an IPv4 address in IPv6 clothes (`::ffff:127.0.0.1`) as the IPv4 address that is connected to. */
export function plainAddress(address: string): string {
  const bare = address.toLowerCase();
  const dotted = /^::(?:ffff:)?(\d+\.\d+\.\d+\.\d+)$/.exec(bare)?.[1];
  if (dotted !== undefined) return dotted;
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(bare) ?? [];
  if (high === undefined || low === undefined) return bare;
  const bits = (Number.parseInt(high, 16) << 16) | Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join('.');
}

/** Forms: `host`, `host:port`, `cidr`, `cidr:port`, `[v6 or v6 cidr]:port`; the port may be `*`. */
function parseEntry(text: string): AllowEntry {
  const fail = (why: string): never => {
    throw new RelayError('config', `adHoc.allow: found ${JSON.stringify(text)}; ${why}`);
  };
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}|\*))?$/.exec(text);
  const isBareV6 = bracketed === null && text.split(':').length > 2;
  const plain = /^([^:]*)(?::(\d{1,5}|\*))?$/.exec(text);
  const [, host = '', port] = bracketed ?? (isBareV6 ? [text, text] : (plain ?? fail('this is no host')));
  const ports = port === '*' ? null : port === undefined ? DEFAULT_PORTS : [Number(port)];
  if (ports?.some((number) => number < 1 || number > 65_535)) fail('a port lies between 1 and 65535');
  const [address = '', bits] = host.split('/');
  const version = isIP(address);
  if (version === 0) {
    if (bits !== undefined || !/^(\*\.)?[a-z0-9]([a-z0-9_.-]*[a-z0-9])?$/i.test(host) || /^[\d.]+$/.test(host)) {
      fail('allowed is a host name, an address, or a CIDR such as 192.168.1.0/24, each with a port if need be');
    }
    return { name: host.toLowerCase(), addresses: null, family: null, ports };
  }
  const longest = version === 4 ? 32 : 128;
  const prefix = bits === undefined ? longest : Number(bits);
  if ((bits !== undefined && !/^\d{1,3}$/.test(bits)) || prefix > longest) fail(`a prefix has 0 to ${longest} bits`);
  const addresses = new BlockList();
  const family = familyOf(address);
  addresses.addSubnet(address, prefix, family);
  return { name: null, addresses, family, ports };
}

function hasPort({ ports }: AllowEntry, port: number): boolean {
  return ports === null || ports.includes(port);
}

function isNamed({ name }: AllowEntry, host: string): boolean {
  if (name === null) return false;
  return name.startsWith('*.') ? host.endsWith(name.slice(1)) && host.length >= name.length : host === name;
}

/** A `BlockList` finds IPv4 addresses in `::/0` too, which nobody means who writes that. */
function holds({ addresses, family }: AllowEntry, address: string): boolean {
  return family === familyOf(address) && addresses?.check(address, family) === true;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6';
}

function isLocalhost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}
