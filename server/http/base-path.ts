/** Pure functions about the path under which a reverse proxy shows the relay. */

/**
 * Takes the base path off a request target. Proxies either pass it on or strip it; both are understood.
 * `basePath` begins and ends with a slash.
 */
export function withoutBasePath(target: string, basePath: string): string {
  if (basePath === '/') return target;
  const bare = basePath.slice(0, -1);
  if (target === bare) return '/';
  if (target.startsWith(`${bare}?`)) return `/${target.slice(bare.length)}`;
  return target.startsWith(basePath) ? target.slice(bare.length) : target;
}
