/** Pure: whether a request is sent to the resource's machine or served from it. Rights have been checked before. */
import { RelayError } from '../errors.ts';
import type { Passage } from './gateway-address.ts';

export interface ModeQuestion {
  /** Which of the two URLs was asked. */
  readonly entrance: Passage;
  /** The resource's own; null where each URL does what its name says. */
  readonly mode: 'auto' | Passage | null;
  /** The value of `?via=`. */
  readonly via: string | null;
  /** The resource's own; null where the path tells. */
  readonly live: boolean | null;
  readonly path: string;
  readonly method: string;
  /** The request wants to become a WebSocket. */
  readonly upgrade: boolean;
  readonly userAgent: string;
  /** The page that asks came over https. */
  readonly pageIsSecure: boolean;
  readonly targetIsSecure: boolean;
  /** Only its own network reaches the machine. */
  readonly targetIsPrivate: boolean;
}

/** Streams, and lists of a stream's pieces: each is fetched anew every few seconds, or has no end. */
const LIVE_PATH = /\.(flv|m3u8?|mpd|mjpe?g)$|(^|\/)live\//i;
/**
 * They take a 302 for an error, or ask its body for pictures: cURL without `-L` and its library, BusyBox's wget, set-top
 * boxes and DLNA renderers, recorders, embedded clients.
 */
const DOES_NOT_FOLLOW =
  /^(curl|libcurl|busybox)\b|\b(dlnadoc|sec_hhp|upnp|portable sdk|mag\d{3}|enigma2|hikvision|dahua|esp32http|esp-idf)\b/i;

/**
 * Pure. A resource's fixed mode holds whatever is asked; otherwise `?via=` decides, then the URL's name or the policy.
 * @throws RelayError `bad-request` for a `via` that is neither
 */
export function choosePassage(question: ModeQuestion): Passage {
  const { mode, via, entrance } = question;
  if (via !== null && via !== 'redirect' && via !== 'proxy') {
    throw new RelayError('bad-request', '"via" is "redirect" or "proxy".');
  }
  if (mode === 'redirect' || mode === 'proxy') return mode;
  return via ?? (mode === null ? entrance : automatic(question));
}

function automatic(question: ModeQuestion): Passage {
  const { method, upgrade, live, path, userAgent, pageIsSecure, targetIsSecure, targetIsPrivate } = question;
  const readsOnly = method === 'GET' || method === 'HEAD';
  // A browser refuses plain http inside a secure page, and nobody follows with a WebSocket or a request's body.
  const canFollow = readsOnly && !upgrade && !DOES_NOT_FOLLOW.test(userAgent) && !(pageIsSecure && !targetIsSecure);
  const isLive = live ?? LIVE_PATH.test(path);
  return canFollow && !isLive && !targetIsPrivate ? 'redirect' : 'proxy';
}
