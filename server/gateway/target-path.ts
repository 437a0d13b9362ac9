/** Pure: the path that a machine is asked for, from its base path and what the client asked for, signed where that is wanted. */
import { createHmac } from 'node:crypto';
import { type GatewayAddress, withoutParameters } from './gateway-address.ts';
import type { Resource, Signing } from './resources.ts';

/**
 * Pure: path and query below the target's base path, encoded as they came.
 * @param nowMs Unix ms; signatures expire by it
 */
export function targetPath(
  resource: Resource,
  { path, search }: Pick<GatewayAddress, 'path' | 'search'>,
  nowMs: number,
): string {
  const full = `${resource.basePath}${path}` || '/';
  return resource.signed === null ? full + search : signedPath(full, search, resource.signed, nowMs);
}

/**
 * Pure: adds `expires` (Unix s) and, as the last parameter, `signature`: the HMAC-SHA-256, base64url, of all that stands
 * before `&signature=`, from the path's first slash on. Who checks it need not understand the query.
 */
function signedPath(path: string, search: string, { key, validMs }: Signing, nowMs: number): string {
  // The client's own would stand first, where a careless check reads them.
  const own = withoutParameters(search, ['expires', 'signature']);
  const separator = own === '' ? '?' : own === '?' ? '' : '&';
  const signed = `${path}${own}${separator}expires=${Math.ceil((nowMs + validMs) / 1000)}`;
  return `${signed}&signature=${createHmac('sha256', key).update(signed).digest('base64url')}`;
}
