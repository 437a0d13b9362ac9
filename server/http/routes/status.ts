/** Whether the relay lives, is ready, and what it measures. */
import { Router } from 'express';
import type { Health } from '../../observe/health.ts';
import type { Metrics } from '../../observe/metrics.ts';
import { onlyGet } from '../only-get.ts';

export function statusRoutes({ health, metrics }: { readonly health: Health; readonly metrics: Metrics }): Router {
  const routes = Router();
  routes
    .route('/healthz')
    .get((_request, response) => void response.json(health.alive()))
    .all(onlyGet);
  routes
    .route('/readyz')
    .get(async (_request, response) => {
      const ready = await health.ready();
      response.status(ready.ready ? 200 : 503).json(ready);
    })
    .all(onlyGet);
  routes
    .route('/metrics')
    .get(async (_request, response) => void response.type(metrics.contentType).send(await metrics.text()))
    .all(onlyGet);
  return routes;
}
