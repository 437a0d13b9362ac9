/**
 * Pure: what ffmpeg gets in front of and as its RTSP input. The only place where a camera's credentials are put
 * into a URL; the result stands nowhere but in ffmpeg's own argument.
 */
import { RelayError } from '../errors.ts';
import type { FfmpegCapabilities } from './capabilities.ts';
import { parseUserInfo, percentEncode, secretsInQuery, splitUrl } from './user-info.ts';

/** The part of a camera's configuration that says how to reach it. */
export interface RtspSource {
  readonly url: string;
  /** Override what the URL's user part says. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly transport: 'tcp' | 'udp';
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
/** Longest wait for the tracks' parameters, e.g. of a camera that announces audio and sends none. */
const MAX_ANALYZE_MS = 3_000;

/**
 * Pure.
 * @throws RelayError `config` when the URL is not one that ffmpeg may be given
 */
export function rtspInput(source: RtspSource, capabilities: FfmpegCapabilities, connectTimeoutMs: number): RtspInput {
  const url = source.url.trim();
  const split = splitUrl(url);
  const scheme = split?.scheme.toLowerCase();
  // Nothing of the URL goes into the messages: what cannot be taken apart cannot be redacted either.
  if (!split || (scheme !== 'rtsp' && scheme !== 'rtsps')) {
    throw new RelayError('config', 'The camera’s URL must look like rtsp://host/path or rtsps://host/path.');
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a command line
  if (/[\u0000-\u0020\u007f]/.test(split.rest)) {
    throw new RelayError('config', 'The camera’s URL holds spaces or control characters; percent-encode them.');
  }
  const written = split.userInfo === null ? null : parseUserInfo(split.userInfo);
  const username = source.username ?? written?.username;
  const password = source.password ?? written?.password;
  const hasLogin = username !== undefined || password !== undefined;
  // ffmpeg answers no challenge without the colon, so it stands even before an empty password.
  const userInfo = hasLogin ? `${percentEncode(username ?? '')}:${percentEncode(password ?? '')}` : '';
  if (userInfo.length > MAX_USER_INFO_LENGTH) {
    throw new RelayError(
      'config',
      `User name and password are too long for ffmpeg: ${userInfo.length} characters when percent-encoded, ${MAX_USER_INFO_LENGTH} are possible.`,
    );
  }
  const secrets = new Set(secretsInQuery(split.rest));
  if (password) for (const secret of [password, `${username ?? ''}:${password}`, userInfo]) secrets.add(secret);
  if (split.userInfo?.includes(':')) secrets.add(split.userInfo);
  if (written?.password) secrets.add(written.password);

  return {
    input: `${scheme}://${hasLogin ? `${userInfo}@` : ''}${split.rest}`,
    inputOptions: [
      '-protocol_whitelist',
      scheme === 'rtsps' ? 'rtp,srtp,udp,tcp,tls' : 'rtp,udp,tcp',
      '-rtsp_transport',
      source.transport,
      `-${capabilities.timeoutOption}`,
      String(connectTimeoutMs * 1000),
      ...analysisOptions(connectTimeoutMs),
      ...source.input,
    ],
    secrets: [...secrets],
  };
}

/**
 * ffmpeg waits for the parameters of all tracks and for nothing else: no frame rate, no timestamps. Measured from
 * spawn to the first keyframe out: 200 ms, against 1250 ms by default. `-fflags nobuffer` must not be among them: it
 * throws away what was read while analysing, the first keyframe included, so the picture waits for the next one.
 * `-probesize 32` or a very small `-analyzeduration` lose the parameter sets of cameras that do not announce them.
 */
function analysisOptions(connectTimeoutMs: number): string[] {
  const analyzeMs = Math.min(MAX_ANALYZE_MS, Math.floor(connectTimeoutMs / 2));
  return ['-analyzeduration', String(analyzeMs * 1000), '-fpsprobesize', '0', '-max_ts_probe', '0'];
}

/** Pure: the socket timeout that a list of input options asks for, in ms; null without one. The last one wins. */
export function socketTimeoutMs(inputOptions: readonly string[]): number | null {
  const at = Math.max(inputOptions.lastIndexOf('-timeout'), inputOptions.lastIndexOf('-stimeout'));
  const microseconds = at < 0 ? Number.NaN : Number(inputOptions[at + 1]);
  return Number.isFinite(microseconds) && microseconds > 0 ? microseconds / 1000 : null;
}
