/** Pure: the HTTP proxy through which a machine is reached, by the customary variables of the environment. */
import { BlockList, isIP } from 'node:net';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface HttpProxy {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  /** The value of `Proxy-Authorization`. */
  readonly authorization: string | null;
}

interface Destination {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
}

/**
 * Pure: by `HTTP_PROXY` or `HTTPS_PROXY`, unless `NO_PROXY` names the machine; small letters count first, as in cURL. This
 * machine itself is never asked of a proxy, for which it would be another one. Null: reached directly.
 */
export function proxyFor({ secure, host, port }: Destination, env: Environment): HttpProxy | null {
  const address = secure ? (env.https_proxy ?? env.HTTPS_PROXY) : (env.http_proxy ?? env.HTTP_PROXY);
  if (!address || isThisMachine(host) || isExcluded(host, port, env.no_proxy ?? env.NO_PROXY ?? '')) return null;
  const text = address.includes('://') ? address : `http://${address}`;
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
  const proxySecure = url.protocol === 'https:';
  const login = `${decoded(url.username)}:${decoded(url.password)}`;
  return {
    secure: proxySecure,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (proxySecure ? 443 : 80),
    authorization: login === ':' ? null : `Basic ${Buffer.from(login).toString('base64')}`,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127(\.\d+){3}$/.test(host);
}

/** `*`, a name with all below it (with or without a dot before it), an address, a network, each with a port or not. */
function isExcluded(host: string, port: number, list: string): boolean {
  return list.split(/[\s,]+/).some((entry) => {
    if (entry === '') return false;
    if (entry === '*') return true;
    const [, name, wantedPort] = /^(.*?|\[.*\])(?::(\d+))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry)!;
    if (wantedPort !== undefined && Number(wantedPort) !== port) return false;
    const bare = name!.replace(/^\[|\]$/g, '').toLowerCase();
    const [network, prefix] = bare.split('/');
    if (prefix !== undefined) return isInNetwork(host, network!, Number(prefix));
    const domain = bare.replace(/^\*?\./, '');
    return host.toLowerCase() === domain || host.toLowerCase().endsWith(`.${domain}`);
  });
}

function isInNetwork(host: string, network: string, prefix: number): boolean {
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family || !(prefix >= 0 && prefix <= (family === 4 ? 32 : 128))) return false;
  const list = new BlockList();
  list.addSubnet(network, prefix, family === 4 ? 'ipv4' : 'ipv6');
  return list.check(host, family === 4 ? 'ipv4' : 'ipv6');
}
