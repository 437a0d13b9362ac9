/** Errors as RFC 9457 problem documents, for every way in: Express, and sockets that were not upgraded. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ErrorRequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { cutAfter } from '../cut-after.ts';
import { RelayError } from '../errors.ts';
import type { Problem } from '../protocol.ts';

const CONTENT_TYPE = 'application/problem+json';
/** So long a client may take to read an answer and to close its side of a connection that is no longer Node's to end. */
export const LINGER_MS = 2_000;
/** Told to clients that meet a state which passes by itself. */
const RETRY_AFTER_SECONDS = 5;

/** A 401 names a way in (RFC 9110 section 15.5.2); browsers open no window of their own for this one. */
const CHALLENGE = 'Bearer realm="sightline"';

/** Pure. */
export function problemOf(error: RelayError, camera?: string, url?: string): Problem {
  return {
    type: `urn:sightline:problem:${error.code}`,
    title: error.title,
    status: error.status,
    detail: error.message,
    code: error.code,
    ...(camera === undefined ? {} : { camera }),
    ...(url === undefined ? {} : { url }),
    ...(error.at === null ? {} : { at: error.at }),
  };
}

/** Pure: whole seconds (RFC 9110 section 10.2.3); null where trying again would be no use. */
function retryAfterOf(error: RelayError): number | null {
  const passes = error.status === 503 || error.status === 504;
  return error.retryAfterSeconds ?? (passes ? RETRY_AFTER_SECONDS : null);
}

/** Answers with the error. The response must not have begun. */
export function sendProblem(response: Response, error: RelayError, camera?: string): void {
  const retryAfterSeconds = retryAfterOf(error);
  if (retryAfterSeconds !== null) response.set('Retry-After', String(retryAfterSeconds));
  if (error.code === 'upgrade-required') response.set({ Upgrade: 'websocket', Connection: 'Upgrade, close' });
  if (error.status === 401 && !response.hasHeader('WWW-Authenticate')) response.set('WWW-Authenticate', CHALLENGE);
  response.status(error.status).type(CONTENT_TYPE).set('Cache-Control', 'no-store').json(problemOf(error, camera));
}

/**
 * Refuses an upgrade: the error as a complete HTTP answer, then the end of the connection.
 * @param url where the client must go instead
 */
export function refuseUpgrade(socket: Duplex, error: RelayError, url?: string): void {
  const body = JSON.stringify(problemOf(error, undefined, url));
  const retryAfterSeconds = retryAfterOf(error);
  socket.end(
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}\r\n` +
      (retryAfterSeconds === null ? '' : `Retry-After: ${retryAfterSeconds}\r\n`) +
      `Content-Type: ${CONTENT_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `Cache-Control: no-store\r\nConnection: close\r\n\r\n${body}`,
  );
  cutAfter(socket, LINGER_MS);
}

/** Express's last handler: whatever was thrown becomes a problem document; only our own failures are logged. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  return (thrown: unknown, request, response, _next) => {
    const error = isClientError(thrown) ? new RelayError('bad-request', thrown.message) : RelayError.from(thrown);
    if (error.code === 'internal')
      log.error({ err: thrown, method: request.method, path: request.path }, 'request failed');
    if (response.headersSent) response.destroy();
    else sendProblem(response, error);
  };
}

/** Express and its parts mark what the client did wrong (a malformed escape, say) by a `status` below 500. */
function isClientError(thrown: unknown): thrown is Error & { status: number } {
  return (
    !(thrown instanceof RelayError) &&
    thrown instanceof Error &&
    'status' in thrown &&
    typeof thrown.status === 'number' &&
    thrown.status < 500
  );
}
