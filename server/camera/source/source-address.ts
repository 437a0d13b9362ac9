/** Pure: where a source's URL leads to, for those who ask whether anybody is there. Logins and paths are not read. */
import type { RtspSource } from '../../ffmpeg/rtsp-input.ts';
import { splitUrl } from '../../ffmpeg/user-info.ts';

export interface TcpAddress {
  /** A name or an address; an IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  rtsp: 554,
  rtsps: 322,
  http: 80,
  https: 443,
  rtmp: 1935,
  rtmps: 443,
  find: 554,
};

/** Pure: the same of a source, which may be tied to one address of its name. */
export function tcpAddressOfSource({ url, address }: Pick<RtspSource, 'url' | 'address'>): TcpAddress | null {
  const named = tcpAddressOf(url);
  return named === null || address === undefined ? named : { ...named, host: address };
}

/** Pure: the TCP address of a camera's URL; null when it has none (a demo camera's name, a file). */
export function tcpAddressOf(url: string): TcpAddress | null {
  const split = splitUrl(url.trim());
  if (split === null) return null;
  const [, bracketed, plain, written] = /^(?:\[([^\]]+)\]|([^:/?#]+))(?::(\d{1,5}))?(?=[/?#]|$)/.exec(split.rest) ?? [];
  const host = bracketed ?? plain;
  const port = written === undefined ? DEFAULT_PORTS[split.scheme.toLowerCase()] : Number(written);
  if (host === undefined || port === undefined || port < 1 || port > 65_535) return null;
  return { host, port };
}
