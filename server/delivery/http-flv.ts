/** FLV over HTTP: the same bytes as over a WebSocket, as a response without end. */
import type { Request, Response } from 'express';
import type { Camera } from '../camera/camera.ts';
import type { RelayError } from '../errors.ts';
import { serveHttpStream, streamHeaders } from './http-stream.ts';
import type { LiveQuery } from './live-query.ts';
import type { ViewerRegistry } from './viewer-registry.ts';

const HEADERS = streamHeaders('video/x-flv');

export interface HttpFlvRequest {
  readonly camera: Camera;
  readonly query: LiveQuery;
}

/** Answers HEAD: what a GET would be, without starting the camera. */
export function headHttpFlv(response: Response): void {
  response.writeHead(200, HEADERS).end();
}

/**
 * Serves one GET until either side ends it, see `serveHttpStream`.
 * @param fail answers with a problem document
 * @throws RelayError `overloaded`; `bad-request` for a profile that does not exist
 */
export function serveHttpFlv(
  exchange: { request: Request; response: Response },
  { camera, query }: HttpFlvRequest,
  viewers: ViewerRegistry,
  fail: (error: RelayError) => void,
): void {
  const source = camera.output(query.wish);
  serveHttpStream({ ...exchange, headers: HEADERS }, { camera, source, format: 'flv', query }, viewers, fail);
}
