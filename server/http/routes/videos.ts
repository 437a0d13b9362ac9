/** The video library: its list, its files, their pictures, and uploads into it. */
import type { Request, Response } from 'express';
import type { Access } from '../../access/access.ts';
import { may, PLAY_VIDEO, SOMEBODY } from '../../access/permissions.ts';
import { RelayError } from '../../errors.ts';
import { judge } from '../../http-semantics/preconditions.ts';
import { isMediaElement } from '../../http-semantics/range.ts';
import { needsLook } from '../../videos/playability.ts';
import type { MaySee, Reading } from '../../videos/reading.ts';
import { serveFile } from '../../videos/serve-file.ts';
import type { Uploads } from '../../videos/uploads.ts';
import type { VideoLibrary } from '../../videos/video-library.ts';
import { extensionOf } from '../../videos/video-name.ts';
import { lengthQuery, videosQuery } from '../../videos/video-query.ts';
import { admissionOf, type Gate, type RouteTable } from '../gate.ts';
import { onlyGet } from '../only-get.ts';
import { isSameOrigin } from '../origin-policy.ts';
import { sendProblem } from '../problem.ts';
import { searchOf } from '../search.ts';

export interface VideoParts {
  readonly gate: Gate;
  readonly access: Access;
  readonly videos: VideoLibrary;
  readonly uploads: Uploads;
}

interface Exchange {
  readonly request: Request;
  readonly response: Response;
}

const REPLAY = may('replay', 'library');
const VIDEO_STILL = may('replay', 'video');
const MANAGE = may('manage', 'library');

export function videoRoutes({ gate, access, videos, uploads }: VideoParts): RouteTable {
  const routes = gate.table();
  routes
    .route('/api/videos', REPLAY)
    .get(async (request, response) => {
      const answer = await videos.list(videosQuery(searchOf(request.query)), maySeeOf(request));
      response.set('Cache-Control', 'no-store').json(answer);
    })
    .all(onlyGet);

  routes
    .route('/api/video', REPLAY)
    .get(async (request, response) => {
      const name = await videos.newest(maySeeOf(request));
      // Relative to this very URL, with or without its last slash, so that it holds behind any proxy.
      const folder = request.path.endsWith('/') ? '' : 'video/';
      await serveVideo({ request, response }, { name, address: `${folder}${encodeURIComponent(name)}` }, videos);
    })
    .all(onlyGet);

  routes
    .route('/api/video/:name', { GET: PLAY_VIDEO, HEAD: PLAY_VIDEO, DELETE: MANAGE, '*': MANAGE })
    .get((request, response) => serveVideo({ request, response }, { name: request.params.name, address: '' }, videos))
    .delete(async (request, response) => {
      refuseOtherSites(request);
      const { name } = request.params;
      const validators = await videos.validators(name, maySeeOf(request));
      if (judge('DELETE', request.headers, validators) === 'failed') throw new RelayError('precondition-failed');
      await videos.remove(name, maySeeOf(request));
      // Another file of the same name would be another's secret.
      await access.grants.deleteOf(name);
      access.emit('changed');
      response.status(204).end();
    })
    .all((request, response) => refuseMethod(request, response, 'GET, HEAD, DELETE'));

  routes
    .route('/api/video/:name/thumbnail.jpg', VIDEO_STILL)
    .get(async (request, response) => {
      const reading = await videos.openThumbnail(request.params.name, maySeeOf(request));
      await send({ request, response }, reading, videos);
    })
    .all(onlyGet);

  for (const path of ['/api/uploads', '/api/uploads/:upload'] as const) {
    routes.route(path, { OPTIONS: SOMEBODY, '*': MANAGE }).all(async (request, response) => {
      refuseOtherSites(request);
      await uploads.serve(request, response);
    });
  }
  return routes;
}

/**
 * A GET or HEAD of one file: as it is, repacked (`?as=mp4`), or at a length (`?length=`).
 * @param address of the file, relative to the request's URL; empty when that is it
 */
async function serveVideo(
  exchange: Exchange,
  { name, address }: { readonly name: string; readonly address: string },
  videos: VideoLibrary,
): Promise<void> {
  const { request, response } = exchange;
  const query = searchOf(request.query);
  const lengthBytes = lengthQuery(query);
  const options = { maySee: maySeeOf(request), lengthBytes, download: query.get('download') === '1' };
  const form = query.get('as');
  if (form !== null && form !== 'mp4') {
    throw new RelayError('bad-request', `"as" is ${form.slice(0, 40)}; allowed is mp4.`);
  }
  const fetchDest = request.headers['sec-fetch-dest'];
  const isForPlayer = typeof fetchDest === 'string' && isMediaElement(fetchDest);
  const repacked = form === 'mp4' || (isForPlayer && lengthBytes === null && needsLook(extensionOf(name)));
  const reading = repacked ? await videos.openForBrowser(name, options) : await videos.open(name, options);
  response.vary('Sec-Fetch-Dest');
  if (reading.entry.growing && lengthBytes === null) {
    const { sizeBytes } = reading.file;
    reading.close();
    redirectToLength(response, address, query, sizeBytes);
    return;
  }
  if (address !== '') response.set('Content-Location', address);
  await send(exchange, reading, videos);
}

/** Every request of a download that is resumed has to mean the same bytes: the URL says how many those are. */
function redirectToLength(response: Response, address: string, query: URLSearchParams, sizeBytes: number): void {
  if (sizeBytes === 0) throw new RelayError('no-such-video', 'Nothing of this recording can be played yet.');
  const frozen = new URLSearchParams(query);
  frozen.set('length', String(sizeBytes));
  response.writeHead(302, { Location: `${address}?${frozen}`, 'Cache-Control': 'no-store', 'Content-Length': 0 }).end();
}

async function send(exchange: Exchange, reading: Reading, videos: VideoLibrary): Promise<void> {
  try {
    await serveFile(exchange, reading.file, videos.limits);
  } finally {
    reading.close();
  }
}

/** Pure but for the request's admission: which videos whoever asks may know of. */
export function maySeeOf(request: Request): MaySee {
  const admission = admissionOf(request);
  // The gate let the link to this one video; its maker had the rights to it.
  if (admission.who.kind === 'grant') return () => true;
  // What was recorded has its sound in it.
  const hears = (id: string) =>
    (['replay', 'listen'] as const).every((right) => admission.may(right, { kind: 'camera', id }));
  return ({ camera }) => camera === null || hears(camera);
}

/** What changes something is not for pages of other sites: browsers reach loopback from any page. */
function refuseOtherSites({ method, headers }: Request): void {
  if (['GET', 'HEAD', 'OPTIONS'].includes(method)) return;
  if (isSameOrigin(headers.origin, headers.host, headers['x-forwarded-host'])) return;
  throw new RelayError('not-allowed', 'A page of another site may not change the video library.');
}

function refuseMethod({ method }: Request, response: Response, allowed: string): void {
  response.set('Allow', allowed);
  sendProblem(response, new RelayError('method-not-allowed', `${method} does not work here; ${allowed} do.`));
}
