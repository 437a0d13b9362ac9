/** `POST /api/cameras/:camera/retry`: what the button on a tile does for a camera that waits. */
import { may } from '../../access/permissions.ts';
import type { CameraRegistry } from '../../camera/camera-registry.ts';
import type { Gate, RouteTable } from '../gate.ts';
import { only } from '../only-get.ts';

/** The next try is now, even where the camera refused the login. Answers with the camera as it is then. */
export function retryRoutes({ gate, cameras }: { readonly gate: Gate; readonly cameras: CameraRegistry }): RouteTable {
  const routes = gate.table();
  routes
    .route('/api/cameras/:camera/retry', may('see', 'camera'))
    .post((request, response) => {
      const camera = cameras.get(request.params.camera);
      camera.retry();
      response.set('Cache-Control', 'no-store').json(camera.info);
    })
    .all(only('POST'));
  return routes;
}
