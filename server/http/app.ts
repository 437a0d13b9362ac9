/**
 * The only route table, in parts under `routes/`: every URL the relay answers stands there, or in `upgrade.ts` if it is
 * a WebSocket. Each says what it demands of who asks; one that does not is found here and stops the start.
 */
import express, { type Express, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import { VISITOR } from '../access/permissions.ts';
import type { CameraRegistry } from '../camera/camera-registry.ts';
import type { ChatRooms } from '../chat/rooms.ts';
import { RelayError } from '../errors.ts';
import type { Health } from '../observe/health.ts';
import type { Metrics } from '../observe/metrics.ts';
import { withoutBasePath } from './base-path.ts';
import { cors } from './cors.ts';
import type { Gate, RouteTable } from './gate.ts';
import { refuseTwoHosts } from './one-host.ts';
import type { Page } from './page.ts';
import { problemHandler } from './problem.ts';
import { type AccessParts, accessRoutes } from './routes/access.ts';
import type { AdHocParts } from './routes/ad-hoc.ts';
import { adHocRoutes } from './routes/ad-hoc.ts';
import { type CameraParts, cameraRoutes } from './routes/cameras.ts';
import { chatRoutes } from './routes/chat.ts';
import { descriptionRoutes } from './routes/description.ts';
import { type GatewayParts, gatewayRoutes } from './routes/gateway.ts';
import { type GrantParts, grantRoutes } from './routes/grants.ts';
import { type LiveParts, liveRoutes } from './routes/live.ts';
import { oidcRoutes } from './routes/oidc.ts';
import { type ProbeParts, probeRoutes } from './routes/probe.ts';
import { pushRoutes } from './routes/push.ts';
import { type RecordingParts, recordingRoutes } from './routes/recordings.ts';
import { retryRoutes } from './routes/retry.ts';
import { statusRoutes } from './routes/status.ts';
import { type VideoParts, videoRoutes } from './routes/videos.ts';
import { securityHeaders } from './security-headers.ts';

export interface AppOptions
  extends LiveParts,
    CameraParts,
    AccessParts,
    AdHocParts,
    GatewayParts,
    GrantParts,
    ProbeParts,
    RecordingParts,
    VideoParts {
  readonly basePath: string;
  readonly cameras: CameraRegistry;
  readonly chat: ChatRooms;
  /** Origins whose pictures may be shown beside our own. */
  readonly imageOrigins: readonly string[];
  /** Sites whose pages may read what this one may, see `cors.ts`. */
  readonly allowOrigins: readonly string[];
  /** The relay itself speaks HTTPS. */
  readonly isTls: boolean;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly page: Page;
}

/** @throws RelayError `internal` when a route does not declare a permission */
export function createApp(options: AppOptions): Express {
  const { basePath, gate, imageOrigins, allowOrigins, isTls } = options;
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', (address: string) => options.access.isTrustedProxy(address));
  app.set('query parser', (text: string) => new URLSearchParams(text));
  const shortenUrl: RequestHandler = (request, _response, next) => {
    refuseTwoHosts(request);
    // Before any part changes the URL: a link's secret stands in it.
    options.access.credentialsOf(request);
    request.url = withoutBasePath(request.url, basePath);
    next();
  };
  app.use(
    gate.passing(shortenUrl),
    gate.passing(securityHeaders({ dev: options.page.dev, imageOrigins, allowOrigins, isTls })),
    gate.passing(cors(allowOrigins)),
  );

  const parts: RouteTable[] = [
    // Asked for most often, and every part before them would be looked through each time.
    gatewayRoutes(options),
    videoRoutes(options),
    statusRoutes(options),
    descriptionRoutes(options),
    accessRoutes(options),
    grantRoutes(options),
    oidcRoutes(options),
    cameraRoutes(options),
    retryRoutes(options),
    probeRoutes(options),
    chatRoutes(options),
    pushRoutes(options),
    adHocRoutes(options),
    liveRoutes(options),
    recordingRoutes(options),
    socketsOnly(gate),
    ...options.page.parts(gate),
  ];
  for (const part of parts) app.use(part.router);
  const nothingHere: RequestHandler = () => {
    throw new RelayError('no-such-page');
  };
  app.use(gate.passing(nothingHere));
  app.use(gate.passing(problemHandler(options.log)));
  gate.check(app);
  return app;
}

/** WebSocket paths that somebody opens as a page. */
function socketsOnly(gate: Gate): RouteTable {
  const routes = gate.table();
  for (const path of ['/api/events', '/chat/:room']) {
    routes.route(path, VISITOR).all(() => {
      throw new RelayError('upgrade-required');
    });
  }
  return routes;
}
