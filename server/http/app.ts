/** The only route table: every URL the relay answers stands here, or in `upgrade.ts` if it is a WebSocket. */
import express, { type Express, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { CameraRegistry } from '../camera/camera-registry.ts';
import { messagesQuery } from '../chat/messages-route.ts';
import type { ChatRooms } from '../chat/rooms.ts';
import { headHttpFmp4, serveHttpFmp4 } from '../delivery/fmp4/http-fmp4.ts';
import type { Mp4Cameras } from '../delivery/fmp4/mp4-cameras.ts';
import type { HlsOutputs } from '../delivery/hls/hls-outputs.ts';
import { serveHls } from '../delivery/hls/serve-hls.ts';
import { headHttpFlv, serveHttpFlv } from '../delivery/http-flv.ts';
import { liveQuery } from '../delivery/live-query.ts';
import { headMjpeg, serveMjpeg } from '../delivery/snapshot/http-mjpeg.ts';
import { headSnapshot, serveSnapshot } from '../delivery/snapshot/http-snapshot.ts';
import type { MjpegStreams } from '../delivery/snapshot/mjpeg-streams.ts';
import { mjpegQuery, snapshotQuery } from '../delivery/snapshot/picture-query.ts';
import type { Snapshots } from '../delivery/snapshot/snapshots.ts';
import type { ViewerRegistry } from '../delivery/viewer-registry.ts';
import { RelayError } from '../errors.ts';
import type { Health } from '../observe/health.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { CamerasAnswer } from '../protocol.ts';
import { withoutBasePath } from './base-path.ts';
import { onlyGet } from './only-get.ts';
import type { Page } from './page.ts';
import { problemHandler, sendProblem } from './problem.ts';
import { securityHeaders } from './security-headers.ts';

export interface AppOptions {
  readonly basePath: string;
  readonly cameras: CameraRegistry;
  readonly viewers: ViewerRegistry;
  readonly mp4: Mp4Cameras;
  readonly snapshots: Snapshots;
  readonly mjpeg: MjpegStreams;
  readonly hls: HlsOutputs;
  readonly chat: ChatRooms;
  /** Origins whose pictures may be shown beside our own. */
  readonly imageOrigins: readonly string[];
  readonly health: Health;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly page: Page;
}

export function createApp(options: AppOptions): Express {
  const { basePath, cameras, viewers, mp4, hls, snapshots, mjpeg, chat, health, metrics } = options;
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', (text: string) => new URLSearchParams(text));
  app.use((request, _response, next) => {
    request.url = withoutBasePath(request.url, basePath);
    next();
  });
  app.use(securityHeaders(options.page.dev, options.imageOrigins));

  app
    .route('/healthz')
    .get((_request, response) => void response.json(health.alive()))
    .all(onlyGet);
  app
    .route('/readyz')
    .get(async (_request, response) => {
      const ready = await health.ready();
      response.status(ready.ready ? 200 : 503).json(ready);
    })
    .all(onlyGet);
  app
    .route('/metrics')
    .get(async (_request, response) => void response.type(metrics.contentType).send(await metrics.text()))
    .all(onlyGet);

  app
    .route('/api/cameras')
    .get((_request, response) => {
      const answer: CamerasAnswer = { cameras: cameras.infos };
      response.set('Cache-Control', 'no-store').json(answer);
    })
    .all(onlyGet);
  app
    .route('/api/cameras/:camera')
    .get((request, response) => {
      response.set('Cache-Control', 'no-store').json(cameras.get(request.params.camera).info);
    })
    .all(onlyGet);
  app
    .route('/api/rooms/:room/messages')
    .get(async (request, response) => {
      const query = messagesQuery(searchOf(request.query), Date.now());
      response.set('Cache-Control', 'no-store').json(await chat.messages(request.params.room, query));
    })
    .all(onlyGet);
  app.all(['/api/events', '/chat/:room'], () => {
    throw new RelayError('upgrade-required');
  });

  app
    .route('/live/:camera.flv')
    .head((request, response) => {
      cameras.get(request.params.camera);
      queryOf(request.query);
      headHttpFlv(response);
    })
    .get((request, response) => {
      const camera = cameras.get(request.params.camera);
      const query = queryOf(request.query);
      serveHttpFlv({ request, response }, { camera, query }, viewers, (error) =>
        sendProblem(response, error, camera.id),
      );
    })
    .all(onlyGet);

  app
    .route('/live/:camera.mp4')
    .head((request, response) => {
      cameras.get(request.params.camera);
      queryOf(request.query);
      headHttpFmp4(response);
    })
    .get((request, response) => {
      const camera = cameras.get(request.params.camera);
      const query = queryOf(request.query);
      const fragments = mp4.fragments(camera, query.audio);
      serveHttpFmp4({ request, response }, { camera, fragments, query }, viewers, (error) =>
        sendProblem(response, error, camera.id),
      );
    })
    .all(onlyGet);

  app
    .route('/live/:camera/:file')
    .get(async (request, response) => {
      const camera = cameras.get(request.params.camera);
      const { file } = request.params;
      try {
        await serveHls({ request, response }, { camera, file, query: searchOf(request.query) }, hls);
      } catch (thrown) {
        if (!(thrown instanceof RelayError)) throw thrown;
        sendProblem(response, thrown, camera.id);
      }
    })
    .all(onlyGet);

  const snapshotRoute = (serve: typeof serveSnapshot): RequestHandler<{ camera: string }> => {
    return (request, response) => {
      const camera = cameras.get(request.params.camera);
      const query = snapshotQuery(searchOf(request.query));
      return serve(response, { camera, query }, snapshots, (error) => sendProblem(response, error, camera.id));
    };
  };
  app.route('/live/:camera.jpg').head(snapshotRoute(headSnapshot)).get(snapshotRoute(serveSnapshot)).all(onlyGet);

  app
    .route('/live/:camera.mjpeg')
    .head((request, response) => {
      cameras.get(request.params.camera);
      mjpegQuery(searchOf(request.query));
      headMjpeg(response);
    })
    .get((request, response) => {
      const camera = cameras.get(request.params.camera);
      const query = mjpegQuery(searchOf(request.query));
      serveMjpeg({ request, response }, { camera, streams: mjpeg, query }, viewers, (error) =>
        sendProblem(response, error, camera.id),
      );
    })
    .all(onlyGet);

  for (const part of options.page.parts) app.use(part);
  app.use(() => {
    throw new RelayError('no-such-page');
  });
  app.use(problemHandler(options.log));
  return app;
}

/** Express types the query as its own parser's; ours gives the platform's. */
function queryOf(query: unknown): ReturnType<typeof liveQuery> {
  return liveQuery(searchOf(query));
}

function searchOf(query: unknown): URLSearchParams {
  return query instanceof URLSearchParams ? query : new URLSearchParams();
}
