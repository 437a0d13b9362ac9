/** Publishing: a camera behind NAT sends its pictures by POST to the URL under which it is watched. */
import { ANYONE } from '../../access/permissions.ts';
import type { CameraRegistry } from '../../camera/camera-registry.ts';
import { hangUpSoon, serveHttpPush } from '../../delivery/push/http-push.ts';
import { isSameKey, publishKey } from '../../delivery/push/publish-key.ts';
import { RelayError } from '../../errors.ts';
import type { Gate, RouteTable } from '../gate.ts';
import { sendProblem } from '../problem.ts';
import { searchOf } from '../search.ts';

/** Stands before the route that shows the camera, which takes the other methods. The camera's key is the permission. */
export function pushRoutes({ gate, cameras }: { readonly gate: Gate; readonly cameras: CameraRegistry }): RouteTable {
  const routes = gate.table();
  routes.route('/live/:camera.flv', { POST: ANYONE }).post((request, response, next) => {
    const fail = (error: RelayError) => {
      if (!response.headersSent) sendProblem(response, error, request.params.camera);
    };
    try {
      const camera = cameras.find(request.params.camera);
      const given = publishKey(request.headers.authorization, searchOf(request.query));
      const key = camera?.publishKey ?? null;
      // Nobody means to publish here: the routes behind say what the path is for.
      if (given === null && key === null) {
        next();
        return;
      }
      // One answer for all, so that nobody learns by it which cameras there are.
      if (camera === undefined || key === null || !isSameKey(given, key)) {
        throw new RelayError('not-signed-in', 'There is no camera of this name with source "push" and this key.');
      }
      serveHttpPush({ request, response }, (publisher) => camera.publish(publisher), fail);
    } catch (thrown) {
      if (!(thrown instanceof RelayError)) throw thrown;
      response.set('Connection', 'close');
      if (thrown.code === 'not-signed-in') response.set('WWW-Authenticate', 'Bearer realm="publish"');
      fail(thrown);
      hangUpSoon(request);
    }
  });
  return routes;
}
