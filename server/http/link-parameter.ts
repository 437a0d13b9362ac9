/** Carries a link's secret from a playlist on to what it names: a player does not repeat a query by itself. */
import type { IncomingMessage } from 'node:http';
import { grantOf } from '../access/credentials.ts';
import { admissionOf } from './admission.ts';

/** The playlist as whoever asks for it needs it: with the link's secret, if a link let them in. */
export function forClient(request: IncomingMessage, playlist: string): string {
  const grant = admissionOf(request).who.kind === 'grant' ? grantOf(request.url ?? '') : null;
  return grant === null ? playlist : withGrant(playlist, grant);
}

/** Pure: an HLS playlist whose every address, in lines and in `URI` attributes (RFC 8216), has the parameter. */
export function withGrant(playlist: string, grant: string): string {
  const add = (uri: string) => `${uri}${uri.includes('?') ? '&' : '?'}grant=${encodeURIComponent(grant)}`;
  const inTag = (line: string) => line.replace(/\bURI="([^"]+)"/g, (_all, uri: string) => `URI="${add(uri)}"`);
  return playlist
    .split('\n')
    .map((line) => (line.startsWith('#') ? inTag(line) : line.trim() === '' ? line : add(line)))
    .join('\n');
}
