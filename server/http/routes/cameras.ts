/** What the relay says of its cameras. */
import { may, SOMEBODY } from '../../access/permissions.ts';
import type { CameraRegistry } from '../../camera/camera-registry.ts';
import type { CamerasAnswer } from '../../protocol.ts';
import { admissionOf, type Gate, type RouteTable } from '../gate.ts';
import { onlyGet } from '../only-get.ts';

export function cameraRoutes({ gate, cameras }: { readonly gate: Gate; readonly cameras: CameraRegistry }): RouteTable {
  const routes = gate.table();
  routes
    .route('/api/cameras', SOMEBODY)
    .get((request, response) => {
      const admission = admissionOf(request);
      const seen = cameras.infos.filter(({ id }) => admission.may('see', { kind: 'camera', id }));
      const answer: CamerasAnswer = { cameras: seen };
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
