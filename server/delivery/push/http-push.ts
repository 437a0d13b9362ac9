/**
 * FLV by POST: the body of one request, without end, as a camera's pictures. Who may publish is decided before; what is
 * made of the bytes is `camera/push-intake.ts`.
 */
import type { Request, Response } from 'express';
import type { Publication, Publisher } from '../../camera/pull/push-intake.ts';
import { cutAfter } from '../../cut-after.ts';
import type { RelayError } from '../../errors.ts';

/** A publisher that vanished without a word is noticed by TCP keep-alive, if the watchdog has not before. */
const KEEP_ALIVE_MS = 30_000;
/** So long a refused publisher may go on sending: a connection that is reset takes the answer with it. */
const LINGER_MS = 2_000;

/**
 * Takes the body until either side ends it: 204 when it is complete, a problem document when the relay has had enough.
 * @param publish gives the camera to the publisher
 * @param fail answers with a problem document
 * @throws RelayError what `publish` throws
 */
export function serveHttpPush(
  { request, response }: { request: Request; response: Response },
  publish: (publisher: Publisher) => Publication,
  fail: (error: RelayError) => void,
): void {
  request.socket.setKeepAlive(true, KEEP_ALIVE_MS);
  const publication = publish({
    address: request.ip ?? '',
    end: (error) => {
      response.set('Connection', 'close');
      fail(error);
      hangUpSoon(request);
    },
  });
  request.on('data', (chunk: Buffer) => publication.push(chunk));
  request.once('end', () => {
    publication.ended('complete');
    if (!response.headersSent) response.status(204).end();
  });
  request.once('error', () => publication.ended('lost'));
  request.once('close', () => publication.ended('lost'));
}

/** Refuses a body that has not been read, see `LINGER_MS`; the answer is on its way. */
export function hangUpSoon(request: Request): void {
  const { socket } = request;
  request.resume();
  cutAfter(socket, LINGER_MS);
}
