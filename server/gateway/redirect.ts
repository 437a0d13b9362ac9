/** Pure: where a client is sent. Nothing of the request but path and query takes part, so nobody can choose the machine. */
import type { GatewayAddress } from './gateway-address.ts';
import type { Resource } from './resources.ts';
import { targetPath } from './target-path.ts';

/**
 * Pure: the address on the resource's machine, without credentials.
 * @param nowMs Unix ms; signatures expire by it
 * @param webSocket gives it as `ws://` or `wss://`
 */
export function redirectUrl(resource: Resource, address: GatewayAddress, nowMs: number, webSocket = false): string {
  const origin = webSocket ? resource.origin.replace(/^http/, 'ws') : resource.origin;
  return origin + targetPath(resource, address, nowMs);
}
