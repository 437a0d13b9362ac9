/** The cookie that carries a session: what stands in `Set-Cookie` (RFC 6265). */
import { SESSION_COOKIE } from './credentials.ts';

export interface CookieOptions {
  /** The relay's base path. */
  readonly path: string;
  /** The client's way is encrypted, and the cookie must never go another. */
  readonly isSecure: boolean;
  /** Zero takes the cookie away. */
  readonly maxAgeMs: number;
}

/** Pure. */
export function sessionCookie(value: string, options: CookieOptions, name: string = SESSION_COOKIE): string {
  const { path, isSecure, maxAgeMs } = options;
  const parts = [`${name}=${value}`, `Path=${path}`, `Max-Age=${Math.floor(maxAgeMs / 1000)}`];
  return [...parts, 'HttpOnly', 'SameSite=Lax', ...(isSecure ? ['Secure'] : [])].join('; ');
}
