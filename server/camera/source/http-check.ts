/** Asks an HTTP camera, or another relay, by HEAD whether a stream is there: that starts nothing at the other end. */
import { randomBytes } from 'node:crypto';
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { RelayError } from '../../errors.ts';
import { answerChallenge, parseChallenges } from '../../rtsp/authentication.ts';
import { networkFailure } from '../../rtsp/network-failure.ts';

export interface HttpTarget {
  /** Without a login. */
  readonly url: string;
  readonly credentials: { readonly username: string; readonly password: string } | null;
}

/** @throws RelayError with the reason why nothing can be had there; a server that knows no HEAD is there */
export async function askByHead(
  target: HttpTarget,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  // Not `AbortSignal.any`: in Node 20 each one stays in the memory of a signal that lives long.
  const stop = new AbortController();
  const giveUp = () => stop.abort();
  const timer = setTimeout(giveUp, timeoutMs);
  signal?.addEventListener('abort', giveUp);
  if (signal?.aborted) giveUp();
  try {
    await ask(target, stop.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  }
}

async function ask(target: HttpTarget, signal: AbortSignal): Promise<void> {
  let answer = await head(target.url, null, signal);
  const [challenge] = parseChallenges(headerList(answer, 'www-authenticate'));
  if (answer.statusCode === 401 && challenge !== undefined && target.credentials !== null) {
    const { pathname, search } = new URL(target.url);
    const cnonce = randomBytes(8).toString('hex');
    const uri = pathname + search;
    const authorization = answerChallenge(challenge, target.credentials, { method: 'HEAD', uri, cnonce });
    answer = await head(target.url, authorization, signal);
  }
  const failure = httpFailure(answer.statusCode ?? 0);
  if (failure !== null) throw failure;
}

function head(url: string, authorization: string | null, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = authorization === null ? {} : { authorization };
    // Cameras sign their own certificates; ffmpeg, which will pull, does not ask either.
    const request: ClientRequest = url.startsWith('https:')
      ? requestHttps(url, { method: 'HEAD', headers, signal, agent: false, rejectUnauthorized: false })
      : requestHttp(url, { method: 'HEAD', headers, signal, agent: false });
    request.on('error', (error) => {
      reject(signal.aborted ? new RelayError('timeout', 'The camera did not answer in time.') : networkFailure(error));
    });
    request.on('response', (response) => {
      response.destroy();
      resolve(response);
    });
    request.end();
  });
}

/** Pure: what an HTTP status says of a camera; null: nothing against it. */
export function httpFailure(status: number): RelayError | null {
  switch (status) {
    case 401:
      return new RelayError('unauthorized', 'The camera refuses the user name or password.');
    case 403:
      return new RelayError('forbidden', 'The camera forbids this user the stream.');
    case 404:
    case 410:
      return new RelayError('not-found', 'The camera has no stream under this path.');
    case 503:
      return new RelayError('too-many-sessions', 'The camera is busy (503).');
    default:
      // 501 and 405 are how small servers say that they know no HEAD.
      return status >= 500 && status !== 501
        ? new RelayError('unreachable', `The camera reports an error of its own (${status}).`)
        : null;
  }
}

function headerList(answer: IncomingMessage, name: string): string[] {
  return answer.headersDistinct[name] ?? [];
}
