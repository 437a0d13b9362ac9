/**
 * Asks a camera who it is and what it sends, by OPTIONS and DESCRIBE and without a session, so that it costs the camera
 * none of those it counts. What the answer means for a pull is `camera/source/source-verdict.ts`.
 */
import { randomBytes } from 'node:crypto';
import { domainToASCII } from 'node:url';
import { RelayError } from '../errors.ts';
import { answerChallenge, type Challenge, type Credentials, parseChallenges } from './authentication.ts';
import { header, headerValues, type RtspResponse } from './message.ts';
import { RtspConnection } from './rtsp-connection.ts';
import { parseSdp, type SdpTrack } from './sdp.ts';

export interface DescribeOptions {
  /** For connection and answers together; default 5000. */
  readonly timeoutMs?: number;
  /** Connects here instead of resolving the URL's host: an address that has been checked. */
  readonly address?: string;
  readonly signal?: AbortSignal;
}

/** `digest-sha-256` is a login that not every ffmpeg can do; `unknown` is one that nobody here can. */
export type LoginScheme = 'none' | 'basic' | 'digest' | 'digest-sha-256' | 'unknown';

export interface DescribeAnswer {
  /** Of DESCRIBE; a refused login is 401, a redirect 301 to 305. */
  readonly status: number;
  readonly statusText: string;
  readonly tracks: readonly SdpTrack[];
  readonly multicastGroup: string | null;
  /** What the camera calls itself, or null. */
  readonly server: string | null;
  /** The login that the camera asks for and that was answered with, or would have been. */
  readonly loginScheme: LoginScheme;
  /** Every login it offers, in the order of its answer; empty when it asks for none. */
  readonly loginsOffered: readonly LoginScheme[];
  /** The camera asked for a login and one was sent; false with status 401: there was none to send. */
  readonly loginSent: boolean;
  /** Where a redirect leads; it may hold a login, so it is shown only after redaction. Null without one. */
  readonly redirectTarget: string | null;
  /** The methods of OPTIONS, empty when the camera does not say. */
  readonly methods: readonly string[];
  readonly remoteAddress: string | null;
  readonly connectMs: number;
  readonly describeMs: number;
}

export interface RtspAddress {
  /** Without brackets, as DNS knows it. */
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

const DEFAULT_TIMEOUT_MS = 5_000;
const DEFAULT_PORT = { 'rtsp:': 554, 'rtsps:': 322 } as const;

/**
 * Connects, sends OPTIONS and DESCRIBE, answers at most one challenge (two when the camera says the nonce was stale)
 * and hangs up. Follows no redirect. Any RTSP status is an answer; only what is none rejects.
 *
 * @param url `rtsp://` or `rtsps://` without a login
 * @throws RelayError `dns`, `refused`, `unreachable`, `timeout`, `tls`, `ended`, `corrupt`; `config` for another URL
 */
export async function describeCamera(
  url: string,
  credentials: Credentials | null,
  options: DescribeOptions = {},
): Promise<DescribeAnswer> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
  const target = rtspAddress(url);
  const begunMs = performance.now();
  const host = options.address ?? target.host;
  const connection = await RtspConnection.open({ ...target, host, serverName: target.host, timeoutMs, signal });
  try {
    const connectedMs = performance.now();
    const { remoteAddress } = connection;
    const greeting = await connection.request('OPTIONS', url);
    const answer = await login(connection, url, credentials);
    const { response } = answer;
    const body = response.status === 200 ? parseSdp(response.body.toString('utf8')) : null;
    return {
      status: response.status,
      statusText: response.reason,
      tracks: body?.tracks ?? [],
      multicastGroup: body?.multicastGroup ?? null,
      server: header(response, 'Server') ?? header(greeting, 'Server') ?? null,
      loginScheme: answer.loginScheme,
      loginsOffered: answer.loginsOffered,
      loginSent: answer.loginSent,
      redirectTarget: isRedirect(response.status) ? (header(response, 'Location') ?? null) : null,
      methods: (header(greeting, 'Public') ?? '').split(',').flatMap((name) => name.trim() || []),
      remoteAddress,
      connectMs: connectedMs - begunMs,
      describeMs: performance.now() - connectedMs,
    };
  } finally {
    connection.close();
  }
}

/**
 * Pure: host and port of an RTSP URL.
 * @throws RelayError `config`
 */
export function rtspAddress(url: string): RtspAddress {
  const [, scheme, bracketed, plain, port] =
    /^(rtsps?:)\/\/(?:\[([^\]]+)\]|([^/?#:@[\]\s]+))(?::(\d{1,5}))?(?=[/?#]|$)/i.exec(url) ?? [];
  const protocol = scheme?.toLowerCase();
  if (protocol !== 'rtsp:' && protocol !== 'rtsps:') {
    throw new RelayError('config', 'The camera’s URL must look like rtsp://host/path or rtsps://host/path.');
  }
  const host = bracketed ?? (domainToASCII(plain ?? '') || plain) ?? '';
  return { host, port: port === undefined ? DEFAULT_PORT[protocol] : Number(port), tls: protocol === 'rtsps:' };
}

interface LoginResult {
  readonly response: RtspResponse;
  readonly loginScheme: LoginScheme;
  readonly loginsOffered: readonly LoginScheme[];
  readonly loginSent: boolean;
}

async function login(connection: RtspConnection, url: string, credentials: Credentials | null): Promise<LoginResult> {
  const describe = (authorization?: string) =>
    connection.request('DESCRIBE', url, [
      ['Accept', 'application/sdp'],
      ...(authorization === undefined ? [] : [['Authorization', authorization] as const]),
    ]);
  let response = await describe();
  if (response.status !== 401) return { response, loginScheme: 'none', loginsOffered: [], loginSent: false };
  const loginsOffered = headerValues(response, 'WWW-Authenticate').map((value) =>
    schemeOf(preferredChallenge(parseChallenges([value]))),
  );
  let loginScheme: LoginScheme = 'unknown';
  let loginSent = false;
  for (let tries = 0; tries < 2; tries++) {
    const challenge = preferredChallenge(parseChallenges(headerValues(response, 'WWW-Authenticate')));
    // A second answer is for a nonce that ran out; anything else would count as a second wrong password.
    if (tries > 0 && !(challenge?.scheme === 'digest' && challenge.stale)) break;
    loginScheme = schemeOf(challenge);
    if (challenge === null || credentials === null) break;
    const cnonce = randomBytes(8).toString('hex');
    response = await describe(answerChallenge(challenge, credentials, { method: 'DESCRIBE', uri: url, cnonce }));
    loginSent = true;
    if (response.status !== 401) break;
  }
  return { response, loginScheme, loginsOffered, loginSent };
}

/** Digest with MD5 first: it is what ffmpeg will use when it has the choice. */
function preferredChallenge(challenges: readonly Challenge[]): Challenge | null {
  const md5 = challenges.find((each) => each.scheme === 'digest' && each.algorithm === 'MD5');
  return md5 ?? challenges.find((each) => each.scheme === 'basic') ?? challenges[0] ?? null;
}

function schemeOf(challenge: Challenge | null): LoginScheme {
  if (challenge === null) return 'unknown';
  if (challenge.scheme === 'basic') return 'basic';
  return challenge.algorithm === 'MD5' ? 'digest' : 'digest-sha-256';
}

function isRedirect(status: number): boolean {
  return status >= 301 && status <= 305;
}
