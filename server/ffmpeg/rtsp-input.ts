/**
 * Pure: what ffmpeg gets in front of and as its RTSP input. The only place where a camera's credentials are put
 * into a URL; the result stands nowhere but in ffmpeg's own argument.
 */
import { RelayError } from '../errors.ts';
import type { FfmpegCapabilities } from './capabilities.ts';
import { percentEncode, sourceLogin } from './user-info.ts';

/** The part of a camera's configuration that says how to reach it. */
export interface RtspSource {
  readonly url: string;
  /** Override what the URL's user part says. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** `auto`: TCP, and where the camera does not want it UDP or multicast. */
  readonly transport: 'auto' | 'tcp' | 'udp' | 'multicast';
  /** The address that the URL's name was found to lead to, where nothing else may be connected to; left out: any. */
  readonly address?: string | undefined;
  /** Other hosts that the camera may redirect to. */
  readonly redirects?: readonly string[];
  /** Extra ffmpeg input options, one per element; they come last and so win. */
  readonly input: readonly string[];
}

export interface RtspInput {
  readonly input: string;
  readonly inputOptions: readonly string[];
  /** What the redactor has to know before anything of this is logged. */
  readonly secrets: readonly string[];
}

/** ffmpeg's RTSP client copies the user part into 128 bytes and cuts the rest off without a word. */
const MAX_USER_INFO_LENGTH = 127;
/** A burst of a keyframe's packets overflows the system's usual buffer for UDP and shows as grey smears. */
const UDP_BUFFER = ['-buffer_size', '2097152'] as const;
const TRANSPORT_OPTIONS: Readonly<Record<RtspSource['transport'], readonly string[]>> = {
  // Without a transport ffmpeg asks for UDP first, unless it is told to prefer TCP.
  auto: ['-rtsp_flags', 'prefer_tcp', ...UDP_BUFFER],
  tcp: ['-rtsp_transport', 'tcp'],
  udp: ['-rtsp_transport', 'udp', ...UDP_BUFFER],
  multicast: ['-rtsp_transport', 'udp_multicast', ...UDP_BUFFER],
};
/** Longest wait for the tracks' parameters, e.g. of a camera that announces audio and sends none. */
const MAX_ANALYZE_MS = 3_000;

/**
 * Pure.
 * @throws RelayError `config` when the URL is not one that ffmpeg may be given
 */
export function rtspInput(source: RtspSource, capabilities: FfmpegCapabilities, connectTimeoutMs: number): RtspInput {
  const { scheme, rest, credentials, secrets } = sourceLogin(source);
  if (scheme !== 'rtsp' && scheme !== 'rtsps') {
    throw new RelayError('config', 'The camera’s URL must look like rtsp://host/path or rtsps://host/path.');
  }
  // ffmpeg answers no challenge without the colon, so it stands even before an empty password.
  const userInfo =
    credentials === null ? '' : `${percentEncode(credentials.username)}:${percentEncode(credentials.password)}`;
  if (userInfo.length > MAX_USER_INFO_LENGTH) {
    throw new RelayError(
      'config',
      `User name and password are too long for ffmpeg: ${userInfo.length} characters when percent-encoded, ${MAX_USER_INFO_LENGTH} are possible.`,
    );
  }
  return {
    input: `${scheme}://${credentials === null ? '' : `${userInfo}@`}${rest}`,
    inputOptions: [
      '-protocol_whitelist',
      scheme === 'rtsps' ? `rtp,srtp,udp,tcp,tls${source.address === undefined ? '' : ',httpproxy'}` : 'rtp,udp,tcp',
      ...TRANSPORT_OPTIONS[source.transport],
      `-${capabilities.timeoutOption}`,
      String(connectTimeoutMs * 1000),
      ...analysisOptions(connectTimeoutMs),
      ...source.input,
    ],
    secrets,
  };
}

/**
 * ffmpeg waits for the parameters of all tracks and for nothing else: no frame rate, no timestamps. Measured from
 * spawn to the first keyframe out: 200 ms, against 1250 ms by default. `-fflags nobuffer` must not be among them: it
 * throws away what was read while analysing, the first keyframe included, so the picture waits for the next one.
 * `-probesize 32` or a very small `-analyzeduration` lose the parameter sets of cameras that do not announce them.
 */
export function analysisOptions(connectTimeoutMs: number): string[] {
  const analyzeMs = Math.min(MAX_ANALYZE_MS, Math.floor(connectTimeoutMs / 2));
  return ['-analyzeduration', String(analyzeMs * 1000), '-fpsprobesize', '0', '-max_ts_probe', '0'];
}

/** Pure: the socket timeout that a list of input options asks for, in ms; null without one. The last one wins. */
export function socketTimeoutMs(inputOptions: readonly string[]): number | null {
  const at = Math.max(...['-timeout', '-stimeout', '-rw_timeout'].map((name) => inputOptions.lastIndexOf(name)));
  const microseconds = at < 0 ? Number.NaN : Number(inputOptions[at + 1]);
  return Number.isFinite(microseconds) && microseconds > 0 ? microseconds / 1000 : null;
}
