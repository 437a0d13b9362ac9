/** Live pictures over HTTP, in every format; those over WebSocket stand in `upgrade.ts`. */
import type { RequestHandler } from 'express';
import { may, watch } from '../../access/permissions.ts';
import type { CameraRegistry } from '../../camera/camera-registry.ts';
import { headHttpFmp4, serveHttpFmp4 } from '../../delivery/fmp4/http-fmp4.ts';
import type { Mp4Cameras } from '../../delivery/fmp4/mp4-cameras.ts';
import type { HlsOutputs } from '../../delivery/hls/hls-outputs.ts';
import { serveHls } from '../../delivery/hls/serve-hls.ts';
import { headHttpFlv, serveHttpFlv } from '../../delivery/http-flv.ts';
import { liveQuery } from '../../delivery/live-query.ts';
import { headMjpeg, serveMjpeg } from '../../delivery/snapshot/http-mjpeg.ts';
import { headSnapshot, serveSnapshot } from '../../delivery/snapshot/http-snapshot.ts';
import type { MjpegStreams } from '../../delivery/snapshot/mjpeg-streams.ts';
import { mjpegQuery, snapshotQuery } from '../../delivery/snapshot/picture-query.ts';
import type { Snapshots } from '../../delivery/snapshot/snapshots.ts';
import type { ViewerRegistry } from '../../delivery/viewer-registry.ts';
import { RelayError } from '../../errors.ts';
import { admissionOf, type Gate, type RouteTable } from '../gate.ts';
import { heardQuery, refuseSound } from '../heard.ts';
import { forClient } from '../link-parameter.ts';
import { onlyGet } from '../only-get.ts';
import { sendProblem } from '../problem.ts';

export interface LiveParts {
  readonly gate: Gate;
  readonly cameras: CameraRegistry;
  readonly viewers: ViewerRegistry;
  readonly mp4: Mp4Cameras;
  readonly snapshots: Snapshots;
  readonly mjpeg: MjpegStreams;
  readonly hls: HlsOutputs;
}

export function liveRoutes({ gate, cameras, viewers, mp4, snapshots, mjpeg, hls }: LiveParts): RouteTable {
  const routes = gate.table();
  const see = watch('stream');
  const snapshot = may('snapshot', 'camera');
  routes
    .route('/live/:camera.flv', see)
    .head((request, response) => {
      const camera = cameras.get(request.params.camera);
      // A profile that does not exist shows here; nothing is started.
      camera.output(liveQuery(heardQuery(request)).wish);
      headHttpFlv(response);
    })
    .get((request, response) => {
      const camera = cameras.get(request.params.camera);
      const query = liveQuery(heardQuery(request));
      serveHttpFlv({ request, response }, { camera, query }, viewers, (error) =>
        sendProblem(response, error, camera.id),
      );
    })
    .all(onlyGet);

  routes
    .route('/live/:camera.mp4', see)
    .head((request, response) => {
      const camera = cameras.get(request.params.camera);
      // A profile that does not exist shows here; nothing is started.
      camera.output(liveQuery(heardQuery(request)).wish);
      headHttpFmp4(response);
    })
    .get((request, response) => {
      const camera = cameras.get(request.params.camera);
      const query = liveQuery(heardQuery(request));
      const fragments = mp4.fragments(camera.output(query.wish), query.audio);
      serveHttpFmp4({ request, response }, { camera, fragments, query }, viewers, (error) =>
        sendProblem(response, error, camera.id),
      );
    })
    .all(onlyGet);

  routes
    .route('/live/:camera/:file', watch('pieces'))
    .get(async (request, response) => {
      const camera = cameras.get(request.params.camera);
      const { file } = request.params;
      try {
        const admission = admissionOf(request);
        refuseSound(file, admission);
        const wanted = {
          camera,
          file,
          query: heardQuery(request),
          isPublic: admission.isPublic,
          forClient: (playlist: string) => forClient(request, playlist),
        };
        await serveHls({ request, response }, wanted, hls);
      } catch (thrown) {
        if (!(thrown instanceof RelayError)) throw thrown;
        sendProblem(response, thrown, camera.id);
      }
    })
    .all(onlyGet);

  const snapshotRoute = (serve: typeof serveSnapshot): RequestHandler<{ camera: string }> => {
    return (request, response) => {
      const camera = cameras.get(request.params.camera);
      const query = snapshotQuery(heardQuery(request));
      const source = camera.pictures(query.stream);
      return serve(response, { camera: source, query }, snapshots, (error) => sendProblem(response, error, camera.id));
    };
  };
  routes
    .route('/live/:camera.jpg', snapshot)
    .head(snapshotRoute(headSnapshot))
    .get(snapshotRoute(serveSnapshot))
    .all(onlyGet);

  routes
    .route('/live/:camera.mjpeg', see)
    .head((request, response) => {
      cameras.get(request.params.camera);
      mjpegQuery(heardQuery(request));
      headMjpeg(response);
    })
    .get((request, response) => {
      const camera = cameras.get(request.params.camera);
      const query = mjpegQuery(heardQuery(request));
      serveMjpeg({ request, response }, { camera, streams: mjpeg, query }, viewers, (error) =>
        sendProblem(response, error, camera.id),
      );
    })
    .all(onlyGet);
  return routes;
}
