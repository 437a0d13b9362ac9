/** Carries a link's secret from a playlist on to what it names: a player does not repeat a query by itself. */

/** Pure: an HLS playlist whose every address, in lines and in `URI` attributes (RFC 8216), has the parameter. */
export function withGrant(playlist: string, grant: string): string {
  const add = (uri: string) => `${uri}${uri.includes('?') ? '&' : '?'}grant=${encodeURIComponent(grant)}`;
  return playlist
    .split('\n')
    .map((line) => {
      if (line.startsWith('#'))
        return line.replace(/(URI=")([^"]+)(")/g, (_all, head, uri, tail) => head + add(uri) + tail);
      return line.trim() === '' ? line : add(line);
    })
    .join('\n');
}
