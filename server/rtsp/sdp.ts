/**
 * Pure: what a camera's session description (RFC 4566) says of its tracks: codecs, clock rates, parameter sets. Asking
 * for it is `describe.ts`.
 */

/** One `m=` section. */
export interface SdpTrack {
  /** `video`, `audio`, `application` (ONVIF metadata, a back channel) … */
  readonly kind: string;
  /** ffmpeg's name where it is known (`h264`, `hevc`, `mjpeg`, `aac`, `pcm_alaw` …), else the encoding in lowercase. */
  readonly codec: string;
  readonly payloadType: number;
  /** 0 when it is not said. */
  readonly clockRateHz: number;
  /** Of audio; 0 for others. */
  readonly channels: number;
  /** NAL units of `sprop-*` (RFC 6184 section 8.1, RFC 7798 section 7.1): for H.265 VPS, then SPS, then PPS. */
  readonly parameterSets: readonly Buffer[];
  /** The `fmtp` values by lowercase name. */
  readonly format: ReadonlyMap<string, string>;
  /** As announced (`a=framerate`); null when it is not said. Cameras are often wrong about it. */
  readonly fps: number | null;
  /** As announced (`a=x-dimensions`, `a=framesize`); null when it is not said. */
  readonly size: { readonly width: number; readonly height: number } | null;
  /** `a=control`, as written. */
  readonly control: string | null;
  /** False for what the camera would take from us: a track for its loudspeaker. */
  readonly sends: boolean;
}

export interface SessionDescription {
  readonly tracks: readonly SdpTrack[];
  /** The group that media goes to when the camera streams to one (`c=IN IP4 239.1.2.3/16`), else null. */
  readonly multicastGroup: string | null;
}

/** RFC 3551 section 6: payload types that need no `rtpmap`. */
const STATIC_TYPES: Readonly<Record<number, readonly [codec: string, clockRateHz: number]>> = {
  0: ['pcm_mulaw', 8000],
  3: ['gsm', 8000],
  4: ['g723_1', 8000],
  8: ['pcm_alaw', 8000],
  9: ['adpcm_g722', 8000],
  10: ['pcm_s16be', 44_100],
  11: ['pcm_s16be', 44_100],
  14: ['mp3', 90_000],
  26: ['mjpeg', 90_000],
  32: ['mpeg2video', 90_000],
  33: ['mpegts', 90_000],
  34: ['h263', 90_000],
};

const ENCODINGS: Readonly<Record<string, string>> = {
  h264: 'h264',
  h265: 'hevc',
  hevc: 'hevc',
  jpeg: 'mjpeg',
  'mp4v-es': 'mpeg4',
  h263: 'h263',
  'h263-1998': 'h263',
  'h263-2000': 'h263',
  mpv: 'mpeg2video',
  vp8: 'vp8',
  vp9: 'vp9',
  av1: 'av1',
  'mpeg4-generic': 'aac',
  'mp4a-latm': 'aac_latm',
  pcma: 'pcm_alaw',
  pcmu: 'pcm_mulaw',
  g722: 'adpcm_g722',
  g723: 'g723_1',
  gsm: 'gsm',
  l16: 'pcm_s16be',
  l8: 'pcm_u8',
  mpa: 'mp3',
  opus: 'opus',
  'vnd.onvif.metadata': 'onvif-metadata',
};

/** Pure: the tracks of a session description. Lines that mean nothing to it are passed over; it never throws. */
export function parseSdp(text: string): SessionDescription {
  const sections: string[][] = [[]];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('m=')) sections.push([]);
    sections.at(-1)?.push(line.trimEnd());
  }
  const groups = [...text.matchAll(/^c=IN IP[46] ([^\s/]+)/gm)].map((match) => match[1] ?? '');
  return {
    tracks: sections.slice(1).flatMap((lines) => parseTrack(lines) ?? []),
    multicastGroup: groups.find(isMulticast) ?? null,
  };
}

function parseTrack(lines: readonly string[]): SdpTrack | null {
  const [, kind, typeText] = /^m=(\S+) \S+ \S+ (\S+)/.exec(lines[0] ?? '') ?? [];
  if (kind === undefined || typeText === undefined) return null;
  const payloadType = Number.parseInt(typeText, 10);
  const attribute = (name: string) => lines.find((line) => line.startsWith(`a=${name}`))?.slice(name.length + 2);
  const ofType = (value: string | undefined) => new RegExp(`^${payloadType} +(.*)$`).exec(value ?? '')?.[1];
  const rtpmap = lines.map((line) => (line.startsWith('a=rtpmap:') ? ofType(line.slice(9)) : undefined)).find(Boolean);
  const [encoding = '', clockText, channelText] = rtpmap?.split('/') ?? [];
  const known = STATIC_TYPES[payloadType];
  const fmtp = lines.map((line) => (line.startsWith('a=fmtp:') ? ofType(line.slice(7)) : undefined)).find(Boolean);
  const format = parseFormat(fmtp ?? '');
  const codec = rtpmap === undefined ? (known?.[0] ?? 'unknown') : codecName(encoding);
  return {
    kind,
    codec,
    payloadType,
    clockRateHz: positive(clockText) ?? known?.[1] ?? 0,
    channels: kind === 'audio' ? (positive(channelText) ?? (payloadType === 10 ? 2 : 1)) : 0,
    parameterSets: parameterSets(format),
    format,
    fps: positive(attribute('framerate:')?.trim()) ?? null,
    size: sizeOf(attribute('x-dimensions:') ?? ofType(attribute('framesize:'))),
    control: attribute('control:')?.trim() ?? null,
    // RFC 4566 section 6; the camera speaks of itself, so `sendonly` of a back channel is what ONVIF turned round.
    sends: !lines.includes('a=sendonly') || kind !== 'audio',
  };
}

function codecName(encoding: string): string {
  const name = encoding.trim().toLowerCase();
  if (/^(?:aal2-)?g726-/.test(name)) return 'adpcm_g726';
  return ENCODINGS[name] ?? name;
}

/** `name=value;name=value`; cameras put spaces anywhere, and base64 ends with `=`. */
function parseFormat(text: string): ReadonlyMap<string, string> {
  const format = new Map<string, string>();
  for (const part of text.split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0) format.set(part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).trim());
  }
  return format;
}

function parameterSets(format: ReadonlyMap<string, string>): Buffer[] {
  return ['sprop-parameter-sets', 'sprop-vps', 'sprop-sps', 'sprop-pps']
    .flatMap((name) => format.get(name)?.split(',') ?? [])
    .map((text) => Buffer.from(text, 'base64'))
    .filter((unit) => unit.length > 0);
}

function sizeOf(text: string | undefined): SdpTrack['size'] {
  const [, width, height] = /(\d{2,5})\s*[,x-]\s*(\d{2,5})/.exec(text ?? '') ?? [];
  return width === undefined ? null : { width: Number(width), height: Number(height) };
}

function positive(text: string | undefined): number | undefined {
  const value = Number.parseFloat(text ?? '');
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

/** RFC 5771 and RFC 4291 section 2.7. */
function isMulticast(address: string): boolean {
  const first = Number.parseInt(address, 10);
  return address.includes(':') ? /^ff/i.test(address) : first >= 224 && first <= 239;
}
