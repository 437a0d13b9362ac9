/** What the relay says of its cameras. */
import { may, SOMEBODY } from '../../access/permissions.ts';
import type { CameraRegistry } from '../../camera/camera-registry.ts';
import type { SessionBudget } from '../../camera/session-budget.ts';
import type { ViewerRegistry } from '../../delivery/viewer-registry.ts';
import type { CamerasAnswer } from '../../protocol.ts';
import { admissionOf, type Gate, type RouteTable } from '../gate.ts';
import { onlyGet } from '../only-get.ts';

export interface CameraParts {
  readonly gate: Gate;
  readonly cameras: CameraRegistry;
  readonly budget: SessionBudget;
  readonly viewers: ViewerRegistry;
}

export function cameraRoutes({ gate, cameras, budget, viewers }: CameraParts): RouteTable {
  const routes = gate.table();
  routes
    .route('/api/cameras', SOMEBODY)
    .get((request, response) => {
      const admission = admissionOf(request);
      const seen = cameras.infos.filter(({ id }) => admission.may('see', { kind: 'camera', id }));
      const mayKnow = new Set(seen.map(({ id }) => id));
      const hosts = budget.info.hosts.flatMap((host) => {
        const known = host.cameras.filter((id) => mayKnow.has(id));
        return known.length === 0 ? [] : [{ ...host, cameras: known }];
      });
      const answer: CamerasAnswer = { cameras: seen, budget: { ...budget.info, viewers: viewers.places, hosts } };
      response.set('Cache-Control', 'no-store').json(answer);
    })
    .all(onlyGet);
  routes
    .route('/api/cameras/:camera', may('see', 'camera'))
    .get((request, response) => {
      response.set('Cache-Control', 'no-store').json(cameras.get(request.params.camera).info);
    })
    .all(onlyGet);
  return routes;
}
