/** Resources on other machines, over HTTP and WebSocket. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RequestHandler } from 'express';
import type { Access } from '../../access/access.ts';
import { grantOf } from '../../access/credentials.ts';
import { may } from '../../access/permissions.ts';
import { RelayError } from '../../errors.ts';
import type { Gateway, GatewayClient } from '../../gateway/gateway.ts';
import { type GatewayAddress, gatewayAddress } from '../../gateway/gateway-address.ts';
import { withoutBasePath } from '../base-path.ts';
import type { Gate, RouteTable } from '../gate.ts';
import { refuseUpgrade, sendProblem } from '../problem.ts';

export interface GatewayParts {
  readonly basePath: string;
  readonly access: Access;
  readonly gate: Gate;
  readonly gateway: Gateway;
}

/** What both URLs demand; WebSockets too. */
export const MAY_FETCH = may('fetch', 'resource');
export const GATEWAY_PATHS = ['/redirect/:resource/{*path}', '/proxy/:resource/{*path}'] as const;

export function gatewayRoutes({ access, gate, gateway }: GatewayParts): RouteTable {
  const routes = gate.table();
  const addresses = new WeakMap<IncomingMessage, GatewayAddress>();
  // Express would decode the path to find its parameters, and refuse what is not UTF-8. It is shown the name alone.
  const keepAddress: RequestHandler = (request, _response, next) => {
    const address = gatewayAddress(request.url);
    if (address !== null) {
      gateway.refuseLoop(request);
      addresses.set(request, address);
      request.url = `/${address.entrance}/${address.resource}/`;
    }
    next();
  };
  routes.router.use(gate.passing(keepAddress));
  for (const path of GATEWAY_PATHS) {
    routes.route(path, MAY_FETCH).all(async (request, response) => {
      const address = addresses.get(request);
      if (address === undefined) throw new RelayError('no-such-page');
      const fail = (error: RelayError) => sendProblem(response, error);
      await gateway.serve({ request, response }, address, clientOf(request, address, access), fail);
    });
  }
  return routes;
}

/**
 * Takes a WebSocket that is for a resource. Its errors are told before the upgrade: what is behind may be no browser's.
 * @returns whether it was one
 * @throws RelayError for what is refused at once; the socket is then the caller's
 */
export function passUpgrade(
  { request, socket, head }: { readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer },
  { basePath, access, gate, gateway }: GatewayParts,
): boolean {
  const address = gatewayAddress(withoutBasePath(request.url ?? '/', basePath));
  if (address === null) return false;
  gateway.refuseLoop(request);
  gate.receiveSocket(request);
  gate.admitSocket(
    request,
    MAY_FETCH,
    { resource: address.resource },
    { end: () => socket.destroy(), ended: (left) => socket.once('close', left) },
  );
  const fail = (error: RelayError, url?: string) => refuseUpgrade(socket, error, url);
  gateway
    .serveUpgrade({ request, socket, head }, address, clientOf(request, address, access), fail)
    .catch((thrown: unknown) => fail(RelayError.from(thrown)));
  return true;
}

/**
 * Lets the gateway decide when a client that sent `Expect: 100-continue` may send its body: the machine behind is asked
 * first. Everybody else is told to go on at once, as Node would by itself.
 */
export function leaveContinueToGateway(server: Server, basePath: string): void {
  server.on('checkContinue', (request, response) => {
    if (gatewayAddress(withoutBasePath(request.url ?? '/', basePath)) === null) response.writeContinue();
    // To all who hear of requests: this one is as any other from here on.
    server.emit('request', request, response);
  });
}

/** Who asks, as it is told to resources. */
function clientOf(request: IncomingMessage, { search }: GatewayAddress, access: Access): GatewayClient {
  const { address, host = '', isSecure } = access.credentialsOf(request).origin;
  return {
    address,
    host,
    proto: isSecure ? 'https' : 'http',
    ownParameters: grantOf(search) === null ? [] : ['grant'],
  };
}
