/**
 * Pure: where the common makers keep a channel's streams, and how a host stands in for them until its maker is known.
 * Trying them is `camera/vendor-finder.ts`.
 */

export const VENDORS = ['hikvision', 'dahua', 'reolink', 'axis', 'uniview', 'tp-link'] as const;
export type Vendor = (typeof VENDORS)[number];

export interface VendorStream {
  /** From 1. */
  readonly channel: number;
  readonly stream: 'main' | 'sub';
}

export const DEFAULT_RTSP_PORT = 554;

const two = (channel: number) => String(channel).padStart(2, '0');

/** Path and query by maker, as their manuals give them. */
const PATHS: Readonly<Record<Vendor, (channel: number, isMain: boolean) => string>> = {
  hikvision: (channel, isMain) => `/Streaming/Channels/${channel}0${isMain ? 1 : 2}`,
  dahua: (channel, isMain) => `/cam/realmonitor?channel=${channel}&subtype=${isMain ? 0 : 1}`,
  reolink: (channel, isMain) => `/h264Preview_${two(channel)}_${isMain ? 'main' : 'sub'}`,
  axis: (channel, isMain) => `/axis-media/media.amp?camera=${channel}${isMain ? '' : '&resolution=640x360'}`,
  uniview: (channel, isMain) => `/unicast/c${channel}/s${isMain ? 0 : 1}/live`,
  'tp-link': (_channel, isMain) => `/stream${isMain ? 1 : 2}`,
};

/** Pure: path and query of a stream, with its leading slash. TP-Link's cameras have one channel. */
export function vendorPath(vendor: Vendor, { channel, stream }: VendorStream): string {
  return PATHS[vendor](channel, stream === 'main');
}

/** Pure: the RTSP address of a stream. IPv6 hosts get their brackets here. */
export function vendorUrl(host: string, port: number, vendor: Vendor, stream: VendorStream): string {
  return `rtsp://${urlHost(host)}:${port}${vendorPath(vendor, stream)}`;
}

/** Pure: a host as it stands in a URL. */
export function urlHost(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/** Pure: the address that stands for a bare host until its maker is known. It never reaches ffmpeg. */
export function bareHostUrl(host: string, port: number | undefined, { channel, stream }: VendorStream): string {
  return `find://${urlHost(host)}:${port ?? DEFAULT_RTSP_PORT}/${channel}/${stream}`;
}

/** Pure. */
export function isBareHost(url: string): boolean {
  return url.startsWith('find://');
}
