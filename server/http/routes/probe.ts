/** `POST /api/cameras/:camera/probe`: an examination of a camera, which takes some seconds. */
import { may } from '../../access/permissions.ts';
import type { CameraRegistry } from '../../camera/camera-registry.ts';
import { doctorLanguage } from '../../doctor/advice-words.ts';
import type { Doctor } from '../../doctor/doctor.ts';
import type { Gate, RouteTable } from '../gate.ts';
import { only } from '../only-get.ts';

export interface ProbeParts {
  readonly gate: Gate;
  readonly cameras: CameraRegistry;
  readonly doctor: Doctor;
}

/**
 * The advice is in English, or in Chinese where `?lang=zh` or Accept-Language asks for it. Answers 200 with the report
 * whatever is wrong with the camera: the question was answered.
 */
export function probeRoutes({ gate, cameras, doctor }: ProbeParts): RouteTable {
  const routes = gate.table();
  routes
    .route('/api/cameras/:camera/probe', may('manage', 'camera'))
    .post(async (request, response) => {
      const asked = request.query.lang;
      const language = doctorLanguage(typeof asked === 'string' ? asked : request.get('Accept-Language'));
      const report = await doctor.examine(cameras.get(request.params.camera), { language });
      response.set({ 'Cache-Control': 'no-store', 'Content-Language': language }).json(report);
    })
    .all(only('POST'));
  return routes;
}
