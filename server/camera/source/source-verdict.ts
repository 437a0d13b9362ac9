/** Pure: what a camera's answer to DESCRIBE means for a pull of it. Asking is `source-check.ts`. */
import { RelayError } from '../../errors.ts';
import type { SourceTracks } from '../../ffmpeg/source-tracks.ts';
import type { DescribeAnswer, LoginScheme } from '../../rtsp/describe.ts';
import { rtspAddress } from '../../rtsp/describe.ts';
import type { SdpTrack } from '../../rtsp/sdp.ts';

export interface VerdictContext {
  /** Whether the ffmpeg that will pull can answer Digest with SHA-256. */
  readonly sha256Login: boolean;
}

type Verdict = RelayError | null;

/** Pure: why ffmpeg could not pull a camera that answers so; null: nothing speaks against it. */
export function verdictOn(answer: DescribeAnswer, context: VerdictContext): Verdict {
  const { status, loginSent, loginScheme, redirectTarget } = answer;
  if (status === 200) return playable(answer, context);
  if (status === 401) return new RelayError('unauthorized', loginMessage(loginSent, loginScheme));
  if (redirectTarget !== null) return new RelayError('redirected', redirectMessage(redirectTarget));
  switch (status) {
    case 403:
      return new RelayError('forbidden', 'The camera forbids this user the stream.');
    case 404:
    case 410:
    case 454:
      return new RelayError('not-found', 'The camera has no stream under this path.');
    case 453:
      return new RelayError('too-many-sessions', 'The camera has no bandwidth left for one more session (453).');
    case 503:
      return new RelayError(
        'too-many-sessions',
        'The camera is busy (503): it serves as many sessions as it can, or is starting.',
      );
    default:
      if (status >= 500) return new RelayError('unreachable', `The camera reports an error of its own (${status}).`);
      if (status >= 300 && status < 400) {
        return new RelayError('redirected', `The camera sends us elsewhere without saying where (${status}).`);
      }
      return new RelayError('not-found', `The camera rejects the request for this stream (${status}).`);
  }
}

function playable(answer: DescribeAnswer, { sha256Login }: VerdictContext): Verdict {
  if (!sha256Login && wantsSha256Login(answer)) {
    return new RelayError(
      'unauthorized',
      'The camera takes user name and password, but only by Digest with SHA-256, which this ffmpeg cannot do; choose MD5 or Basic in the camera.',
    );
  }
  // An empty list of tracks is a body that could not be read, which ffmpeg may yet be able to.
  const sends = answer.tracks.filter(({ sends }) => sends);
  if (sends.length > 0 && !sends.some(({ kind }) => kind === 'video')) {
    return new RelayError('no-video', 'The camera announces no video under this path.');
  }
  return null;
}

/** Pure: whether ffmpeg would have to log in by Digest with SHA-256. */
export function wantsSha256Login({ loginsOffered }: Pick<DescribeAnswer, 'loginsOffered'>): boolean {
  return ffmpegAnswers(loginsOffered) === 'digest-sha-256';
}

/** Pure: the challenge that ffmpeg takes of several: Digest before Basic, and of several Digests the last. */
export function ffmpegAnswers(offered: readonly LoginScheme[]): LoginScheme {
  return offered.findLast((scheme) => scheme !== 'basic') ?? offered[0] ?? 'none';
}

function loginMessage(sent: boolean, scheme: LoginScheme): string {
  if (scheme === 'unknown') return 'The camera asks for a kind of login that is not known here.';
  if (!sent) return 'The camera asks for a user name and password, and none is configured.';
  return 'The camera refuses the user name or password.';
}

function redirectMessage(target: string): string {
  const host = redirectHost(target);
  const where = host === null ? 'another address' : `the address ${host}`;
  return `The camera sends us to ${where}, which is not listed for it, so it is not followed.`;
}

/** Pure: host and port that a redirect leads to, without path or login; null when it is no RTSP address. */
export function redirectHost(target: string): string | null {
  try {
    const { host, port } = rtspAddress(withoutLogin(target));
    return `${host.includes(':') ? `[${host}]` : host}:${port}`;
  } catch {
    return null;
  }
}

/** Pure: a URL without its user part. */
export function withoutLogin(url: string): string {
  return url.trim().replace(/^([a-z]+:\/\/)[^/?#]*@/i, '$1');
}

/** Pure: the tracks of an answer in ffmpeg's words, for the codec policy; null when the answer says nothing of any. */
export function sourceTracksOf(tracks: readonly SdpTrack[]): SourceTracks | null {
  const sent = tracks.filter(({ sends }) => sends);
  const video = sent.find(({ kind }) => kind === 'video');
  const audio = sent.find(({ kind }) => kind === 'audio');
  // What hides in a transport stream, or behind a name that means nothing, only ffmpeg can tell.
  if (video === undefined || video.codec === 'mpegts' || video.codec === 'unknown') return null;
  return {
    video: {
      codec: video.codec,
      width: video.size?.width ?? 0,
      height: video.size?.height ?? 0,
      fps: video.fps ?? 0,
    },
    audio:
      audio === undefined ? null : { codec: audio.codec, sampleRateHz: audio.clockRateHz, channels: audio.channels },
  };
}
