/**
 * Pure: what ffmpeg gets in front of and as its input, by the kind of a camera's address. RTSP has a file of its own
 * (`rtsp-input.ts`); the others, HTTP and RTMP, are here.
 */
import { RelayError } from '../errors.ts';
import type { FfmpegCapabilities } from './capabilities.ts';
import { analysisOptions, type RtspInput, type RtspSource, rtspInput } from './rtsp-input.ts';
import { percentEncode, sourceLogin } from './user-info.ts';

/** `http`: whatever a camera sends over HTTP that is neither FLV nor HLS, which in practice is MJPEG. */
export type SourceKind = 'rtsp' | 'flv' | 'hls' | 'http' | 'rtmp';

/** ffmpeg may open these and nothing else, so that a playlist or a redirect leads to no file of this machine. */
const PROTOCOLS: Readonly<Record<string, string>> = {
  http: 'http,tcp',
  https: 'https,http,tls,tcp',
  rtmp: 'rtmp,tcp',
  rtmps: 'rtmps,rtmp,tls,tcp',
};
/** Segments may be encrypted, and may lie on the other of the two schemes. */
const HLS_PROTOCOLS = 'http,https,tls,tcp,crypto';

/** Pure: what an address asks for; null when it is none that a camera may have. Looks at scheme and path alone. */
export function sourceKind(url: string): SourceKind | null {
  const [, scheme, path = ''] = /^([a-z]+):\/\/[^?#]*?(\/[^?#@]*)?(?:[?#]|$)/i.exec(url.trim()) ?? [];
  switch (scheme?.toLowerCase()) {
    case 'rtsp':
    case 'rtsps':
      return 'rtsp';
    case 'rtmp':
    case 'rtmps':
      return 'rtmp';
    case 'http':
    case 'https':
      // Reolink has `/flv?port=1935&app=bcs&stream=channel0_main.bcs`.
      if (/[./]flv$/i.test(path)) return 'flv';
      return /\.m3u8?$/i.test(path) ? 'hls' : 'http';
    default:
      return null;
  }
}

/**
 * Pure.
 * @param timeoutMs for the connection and for silence on it
 * @throws RelayError `config` when the URL is not one that ffmpeg may be given
 */
export function sourceInput(source: RtspSource, capabilities: FfmpegCapabilities, timeoutMs: number): RtspInput {
  const kind = sourceKind(source.url);
  if (kind === 'rtsp') return rtspInput(source, capabilities, timeoutMs);
  if (kind === null) throw new RelayError('config', 'The camera’s URL is of a kind that cannot be pulled.');
  const { scheme, rest, credentials, secrets } = sourceLogin(source);
  const login =
    credentials === null ? '' : `${percentEncode(credentials.username)}:${percentEncode(credentials.password)}@`;
  return {
    input: `${scheme}://${login}${rest}`,
    inputOptions: [
      '-protocol_whitelist',
      kind === 'hls' ? HLS_PROTOCOLS : PROTOCOLS[scheme]!,
      // `-timeout` makes ffmpeg's RTMP wait for somebody to connect to it.
      '-rw_timeout',
      String(timeoutMs * 1000),
      ...KIND_OPTIONS[kind],
      ...analysisOptions(timeoutMs),
      ...source.input,
    ],
    secrets,
  };
}

const KIND_OPTIONS: Readonly<Record<Exclude<SourceKind, 'rtsp'>, readonly string[]>> = {
  flv: ['-seekable', '0', '-f', 'flv'],
  // The last segment but one: enough to go on without a gap, and seconds nearer than ffmpeg's own choice.
  hls: ['-live_start_index', '-2', '-f', 'hls'],
  // JPEGs that come as they please carry no time of their own.
  http: ['-seekable', '0', '-use_wallclock_as_timestamps', '1'],
  rtmp: ['-rtmp_live', 'live'],
};
