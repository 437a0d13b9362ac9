/** FLV over HTTP: the same bytes as over a WebSocket, as a response without end. */
import type { Socket } from 'node:net';
import type { Request, Response } from 'express';
import type { Camera } from '../camera/camera.ts';
import type { RelayError } from '../errors.ts';
import type { LiveQuery } from './live-query.ts';
import { framedOnce, httpChunk } from './shared-framing.ts';
import type { ViewerRegistry } from './viewer-registry.ts';

const HEADERS = {
  'Content-Type': 'video/x-flv',
  'Cache-Control': 'no-store',
  // nginx would otherwise gather the picture in its buffers.
  'X-Accel-Buffering': 'no',
} as const;

/** A peer that vanished without a word is noticed by TCP keep-alive. */
const KEEP_ALIVE_MS = 30_000;

const sharedChunk = framedOnce(httpChunk);

export interface HttpFlvRequest {
  readonly camera: Camera;
  readonly query: LiveQuery;
}

/** Answers HEAD: what a GET would be, without starting the camera. */
export function headHttpFlv(response: Response): void {
  response.writeHead(200, HEADERS).end();
}

/**
 * Serves one GET until either side ends it. The status is sent with the first tags, so a camera that never shows a
 * picture is a problem document and not an empty film. An end in the middle cuts the connection: the player must not
 * take it for the end of a complete file.
 * @param fail answers with a problem document
 * @throws RelayError `overloaded`
 */
export function serveHttpFlv(
  exchange: { request: Request; response: Response },
  { camera, query }: HttpFlvRequest,
  viewers: ViewerRegistry,
  fail: (error: RelayError) => void,
): void {
  const { request, response } = exchange;
  request.socket.setNoDelay(true);
  request.socket.setKeepAlive(true, KEEP_ALIVE_MS);
  // HTTP/1.0 knows no chunks; there the end of the connection is the end of the body.
  const chunked = request.httpVersion !== '1.0';
  let connection: Socket | null = null;
  const attendance = viewers.join({
    camera,
    query,
    transport: 'http',
    address: request.ip ?? '',
    sink: {
      write: (bytes, done) => {
        if (connection === null) {
          if (!response.headersSent) begin(response, chunked);
          connection = response.socket;
        }
        // Without one (the answer to an earlier request is still on it) Node keeps the bytes until there is one.
        if (connection === null) response.write(bytes, done);
        else connection.write(chunked ? sharedChunk(bytes) : bytes, done);
      },
      end: (error) => {
        if (response.headersSent) response.destroy();
        else fail(error);
      },
    },
  });
  response.once('close', attendance.leave);
}

/** Puts the head on the wire. The body's bytes follow past the response object, framed once for all viewers. */
function begin(response: Response, chunked: boolean): void {
  response.writeHead(200, chunked ? { ...HEADERS, 'Transfer-Encoding': 'chunked' } : HEADERS);
  response.flushHeaders();
}
