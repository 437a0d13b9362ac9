/**
 * Asks a camera whether it would let itself be pulled, before ffmpeg does: RTSP by OPTIONS and DESCRIBE, HTTP by HEAD,
 * RTMP by a bare connection. It opens no session. When it is asked is `pull-attempt.ts`' and `camera-checks.ts`' matter.
 */
import { RelayError } from '../../errors.ts';
import type { RtspSource } from '../../ffmpeg/rtsp-input.ts';
import { sourceKind } from '../../ffmpeg/source-input.ts';
import type { SourceTracks } from '../../ffmpeg/source-tracks.ts';
import { sourceLogin } from '../../ffmpeg/user-info.ts';
import { type DescribeAnswer, describeCamera, rtspAddress } from '../../rtsp/describe.ts';
import { TcpWatch } from '../pull/tcp-watch.ts';
import { askByHead } from './http-check.ts';
import { tcpAddressOf } from './source-address.ts';
import { sourceTracksOf, verdictOn, wantsSha256Login, withoutLogin } from './source-verdict.ts';

export interface SourceCheckOptions {
  /** For the whole check of one address. */
  readonly timeoutMs: number;
  /** Whether the ffmpeg that will pull can log in by Digest with SHA-256; asked where a camera wants that. */
  readonly sha256Login: () => Promise<boolean>;
  readonly signal?: AbortSignal | undefined;
}

export interface SourceReading {
  /** Unix ms. */
  readonly atMs: number;
  /** What to pull: the source that was asked for, or where a redirect that may be followed led. */
  readonly source: RtspSource;
  /** What it announces; null when it does not say (HTTP, RTMP, a body that cannot be read). */
  readonly tracks: SourceTracks | null;
  /** The camera's own answer; null for what is not RTSP. */
  readonly answer: DescribeAnswer | null;
}

const MAX_REDIRECTS = 3;

/**
 * Asks once; a wrong password is sent at most once.
 * @throws RelayError with the camera's reason; `config` for an address that cannot be read
 */
export async function checkSource(source: RtspSource, options: SourceCheckOptions): Promise<SourceReading> {
  switch (sourceKind(source.url)) {
    case 'rtsp':
      return checkRtsp(source, options);
    case 'rtmp':
      await checkTcp(source, options);
      break;
    case null:
      throw new RelayError('config', 'The camera’s URL is of a kind that cannot be pulled.');
    default:
      await askByHead(sourceLogin(source), options);
  }
  return { atMs: Date.now(), source, tracks: null, answer: null };
}

async function checkRtsp(first: RtspSource, options: SourceCheckOptions): Promise<SourceReading> {
  let source = first;
  for (let followed = 0; ; followed++) {
    const { url, credentials } = sourceLogin(source);
    const { timeoutMs, signal } = options;
    const answer = await describeCamera(url, credentials, { timeoutMs, ...(signal === undefined ? {} : { signal }) });
    const next = answer.redirectTarget;
    if (next !== null && followed < MAX_REDIRECTS && mayFollow(first, next)) {
      const { username, password } = credentials ?? {};
      source = { ...source, url: withoutLogin(next), username, password };
      continue;
    }
    const sha256Login = wantsSha256Login(answer) && (await options.sha256Login());
    const verdict = verdictOn(answer, { sha256Login });
    if (verdict !== null) throw verdict;
    return { atMs: Date.now(), source, tracks: sourceTracksOf(answer.tracks), answer };
  }
}

/** Pure: another path or port of the same machine may be followed, and what the configuration lists. */
export function mayFollow(source: Pick<RtspSource, 'url' | 'redirects'>, target: string): boolean {
  try {
    const { host } = rtspAddress(withoutLogin(target));
    const own = rtspAddress(sourceLogin({ url: source.url }).url).host;
    return host === own || (source.redirects ?? []).includes(host);
  } catch {
    return false;
  }
}

const TCP_MESSAGES = {
  dns: 'The camera’s name cannot be resolved.',
  refused: 'The camera refuses the connection.',
  unreachable: 'There is no way to the camera’s address.',
  timeout: 'The camera did not answer in time.',
} as const;

async function checkTcp(source: RtspSource, { timeoutMs, signal }: SourceCheckOptions): Promise<void> {
  const address = tcpAddressOf(source.url);
  if (address === null) throw new RelayError('config', 'The camera’s URL names no host.');
  const answer = await new TcpWatch(address, timeoutMs).ask(signal ?? new AbortController().signal);
  if (answer !== null) throw new RelayError(answer, TCP_MESSAGES[answer]);
}
