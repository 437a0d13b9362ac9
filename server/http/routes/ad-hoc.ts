/** `/live.flv?url=rtsp://…`: a camera that nobody configured, over HTTP; over WebSocket it stands in `upgrade.ts`. */
import { WebSocket } from 'ws';
import { may } from '../../access/permissions.ts';
import type { AdHocCameras } from '../../ad-hoc/ad-hoc-cameras.ts';
import { closeSocket } from '../../delivery/close-socket.ts';
import type { OpenSocket } from '../../delivery/connection.ts';
import { serveHttpFlv } from '../../delivery/http-flv.ts';
import { liveQuery } from '../../delivery/live-query.ts';
import type { ViewerRegistry } from '../../delivery/viewer-registry.ts';
import { serveWsFlv } from '../../delivery/ws-flv.ts';
import { RelayError } from '../../errors.ts';
import type { Gate, RouteTable } from '../gate.ts';
import { heardQuery } from '../heard.ts';
import { onlyGet } from '../only-get.ts';
import { sendProblem } from '../problem.ts';

export const AD_HOC_PATH = '/live.flv';
/** There is no id: it takes somebody who may see every camera. */
export const AD_HOC_PERMISSION = may('see', 'camera');

export interface AdHocParts {
  readonly gate: Gate;
  readonly adHoc: AdHocCameras;
  readonly viewers: ViewerRegistry;
}

export function adHocRoutes({ gate, adHoc, viewers }: AdHocParts): RouteTable {
  const routes = gate.table();
  routes
    .route(AD_HOC_PATH, AD_HOC_PERMISSION)
    .get(async (request, response) => {
      const search = heardQuery(request);
      const query = liveQuery(search);
      const camera = await adHoc.open(search.get('url'));
      if (request.destroyed || response.destroyed) return;
      serveHttpFlv({ request, response }, { camera, query }, viewers, (error) => sendProblem(response, error));
    })
    .all(onlyGet);
  return routes;
}

/** The same over an open WebSocket, which is closed with the reason when there is nothing to serve. Never throws. */
export async function serveAdHocSocket(
  { socket, connection }: OpenSocket,
  asked: { readonly search: URLSearchParams; readonly address: string },
  { adHoc, viewers }: Omit<AdHocParts, 'gate'>,
): Promise<void> {
  try {
    const query = liveQuery(asked.search);
    const camera = await adHoc.open(asked.search.get('url'));
    if (socket.readyState !== WebSocket.OPEN) return;
    serveWsFlv({ socket, connection }, { camera, query, address: asked.address }, viewers);
  } catch (thrown) {
    closeSocket(socket, RelayError.from(thrown));
  }
}
