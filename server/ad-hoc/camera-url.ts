/**
 * Pure: takes the URL of a camera apart that a request names. The host comes out in the one form in which lists compare
 * it and sockets connect to it, however it was written.
 */
import { RelayError } from '../errors.ts';
import { parseUserInfo, splitUrl } from '../ffmpeg/user-info.ts';
import { plainAddress } from './allow-list.ts';

export interface CameraUrl {
  readonly scheme: 'rtsp' | 'rtsps';
  /** In lower case; an address is in its canonical form, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** Path and query as written, beginning with `/`, or empty. */
  readonly path: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

const MAX_LENGTH = 2_000;
const DEFAULT_PORT = { rtsp: 554, rtsps: 322 } as const;

/**
 * Pure.
 * @throws RelayError `bad-request`; the message holds nothing of the URL, which may hold a login
 */
export function parseCameraUrl(text: string | null): CameraUrl {
  const fail = (what: string): never => {
    throw new RelayError('bad-request', `"url" ${what}; allowed is rtsp://host:port/path or rtsps://…`);
  };
  if (text === null || text === '') return fail('is missing');
  if (text.length > MAX_LENGTH) return fail('is too long');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a command line
  if (/[\u0000-\u0020\u007f\\]/.test(text)) return fail('holds spaces, control characters or a backslash');
  const split = splitUrl(text);
  const scheme = split?.scheme.toLowerCase();
  if (split === null || (scheme !== 'rtsp' && scheme !== 'rtsps')) return fail('is no RTSP address');
  const [, written = '', portText, path = ''] =
    /^(\[[^\]]*\]|[^/?#:[\]@]*)(?::(\d{1,5}))?([/?].*)?$/.exec(split.rest) ?? [];
  const host = canonicalHost(written);
  if (host === null) return fail('names no host');
  const port = portText === undefined ? DEFAULT_PORT[scheme] : Number(portText);
  if (port < 1 || port > 65_535) return fail('names no port that there is');
  const login = split.userInfo === null ? undefined : parseUserInfo(split.userInfo);
  return { scheme, host, port, path, username: login?.username, password: login?.password };
}

/** Pure: the URL without its login, with the host that is given in place of its own. */
export function urlWithHost({ scheme, port, path }: CameraUrl, host: string): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}${path}`;
}

/**
 * Pure: as the URL Standard reads a host, which knows all the ways to write an IPv4 address: decimal, octal,
 * hexadecimal, with fewer than four parts. Null when it is none.
 */
function canonicalHost(written: string): string | null {
  if (written === '') return null;
  try {
    const { hostname } = new URL(`http://${written}/`);
    const bare = hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
    return bare === '' ? null : plainAddress(bare);
  } catch {
    return null;
  }
}
