/** The cookie that carries a session: its name, and what stands in `Set-Cookie` (RFC 6265). */
const PLAIN = 'sightline_session';
/** Browsers take such a cookie from this very host alone, over TLS and with `Path=/` (RFC 6265bis section 4.1.3.2). */
const HOST_ONLY = `__Host-${PLAIN}`;

/** Every name that it may have. */
export const SESSION_COOKIES = [PLAIN, HOST_ONLY] as const;

/** By which name the session comes, on a way that is encrypted or not. */
export type CookieName = (isSecure: boolean) => string;

/**
 * Pure. Over TLS a neighbour of the domain could plant a session of its own under the plain name. Below a sub-path it
 * stays at that: `Path=/` would show the cookie to whatever else stands on the host.
 */
export function cookieNames(basePath: string): CookieName {
  return (isSecure) => (isSecure && basePath === '/' ? HOST_ONLY : PLAIN);
}

export interface CookieOptions {
  readonly name: string;
  /** The relay's base path, or one below. */
  readonly path: string;
  /** The client's way is encrypted, and the cookie must never go another. */
  readonly isSecure: boolean;
  /** Zero takes the cookie away. */
  readonly maxAgeMs: number;
}

/** Pure. */
export function cookieLine(value: string, { name, path, isSecure, maxAgeMs }: CookieOptions): string {
  const parts = [`${name}=${value}`, `Path=${path}`, `Max-Age=${Math.floor(maxAgeMs / 1000)}`];
  return [...parts, 'HttpOnly', 'SameSite=Lax', ...(isSecure ? ['Secure'] : [])].join('; ');
}

/** Pure: `Set-Cookie` of a session; null takes it away. */
export function sessionCookie(
  value: string | null,
  {
    basePath,
    isSecure,
    maxAgeMs,
  }: { readonly basePath: string; readonly isSecure: boolean; readonly maxAgeMs: number },
): string {
  const name = cookieNames(basePath)(isSecure);
  return cookieLine(value ?? '', { name, path: basePath, isSecure, maxAgeMs: value === null ? 0 : maxAgeMs });
}
