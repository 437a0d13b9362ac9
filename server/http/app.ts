/**
 * The only route table, in parts under `routes/`: every URL the relay answers stands there, or in `upgrade.ts` if it is
 * a WebSocket.
 */
import express, { type Express } from 'express';
import type { Logger } from 'pino';
import type { CameraRegistry } from '../camera/camera-registry.ts';
import type { ChatRooms } from '../chat/rooms.ts';
import { RelayError } from '../errors.ts';
import type { Health } from '../observe/health.ts';
import type { Metrics } from '../observe/metrics.ts';
import { withoutBasePath } from './base-path.ts';
import type { Page } from './page.ts';
import { problemHandler } from './problem.ts';
import { cameraRoutes } from './routes/cameras.ts';
import { chatRoutes } from './routes/chat.ts';
import { type LiveParts, liveRoutes } from './routes/live.ts';
import { statusRoutes } from './routes/status.ts';
import { securityHeaders } from './security-headers.ts';

export interface AppOptions extends LiveParts {
  readonly basePath: string;
  readonly cameras: CameraRegistry;
  readonly chat: ChatRooms;
  /** Origins whose pictures may be shown beside our own. */
  readonly imageOrigins: readonly string[];
  readonly health: Health;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly page: Page;
}

export function createApp(options: AppOptions): Express {
  const { basePath } = options;
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', (text: string) => new URLSearchParams(text));
  app.use((request, _response, next) => {
    request.url = withoutBasePath(request.url, basePath);
    next();
  });
  app.use(securityHeaders(options.page.dev, options.imageOrigins));

  app.use(statusRoutes(options), cameraRoutes(options), chatRoutes(options), liveRoutes(options));
  app.all(['/api/events', '/chat/:room'], () => {
    throw new RelayError('upgrade-required');
  });

  for (const part of options.page.parts) app.use(part);
  app.use(() => {
    throw new RelayError('no-such-page');
  });
  app.use(problemHandler(options.log));
  return app;
}
