/**
 * Pure: HLS and DASH playlists as a viewer may see them: what they name within a resource becomes ours, and nothing
 * else in them tells of the machine that they came from. Relative names stay, since our paths mirror the machine's.
 */
import { RelayError } from '../errors.ts';
import type { HiddenAddress } from './hidden-address.ts';
import { isPrivateHost } from './private-address.ts';

export type PlaylistKind = 'm3u8' | 'mpd';

export interface PlaylistPlace {
  readonly hidden: HiddenAddress;
  /** What a reference in the playlist is called here; null when it leads into no resource. */
  own(reference: string): string | null;
}

const HLS_TYPE = /^(application\/(vnd\.apple\.mpegurl|x-mpegurl|mpegurl)|audio\/(x-)?mpegurl)\s*(;|$)/i;
const DASH_TYPE = /^application\/dash\+xml\s*(;|$)/i;
/** What servers that know no playlists call them. */
const VAGUE_TYPE = /^(|text\/plain|application\/octet-stream|binary\/octet-stream|(text|application)\/xml)\s*(;.*)?$/i;

/** Pure: null for everything that is no playlist. The path has no query. */
export function playlistKind(contentType: string, path: string): PlaylistKind | null {
  if (HLS_TYPE.test(contentType)) return 'm3u8';
  if (DASH_TYPE.test(contentType)) return 'mpd';
  return VAGUE_TYPE.test(contentType) ? playlistKindOfPath(path) : null;
}

/** Pure: what a path promises. */
export function playlistKindOfPath(path: string): PlaylistKind | null {
  if (/\.m3u8?$/i.test(path)) return 'm3u8';
  return /\.mpd$/i.test(path) ? 'mpd' : null;
}

/**
 * Pure.
 * @throws RelayError `upstream-failed` for a playlist that leads to a place on that machine, or on a private network,
 * which no resource covers
 */
export function rewritePlaylist(kind: PlaylistKind, text: string, place: PlaylistPlace): string {
  const rewritten = kind === 'm3u8' ? rewriteHls(text, place) : rewriteDash(text, place);
  const clean = place.hidden.takenOut(rewritten);
  if (place.hidden.isIn(decodeEntities(clean))) throw leadsOut();
  return clean;
}

function rewriteHls(text: string, place: PlaylistPlace): string {
  return text.replace(/[^\r\n]+/g, (line) => {
    if (line.startsWith('#EXT')) {
      return line.replace(/(?<![A-Z0-9-])([A-Z0-9-]+=")([^"]*)"/g, (_, start: string, value: string) => {
        const named = /URI="$/.test(start) ? tell(value, place) : tellIfAbsolute(value, place);
        return `${start}${named}"`;
      });
    }
    if (line.startsWith('#') || line.trim() === '') return line;
    return tell(line.trim(), place);
  });
}

/** Attributes and elements whose value is a reference (ISO/IEC 23009-1). */
const DASH_ATTRIBUTE = /^(media|initialization|sourceURL|index|(xlink:)?href|bitstreamSwitching)$/;
const DASH_ELEMENT = /(<(?:[\w-]+:)?(?:BaseURL|Location|PatchLocation)(?:\s[^<>]*)?>)([^<]*)(?=<\/)/g;

function rewriteDash(text: string, place: PlaylistPlace): string {
  // An entity of one's own could spell an address in any way.
  if (/<!ENTITY/i.test(text) || text.includes('\0')) throw leadsOut();
  const elements = text.replace(DASH_ELEMENT, (_, start: string, value: string) => {
    return `${start}${encodeEntities(tell(decodeEntities(value).trim(), place))}`;
  });
  return elements.replace(
    /(\s)([\w:-]+)(\s*=\s*)(?:"([^"]*)"|'([^']*)')/g,
    (whole, space, name, is, double, single) => {
      const value = decodeEntities((double ?? single) as string);
      const told = DASH_ATTRIBUTE.test(name as string) ? tell(value, place) : tellIfAbsolute(value, place);
      return told === value ? (whole as string) : `${space}${name}${is}"${encodeEntities(told)}"`;
    },
  );
}

const ABSOLUTE = /^(https?:)?[/\\]{2}/i;

/** @throws RelayError `upstream-failed` */
function tell(reference: string, place: PlaylistPlace): string {
  if (!ABSOLUTE.test(reference) && !/^[/\\]/.test(reference)) return reference;
  const own = place.own(reference);
  if (own !== null) return own;
  if (!ABSOLUTE.test(reference)) throw leadsOut();
  const { hostname } = new URL(reference, 'http://unknown.invalid');
  // Public places (a licence server, an advertisement) are no secret of the machine.
  if (place.hidden.is(hostname) || isPrivateHost(hostname) === true) throw leadsOut();
  return reference;
}

/** Values that may be anything: what cannot be told as ours is left to the search for addresses. */
function tellIfAbsolute(value: string, place: PlaylistPlace): string {
  return ABSOLUTE.test(value) ? (place.own(value) ?? value) : value;
}

function leadsOut(): RelayError {
  return new RelayError('upstream-failed', 'The playlist leads to a place outside of the resource.');
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return ENTITIES[name as string] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex as string, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

function encodeEntities(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
