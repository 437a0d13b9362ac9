/** Pictures without end over HTTP, for `<img>` where there are no Media Source Extensions. */
import type { Request, Response } from 'express';
import type { Camera } from '../../camera/camera.ts';
import type { RelayError } from '../../errors.ts';
import { serveHttpStream, streamHeaders } from '../http-stream.ts';
import type { ViewerRegistry } from '../viewer-registry.ts';
import type { MjpegStreams } from './mjpeg-streams.ts';
import { MULTIPART_TYPE } from './picture-batch.ts';
import type { MjpegQuery } from './picture-query.ts';

const HEADERS = streamHeaders(MULTIPART_TYPE);

export interface MjpegRequest {
  readonly camera: Camera;
  readonly streams: MjpegStreams;
  readonly query: MjpegQuery;
}

/** Answers HEAD: what a GET would be, without starting the camera. */
export function headMjpeg(response: Response): void {
  response.writeHead(200, HEADERS).end();
}

/**
 * Serves one GET until either side ends it, see `serveHttpStream`.
 * @param fail answers with a problem document
 * @throws RelayError `overloaded`
 */
export function serveMjpeg(
  exchange: { request: Request; response: Response },
  { camera, streams, query }: MjpegRequest,
  viewers: ViewerRegistry,
  fail: (error: RelayError) => void,
): void {
  const wanted = {
    camera,
    source: streams.source(camera.pictures(query.stream), query),
    format: 'mjpeg',
    query: { join: 'fast', audio: false },
  } as const;
  serveHttpStream({ ...exchange, headers: HEADERS }, wanted, viewers, fail);
}
