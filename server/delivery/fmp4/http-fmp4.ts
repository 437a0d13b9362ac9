/** Fragmented MP4 over HTTP: a response without end, for ffmpeg, VLC and `fetch` into MSE. */
import type { Request, Response } from 'express';
import type { Camera } from '../../camera/camera.ts';
import type { RelayError } from '../../errors.ts';
import { serveHttpStream, streamHeaders } from '../http-stream.ts';
import type { LiveQuery } from '../live-query.ts';
import type { ViewerRegistry } from '../viewer-registry.ts';
import type { FragmentHub } from './fragment-hub.ts';

const HEADERS = streamHeaders('video/mp4');

export interface Fmp4Request {
  readonly camera: Pick<Camera, 'id'>;
  readonly fragments: FragmentHub;
  readonly query: LiveQuery;
}

/** Answers HEAD: what a GET would be, without starting the camera. */
export function headHttpFmp4(response: Response): void {
  response.writeHead(200, HEADERS).end();
}

/**
 * Serves one GET until either side ends it, see `serveHttpStream`: the init segment, then fragments.
 * @param fail answers with a problem document
 * @throws RelayError `overloaded`
 */
export function serveHttpFmp4(
  exchange: { request: Request; response: Response },
  { camera, fragments, query }: Fmp4Request,
  viewers: ViewerRegistry,
  fail: (error: RelayError) => void,
): void {
  const source = fragments.source('http');
  serveHttpStream({ ...exchange, headers: HEADERS }, { camera, source, format: 'mp4', query }, viewers, fail);
}
