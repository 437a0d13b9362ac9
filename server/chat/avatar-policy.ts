/** Which avatars may be shown to everybody: the page's own, and pictures from hosts that the configuration names. */
import { CHAT_AVATARS } from '../protocol.ts';

const MAX_URL_CHARACTERS = 500;

/** Pure: the avatar in its normal form, or null when it may not be used. */
export function judgeAvatar(avatar: string, allowedHosts: readonly string[]): string | null {
  if ((CHAT_AVATARS as readonly string[]).includes(avatar)) return avatar;
  if (avatar.length > MAX_URL_CHARACTERS) return null;
  try {
    const url = new URL(avatar);
    const allowed = url.protocol === 'https:' && allowedHosts.includes(url.host) && url.username + url.password === '';
    return allowed ? url.href : null;
  } catch {
    return null;
  }
}

/** Pure: the avatar of somebody who chose none; the same each time. @param personId hexadecimal */
export function defaultAvatar(personId: string): string {
  return CHAT_AVATARS[Number.parseInt(personId.slice(0, 6), 16) % CHAT_AVATARS.length]!;
}
