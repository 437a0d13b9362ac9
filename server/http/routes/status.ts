/** Whether the relay lives, is ready, and what it measures. */
import type { Request } from 'express';
import { may, VISITOR } from '../../access/permissions.ts';
import type { Health } from '../../observe/health.ts';
import type { Metrics } from '../../observe/metrics.ts';
import { admissionOf, type Gate, type RouteTable } from '../gate.ts';
import { onlyGet } from '../only-get.ts';

export interface StatusParts {
  readonly gate: Gate;
  readonly health: Health;
  readonly metrics: Metrics;
}

export function statusRoutes({ gate, health, metrics }: StatusParts): RouteTable {
  const routes = gate.table();
  routes
    .route('/healthz', VISITOR)
    .get((request, response) => {
      const { status, ...more } = health.alive();
      response.json(isStranger(request) ? { status } : { status, ...more });
    })
    .all(onlyGet);
  routes
    .route('/readyz', VISITOR)
    .get(async (request, response) => {
      const { ready, ...why } = await health.ready();
      response.status(ready ? 200 : 503).json(isStranger(request) ? { ready } : { ready, ...why });
    })
    .all(onlyGet);
  routes
    .route('/metrics', may('manage', 'relay'))
    .get(async (_request, response) => void response.type(metrics.contentType).send(await metrics.text()))
    .all(onlyGet);
  return routes;
}

/** A load balancer, say: it learns yes or no, and neither a version nor what is amiss. */
function isStranger(request: Request): boolean {
  return admissionOf(request).who.kind === 'stranger';
}
