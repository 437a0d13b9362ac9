/** A camera's picture over HTTP: one JPEG with what caches and conditional requests need (RFC 9110 section 13). */
import type { Response } from 'express';
import type { PictureSource } from '../../camera/stream-wish.ts';
import { RelayError } from '../../errors.ts';
import { isKnown } from '../../http-semantics/preconditions.ts';
import { cacheControl, type Picture } from './picture.ts';
import type { SnapshotQuery } from './picture-query.ts';
import type { Snapshots } from './snapshots.ts';

/**
 * Answers HEAD: as GET would where the camera runs or a picture is at hand, else without what only a picture could tell.
 * Starts nothing.
 */
export async function headSnapshot(
  response: Response,
  { camera, query }: { camera: PictureSource; query: SnapshotQuery },
  snapshots: Snapshots,
  fail: (error: RelayError) => void,
): Promise<void> {
  const cached = snapshots.cached(camera, query);
  if (cached !== null) sendPicture(response, cached, query);
  else if (camera.info.state === 'live') await serveSnapshot(response, { camera, query }, snapshots, fail);
  else response.writeHead(200, { 'Content-Type': 'image/jpeg', 'Cache-Control': 'private, no-cache' }).end();
}

/**
 * Answers GET; with 204 where there is no picture without starting the camera and that is not wanted.
 * @param fail answers with a problem document
 */
export async function serveSnapshot(
  response: Response,
  { camera, query }: { camera: PictureSource; query: SnapshotQuery },
  snapshots: Snapshots,
  fail: (error: RelayError) => void,
): Promise<void> {
  if (!query.start && camera.info.state !== 'live' && snapshots.cached(camera, query) === null) {
    response.set('Cache-Control', 'private, no-cache').status(204).end();
    return;
  }
  try {
    sendPicture(response, await snapshots.take(camera, query), query);
  } catch (error) {
    if (!(error instanceof RelayError)) throw error;
    fail(error);
  }
}

/** Express leaves out the body for HEAD. */
function sendPicture(response: Response, { jpeg, etag, takenAtMs }: Picture, { maxAgeMs }: SnapshotQuery): void {
  response.set({
    'Cache-Control': cacheControl(takenAtMs, maxAgeMs, Date.now()),
    ETag: etag,
    'Last-Modified': new Date(takenAtMs).toUTCString(),
  });
  if (isKnown(response.req.headers, { etag, lastModifiedMs: takenAtMs })) response.status(304).end();
  else response.type('image/jpeg').send(jpeg);
}
