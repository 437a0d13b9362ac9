/** Recordings: what is being recorded, what was, and its pictures. */
import type { Request } from 'express';
import { may, REPLAY_SOUND } from '../../access/permissions.ts';
import type { CameraRegistry } from '../../camera/camera-registry.ts';
import { RelayError } from '../../errors.ts';
import type { RecordingAnswer } from '../../protocol.ts';
import { readCommand, readEvent, timeRange } from '../../videos/recording/recording-requests.ts';
import type { Recordings } from '../../videos/recording/recordings.ts';
import {
  listRecordings,
  playlistOf,
  serveExport,
  serveFile,
  serveSegment,
} from '../../videos/recording/serve-recordings.ts';
import type { Gate, RouteTable } from '../gate.ts';
import { jsonBody } from '../json-body.ts';
import { forClient } from '../link-parameter.ts';
import { periodOf, refusePeriodLink, withinLink } from '../link-period.ts';
import { onlyGet } from '../only-get.ts';
import { isSameOrigin } from '../origin-policy.ts';
import { sendProblem } from '../problem.ts';
import { searchOf } from '../search.ts';

export interface RecordingParts {
  readonly gate: Gate;
  readonly cameras: CameraRegistry;
  readonly recordings: Recordings;
}

const MAX_BODY_BYTES = 4_096;
const NO_STORE = { 'Cache-Control': 'no-store' };

export function recordingRoutes({ gate, cameras, recordings }: RecordingParts): RouteTable {
  const routes = gate.table();
  const json = jsonBody(MAX_BODY_BYTES);
  const answer = (camera: string): RecordingAnswer => ({ camera, recording: recordings.info(camera) });

  routes
    .route('/api/cameras/:camera/recording', { GET: may('see', 'camera'), POST: may('record', 'camera') })
    .get((request, response) => {
      response.set(NO_STORE).json(answer(cameras.get(request.params.camera).id));
    })
    .post(json, async (request, response) => {
      refuseOtherSites(request);
      const { id } = cameras.get(request.params.camera);
      await recordings.command(id, readCommand(request.body));
      response.set(NO_STORE).json(answer(id));
    })
    .all((request, response) => {
      response.set('Allow', 'GET, HEAD, POST');
      sendProblem(response, new RelayError('method-not-allowed', `${request.method} does not work here.`));
    });

  // For devices that can be told a URL to call and little else: whatever they put into the body is left unread.
  routes
    .route('/api/cameras/:camera/recording/event', may('record', 'camera'))
    .post(async (request, response) => {
      refuseOtherSites(request);
      const { id } = cameras.get(request.params.camera);
      const search = searchOf(request.query);
      const postRollMs = search.get('postRollMs');
      const event = readEvent(search.get('name') ?? undefined, postRollMs === null ? undefined : Number(postRollMs));
      await recordings.command(id, event);
      response.set(NO_STORE).json(answer(id));
    })
    .all((request, response) => {
      response.set('Allow', 'POST');
      sendProblem(response, new RelayError('method-not-allowed', `${request.method} does not work here; POST does.`));
    });

  routes
    .route('/api/cameras/:camera/recordings', may('replay', 'camera'))
    .get(async (request, response) => {
      const { id } = cameras.get(request.params.camera);
      const range = withinLink(request, timeRange(searchOf(request.query), Date.now()));
      response.set(NO_STORE).json(await listRecordings(recordings, id, range));
    })
    .all(onlyGet);

  routes
    .route('/api/cameras/:camera/recordings/index.m3u8', REPLAY_SOUND)
    .get(async (request, response) => {
      const { id } = cameras.get(request.params.camera);
      const range = withinLink(request, timeRange(searchOf(request.query), Date.now()));
      const text = await playlistOf(recordings, id, range);
      const playlist = forClient(request, text);
      response.set({ ...NO_STORE, 'Content-Type': 'application/vnd.apple.mpegurl' }).send(Buffer.from(playlist));
    })
    .all(onlyGet);

  routes
    .route('/api/cameras/:camera/recordings/export.mp4', REPLAY_SOUND)
    .get(async (request, response) => {
      const { id } = cameras.get(request.params.camera);
      const range = withinLink(request, timeRange(searchOf(request.query), Date.now()));
      await serveExport({ request, response }, recordings, { camera: id, range });
    })
    .all(onlyGet);

  routes
    .route('/api/cameras/:camera/recordings/segments/:name/:part', REPLAY_SOUND)
    .get(async (request, response) => {
      const { name, part } = request.params;
      const { id: camera } = cameras.get(request.params.camera);
      const shift = searchOf(request.query).get('shift') ?? '0';
      const within = periodOf(request);
      await serveSegment({ request, response }, recordings, { camera, name, part, shift, within });
    })
    .all(onlyGet);

  routes
    .route('/api/cameras/:camera/recordings/files/:name', REPLAY_SOUND)
    .get(async (request, response) => {
      refusePeriodLink(request);
      const { camera, name } = request.params;
      await serveFile({ request, response }, recordings, { camera: cameras.get(camera).id, name });
    })
    .all(onlyGet);
  return routes;
}

/** A page of another site could else start or stop a recording in the name of who looks at it. */
function refuseOtherSites({ headers }: Request): void {
  if (isSameOrigin(headers.origin, headers.host, headers['x-forwarded-host'])) return;
  throw new RelayError('not-allowed', 'A page of another site may not do this.');
}
