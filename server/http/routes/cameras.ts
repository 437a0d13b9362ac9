/** What the relay says of its cameras. */
import { Router } from 'express';
import type { CameraRegistry } from '../../camera/camera-registry.ts';
import type { CamerasAnswer } from '../../protocol.ts';
import { onlyGet } from '../only-get.ts';

export function cameraRoutes({ cameras }: { readonly cameras: CameraRegistry }): Router {
  const routes = Router();
  routes
    .route('/api/cameras')
    .get((_request, response) => {
      const answer: CamerasAnswer = { cameras: cameras.infos };
      response.set('Cache-Control', 'no-store').json(answer);
    })
    .all(onlyGet);
  routes
    .route('/api/cameras/:camera')
    .get((request, response) => {
      response.set('Cache-Control', 'no-store').json(cameras.get(request.params.camera).info);
    })
    .all(onlyGet);
  return routes;
}
