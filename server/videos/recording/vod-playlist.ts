/** A period of recordings as an HLS playlist that has an end (RFC 8216). Pure; what its URLs answer is elsewhere. */
import { type Reference, thinned } from './fragment-index.ts';
import { MAX_SEAM_MS } from './periods.ts';
import { type FileTable, type RecordedFile, wallClockMs } from './recorded-file.ts';

/** The pieces of one file that are played. */
export interface Stretch {
  readonly file: RecordedFile;
  readonly init: Buffer;
  /** Never empty; adjoining. */
  readonly references: readonly Reference[];
}

/** Shorter pieces are put together, for fewer requests. */
const SEGMENT_MS = 4_000;

/** Pure: the pieces with something in `[fromMs, toMs)`, by the wall clock; null when there are none. */
export function stretchOf(
  file: RecordedFile,
  table: FileTable,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Stretch | null {
  const references = table.references.filter(
    ({ startMs, endMs }) => wallClockMs(file, startMs) < toMs && wallClockMs(file, endMs) > fromMs,
  );
  return references.length === 0 ? null : { file, init: table.init, references };
}

/** Pure: whether bytes of a file, both ends included, are among the pieces of a stretch of it. */
export function holdsBytes({ references }: Stretch, first: number, last: number): boolean {
  const end = references.at(-1)!;
  return first >= references[0]!.offset && last < end.offset + end.bytes;
}

/** Pure: neighbours put together until each piece is about as long as a segment should be. */
export function segmentsOf(references: readonly Reference[]): Reference[] {
  const segments: Reference[] = [];
  let open: Reference[] = [];
  for (const reference of references) {
    if (open.length > 0 && reference.endMs - open[0]!.startMs > SEGMENT_MS) {
      segments.push(...thinned(open, 1));
      open = [];
    }
    open.push(reference);
  }
  return open.length === 0 ? segments : [...segments, ...thinned(open, 1)];
}

/** Where the sequence begins: sound may come a little before the picture, and no time is below 0. */
const BEGIN_MS = 1_000;

/**
 * Pure: the playlist. Each file has a clock of its own, so each piece's URL says by how much it is to be moved to follow
 * what comes before. A break in time or another init segment is a discontinuity; when the pictures were taken is told by
 * PROGRAM-DATE-TIME. A player is asked to begin where the period does, not where the first segment does.
 */
export function vodPlaylist(stretches: readonly Stretch[], fromMs: number): string {
  const segments = stretches.map(({ references }) => segmentsOf(references));
  const longestMs = Math.max(1000, ...segments.flat().map(({ startMs, endMs }) => endMs - startMs));
  const first = stretches[0];
  const skipMs = first === undefined ? 0 : fromMs - wallClockMs(first.file, first.references[0]!.startMs);
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:6',
    `#EXT-X-TARGETDURATION:${Math.ceil(longestMs / 1000)}`,
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...(skipMs > 0 ? [`#EXT-X-START:TIME-OFFSET=${seconds(skipMs)},PRECISE=YES`] : []),
  ];
  let atMs = BEGIN_MS;
  stretches.forEach((stretch, index) => {
    const { file, init, references } = stretch;
    const before = stretches[index - 1];
    const sameInit = before?.init.equals(init) ?? false;
    if (before !== undefined && (!sameInit || breakMs(before, stretch) > MAX_SEAM_MS))
      lines.push('#EXT-X-DISCONTINUITY');
    if (!sameInit) lines.push(`#EXT-X-MAP:URI="segments/${file.name}/init.mp4"`);
    const shiftMs = Math.round(atMs - references[0]!.startMs);
    for (const { offset, bytes, startMs, endMs } of segments[index]!) {
      lines.push(
        `#EXT-X-PROGRAM-DATE-TIME:${new Date(wallClockMs(file, startMs)).toISOString()}`,
        `#EXTINF:${seconds(endMs - startMs)},`,
        `segments/${file.name}/${offset}-${offset + bytes - 1}.m4s?shift=${shiftMs}`,
      );
    }
    atMs = references.at(-1)!.endMs + shiftMs;
  });
  return `${[...lines, '#EXT-X-ENDLIST'].join('\n')}\n`;
}

function breakMs(before: Stretch, after: Stretch): number {
  const endedAtMs = wallClockMs(before.file, before.references.at(-1)!.endMs);
  return wallClockMs(after.file, after.references[0]!.startMs) - endedAtMs;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3).replace(/\.?0+$/, '') || '0';
}
