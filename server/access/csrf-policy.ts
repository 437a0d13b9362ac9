/** Whether a request that changes something was made by another site's page in a person's name. Pure. */
import type { IncomingHttpHeaders } from 'node:http';

const SAFE = ['GET', 'HEAD', 'OPTIONS', 'TRACE'];

/**
 * Pure: true for what a browser says comes from elsewhere. Sec-Fetch-Site is the browser's own word that no page can
 * change; older ones send Origin at least. What sends neither is no browser, and holds no cookies of a person.
 * @param hosts names that the relay was asked under
 */
export function isForgery(
  method: string,
  headers: IncomingHttpHeaders,
  hosts: readonly (string | undefined)[],
): boolean {
  if (SAFE.includes(method)) return false;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const { origin } = headers;
  if (origin === undefined) return false;
  if (!URL.canParse(origin)) return true;
  const { host } = new URL(origin);
  return host === '' || !hosts.some((name) => name?.toLowerCase() === host);
}
