/** Whether the relay lives, is ready, and what it measures. */
import { ANYONE, may } from '../../access/permissions.ts';
import type { Health } from '../../observe/health.ts';
import type { Metrics } from '../../observe/metrics.ts';
import type { Gate, RouteTable } from '../gate.ts';
import { onlyGet } from '../only-get.ts';

export interface StatusParts {
  readonly gate: Gate;
  readonly health: Health;
  readonly metrics: Metrics;
}

export function statusRoutes({ gate, health, metrics }: StatusParts): RouteTable {
  const routes = gate.table();
  routes
    .route('/healthz', ANYONE)
    .get((_request, response) => void response.json(health.alive()))
    .all(onlyGet);
  routes
    .route('/readyz', ANYONE)
    .get(async (_request, response) => {
      const ready = await health.ready();
      response.status(ready.ready ? 200 : 503).json(ready);
    })
    .all(onlyGet);
  routes
    .route('/metrics', may('manage', 'relay'))
    .get(async (_request, response) => void response.type(metrics.contentType).send(await metrics.text()))
    .all(onlyGet);
  return routes;
}
