/** `POST /api/cameras/:camera/probe`: an examination of a camera, which takes some seconds. */
import { may } from '../../access/permissions.ts';
import type { CameraRegistry } from '../../camera/camera-registry.ts';
import type { Doctor } from '../../doctor/doctor.ts';
import type { Gate, RouteTable } from '../gate.ts';
import { only } from '../only-get.ts';

export interface ProbeParts {
  readonly gate: Gate;
  readonly cameras: CameraRegistry;
  readonly doctor: Doctor;
}

/** Answers 200 with the report whatever is wrong with the camera: the question was answered. */
export function probeRoutes({ gate, cameras, doctor }: ProbeParts): RouteTable {
  const routes = gate.table();
  routes
    .route('/api/cameras/:camera/probe', may('manage', 'camera'))
    .post(async (request, response) => {
      const report = await doctor.examine(cameras.get(request.params.camera));
      response.set('Cache-Control', 'no-store').json(report);
    })
    .all(only('POST'));
  return routes;
}
