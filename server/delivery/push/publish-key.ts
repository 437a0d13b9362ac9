/** Pure: whether a request to publish carries the camera's key. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** Pure: the key of `Authorization: Bearer …`, else of `?key=`; null without one. The header counts where both are. */
export function publishKey(authorization: string | undefined, query: URLSearchParams): string | null {
  const bearer = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
  return bearer ?? query.get('key');
}

/** Pure: compares in a time that tells nothing of either, its length included. */
export function isSameKey(given: string | null, key: string): boolean {
  return given !== null && timingSafeEqual(digest(given), digest(key));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
