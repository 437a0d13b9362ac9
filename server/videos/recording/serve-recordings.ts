/** What the URLs of recordings answer: lists, playlists, pieces, exports. Which URL is which stands in `http/routes/`. */
import { open } from 'node:fs/promises';
import type { Request, Response } from 'express';
import { RelayError } from '../../errors.ts';
import type { RecordingsAnswer } from '../../protocol.ts';
import { sendPieces } from './byte-source.ts';
import type { Catalog } from './catalog.ts';
import { exportMovie, MAX_EXPORT_MS } from './export.ts';
import { exportable } from './export-parts.ts';
import { daysOf, periodsOf } from './periods.ts';
import type { RecordedFile } from './recorded-file.ts';
import { readTracks } from './recorded-tracks.ts';
import type { TimeRange } from './recording-requests.ts';
import type { Recordings } from './recordings.ts';
import { shiftFragments } from './shift-fragments.ts';
import { holdsBytes, type Stretch, stretchOf, vodPlaylist } from './vod-playlist.ts';

export interface SegmentRequest {
  readonly camera: string;
  readonly name: string;
  /** `init.mp4`, or `FIRST-LAST.m4s`. */
  readonly part: string;
  readonly shift: string;
  /** Only what was recorded then; null for all. */
  readonly within: TimeRange | null;
}

interface Exchange {
  readonly request: Request;
  readonly response: Response;
}

const PIECE = /^(\d{1,15})-(\d{1,15})\.m4s$/;
/** A piece is held in memory: a few seconds of the fattest camera. */
const MAX_PIECE_BYTES = 67_108_864;
const SHIFT = /^-?\d{1,9}$/;
/** A piece's URL names its bytes, and they never change. */
const PIECE_CACHE = 'private, max-age=86400, immutable';

/** What was recorded of a camera. */
export async function listRecordings(
  recordings: Recordings,
  camera: string,
  range: TimeRange,
): Promise<RecordingsAnswer> {
  await recordings.ready;
  const { catalog, clock } = recordings;
  const files = catalog.between(camera, range.fromMs, range.toMs);
  const isGrowing = (name: string) => catalog.isGrowing(name);
  const periods = periodsOf(files, { ...range, isGrowing });
  return {
    camera,
    timeZone: clock.timeZone,
    from: iso(range.fromMs),
    to: iso(range.toMs),
    periods: periods.map(({ fromMs, toMs, durationMs, bytes, growing }) => {
      const query = `from=${iso(fromMs)}&to=${iso(toMs)}`;
      return {
        from: iso(fromMs),
        to: iso(toMs),
        durationMs: Math.round(durationMs),
        bytes,
        growing,
        playlist: `recordings/index.m3u8?${query}`,
        export: `recordings/export.mp4?${query}`,
      };
    }),
    days: daysOf(catalog.between(camera, 0, Number.POSITIVE_INFINITY), clock),
    files: files.map((file) => ({
      name: file.name,
      from: iso(file.startedAtMs),
      to: iso(file.endedAtMs),
      durationMs: Math.round(file.durationMs),
      bytes: file.bytes,
      growing: isGrowing(file.name),
      codecs: file.codecs,
      width: file.width,
      height: file.height,
      reason: file.reason,
      url: `recordings/files/${file.name}`,
    })),
  };
}

/**
 * The playlist of a period, as far as it is recorded.
 * @throws RelayError `no-such-page` when nothing was recorded then
 */
export async function playlistOf(recordings: Recordings, camera: string, range: TimeRange): Promise<string> {
  return vodPlaylist(await stretchesOf(recordings, camera, range), range.fromMs);
}

/**
 * Answers with an init segment or a piece of a file; a piece is moved in time by so many ms.
 * @throws RelayError `no-such-page`, `bad-request`, `not-allowed` for what is not within the period asked for
 */
export async function serveSegment(
  exchange: Exchange,
  recordings: Recordings,
  { camera, name, part, shift, within }: SegmentRequest,
): Promise<void> {
  await recordings.ready;
  const { catalog } = recordings;
  const file = catalog.get(camera, name);
  const table = await catalog.table(file);
  if (within !== null && !isWithin(stretchOf(file, table, within), part)) {
    throw new RelayError('not-allowed', 'This is of another period.');
  }
  const { init } = table;
  let bytes = init;
  if (part !== 'init.mp4') {
    if (!SHIFT.test(shift)) throw new RelayError('bad-request', '"shift" has to be whole milliseconds.');
    bytes = await readPiece(catalog, file, part);
    const tracks = readTracks(init).all.map(({ id, timescale }) => [id, timescale] as const);
    shiftFragments(bytes, Number(shift), new Map(tracks));
  }
  await sendPieces(exchange, [bytes], {
    headers: { 'Content-Type': 'video/mp4', 'Cache-Control': PIECE_CACHE },
    etag: `"${name}/${part}/${shift}"`,
  });
}

/** Pure: whether a part of a file belongs to what is played of it; the init segment does if anything is. */
function isWithin(stretch: Stretch | null, part: string): boolean {
  if (stretch === null) return false;
  const [, first, last] = PIECE.exec(part) ?? [];
  return part === 'init.mp4' || holdsBytes(stretch, Number(first), Number(last));
}

async function readPiece(catalog: Catalog, file: RecordedFile, part: string): Promise<Buffer> {
  const [, first, last] = PIECE.exec(part) ?? [];
  const length = Number(last) - Number(first) + 1;
  if (!(length > 0 && length <= MAX_PIECE_BYTES && Number(last) < file.bytes)) throw noSuchPiece();
  const release = catalog.hold(file.name);
  try {
    const handle = await open(file.path, 'r');
    try {
      const bytes = Buffer.allocUnsafe(length);
      const { bytesRead } = await handle.read(bytes, 0, length, Number(first));
      if (bytesRead < length) throw noSuchPiece();
      return bytes;
    } finally {
      await handle.close();
    }
  } finally {
    release();
  }
}

function noSuchPiece(): RelayError {
  return new RelayError('no-such-page', 'The recording has no such piece.');
}

/** Answers with a whole file; one that grows, as long as it is now. */
export async function serveFile(
  exchange: Exchange,
  recordings: Recordings,
  { camera, name }: { readonly camera: string; readonly name: string },
): Promise<void> {
  await recordings.ready;
  const file = recordings.catalog.get(camera, name);
  const growing = recordings.catalog.isGrowing(name);
  const release = recordings.catalog.hold(name);
  try {
    await sendPieces(exchange, [{ path: file.path, offset: 0, length: file.bytes }], {
      headers: { 'Content-Type': 'video/mp4', 'Cache-Control': 'private, no-cache' },
      // The index is filled when the file ends, at the same length.
      etag: `"${file.bytes}${growing ? '-growing' : ''}"`,
      playerChunkBytes: recordings.playerChunkBytes,
    });
  } finally {
    release();
  }
}

/**
 * Answers with a period as one plain MP4.
 * @throws RelayError `no-such-page`, `bad-request` for more than an MP4 holds, `mixed-recording`
 */
export async function serveExport(
  exchange: Exchange,
  recordings: Recordings,
  { camera, range }: { readonly camera: string; readonly range: TimeRange },
): Promise<void> {
  const stretches = exportable(await stretchesOf(recordings, camera, range), range);
  const lengthMs = stretches
    .flatMap(({ references }) => references)
    .reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
  if (lengthMs > MAX_EXPORT_MS) {
    throw new RelayError('bad-request', `At most ${MAX_EXPORT_MS / 3_600_000} hours are exported at once.`);
  }
  const { response } = exchange;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const files = stretches.map(({ file }) => file);
  const releases = files.map(({ name }) => recordings.catalog.hold(name));
  try {
    const { pieces, etag } = await exportMovie(stretches, gone.signal);
    const name = `${camera}_${iso(range.fromMs).replaceAll(':', '-')}_${iso(range.toMs).replaceAll(':', '-')}.mp4`;
    await sendPieces(exchange, pieces, {
      headers: {
        'Content-Type': 'video/mp4',
        'Cache-Control': 'private, no-cache',
        'Content-Disposition': `attachment; filename="${name}"`,
      },
      etag,
      playerChunkBytes: recordings.playerChunkBytes,
    });
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  } finally {
    for (const release of releases) release();
  }
}

async function stretchesOf(recordings: Recordings, camera: string, range: TimeRange): Promise<Stretch[]> {
  await recordings.ready;
  const { catalog } = recordings;
  const stretches: Stretch[] = [];
  for (const file of catalog.between(camera, range.fromMs, range.toMs)) {
    // One that retention has taken since is a gap.
    const table = await catalog.table(file).catch(() => null);
    const stretch = table === null ? null : stretchOf(file, table, range);
    if (stretch !== null) stretches.push(stretch);
  }
  if (stretches.length === 0) throw new RelayError('no-such-page', 'Nothing was recorded in this period.');
  return stretches;
}

function iso(unixMs: number): string {
  return new Date(unixMs).toISOString();
}
