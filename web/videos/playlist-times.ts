/**
 * Which moment a place in a period's playlist shows, by its PROGRAM-DATE-TIME (RFC 8216 section 4.3.2.6). Read from the
 * text, so that it holds for a browser that plays playlists by itself as well. Pure.
 */

/** A piece: where it begins in the playlist and in time, both ms. */
export interface Piece {
  readonly mediaMs: number;
  readonly atMs: number;
  readonly durationMs: number;
}

/** Pure: the pieces in order; those that do not say their time follow the one before. */
export function piecesOf(playlist: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let mediaMs = 0;
  let atMs: number | null = null;
  for (const line of playlist.split(/\r?\n/)) {
    const date = /^#EXT-X-PROGRAM-DATE-TIME:(.+)$/.exec(line)?.[1];
    if (date !== undefined) atMs = Date.parse(date);
    const duration = /^#EXTINF:([\d.]+)/.exec(line)?.[1];
    if (duration === undefined) continue;
    const durationMs = Number(duration) * 1000;
    const last = pieces.at(-1);
    pieces.push({ mediaMs, durationMs, atMs: atMs ?? (last === undefined ? 0 : last.atMs + last.durationMs) });
    mediaMs += durationMs;
    atMs = null;
  }
  return pieces;
}

/** Pure: the moment shown at a place; null when there are no pieces. */
export function momentOfMedia(pieces: readonly Piece[], mediaMs: number): number | null {
  const piece = pieces.findLast((each) => each.mediaMs <= mediaMs) ?? pieces[0];
  return piece === undefined ? null : piece.atMs + Math.min(Math.max(0, mediaMs - piece.mediaMs), piece.durationMs);
}

/** Pure: the place that shows a moment, or the next one after it that was recorded; null beyond the end. */
export function mediaOfMoment(pieces: readonly Piece[], atMs: number): number | null {
  const piece = pieces.find((each) => each.atMs + each.durationMs > atMs);
  return piece === undefined ? null : piece.mediaMs + Math.max(0, atMs - piece.atMs);
}
