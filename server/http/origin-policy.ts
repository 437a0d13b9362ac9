/** Whether a WebSocket may be opened by the page that asks: browsers send cookies and reach loopback from any page. */

/**
 * Pure: true for clients that are no browser (no Origin), and for pages of the host that was asked, be it under the
 * name a reverse proxy was asked under. Cross-site WebSocket hijacking is what this is against (RFC 6455 section 10.2).
 */
export function isSameOrigin(
  origin: string | undefined,
  host: string | undefined,
  forwardedHost: string | string[] | undefined,
): boolean {
  if (origin === undefined) return true;
  const originHost = hostOf(origin);
  if (originHost === null) return false;
  const names = [host, ...[forwardedHost ?? []].flat().flatMap((list) => list.split(','))];
  return names.some((name) => name !== undefined && name.trim().toLowerCase() === originHost);
}

function hostOf(origin: string): string | null {
  try {
    return new URL(origin).host || null;
  } catch {
    return null;
  }
}
