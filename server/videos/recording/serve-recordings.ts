/** What the URLs of recordings answer: lists, playlists, pieces, exports. Which URL is which stands in `http/routes/`. */
import { open } from 'node:fs/promises';
import type { Request, Response } from 'express';
import { RelayError } from '../../errors.ts';
import type { RecordingCommand, RecordingsAnswer } from '../../protocol.ts';
import { sendPieces } from './byte-source.ts';
import type { Catalog } from './catalog.ts';
import { exportMovie, MAX_EXPORT_MS } from './export.ts';
import { daysOf, periodsOf } from './periods.ts';
import type { RecordedFile } from './recorded-file.ts';
import { readTracks } from './recorded-tracks.ts';
import type { Recordings } from './recordings.ts';
import { shiftFragments } from './shift-fragments.ts';
import { type Stretch, stretchOf, vodPlaylist } from './vod-playlist.ts';

export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface SegmentRequest {
  readonly camera: string;
  readonly name: string;
  /** `init.mp4`, or `FIRST-LAST.m4s`. */
  readonly part: string;
  readonly shift: string;
}

interface Exchange {
  readonly request: Request;
  readonly response: Response;
}

const DAY_MS = 86_400_000;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;
const PIECE = /^(\d{1,15})-(\d{1,15})\.m4s$/;
/** A piece is held in memory: a few seconds of the fattest camera. */
const MAX_PIECE_BYTES = 67_108_864;
const SHIFT = /^-?\d{1,9}$/;
const MAX_EVENT_NAME = 100;
const MAX_POST_ROLL_MS = 3_600_000;
/** A piece's URL names its bytes, and they never change. */
const PIECE_CACHE = 'private, max-age=86400, immutable';

/**
 * Pure: `from` and `to`; the last day when left out. A `+` that was not escaped arrives as a space and is understood.
 * @throws RelayError `bad-request`
 */
export function timeRange(search: URLSearchParams, nowMs: number): TimeRange {
  const toMs = readTime(search, 'to') ?? nowMs;
  const fromMs = readTime(search, 'from') ?? toMs - DAY_MS;
  if (fromMs >= toMs) throw new RelayError('bad-request', '"from" has to be before "to".');
  return { fromMs, toMs };
}

function readTime(search: URLSearchParams, key: string): number | null {
  const text = search.get(key)?.replace(' ', '+');
  if (text === undefined) return null;
  const ms = ISO_TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) {
    throw new RelayError('bad-request', `"${key}" has to be a time with its zone, as 2026-11-21T17:54:51Z.`);
  }
  return ms;
}

/**
 * Pure: what a POST asks for, from its JSON.
 * @throws RelayError `bad-request`
 */
export function readCommand(body: unknown): RecordingCommand {
  const fields = typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>) : {};
  const { action } = fields;
  if (action === 'start' || action === 'stop') return { action };
  if (action !== 'event') {
    throw new RelayError('bad-request', 'Expected JSON with "action": "start", "stop" or "event".');
  }
  return readEvent(fields.name, fields.postRollMs);
}

/**
 * Pure: an event, with a name and a post-roll of its own when they are given.
 * @throws RelayError `bad-request`
 */
export function readEvent(name: unknown, postRollMs: unknown): RecordingCommand {
  const isName = name === undefined || (typeof name === 'string' && name.length > 0 && name.length <= MAX_EVENT_NAME);
  if (!isName) throw new RelayError('bad-request', `"name" has to be a text of 1 to ${MAX_EVENT_NAME} characters.`);
  const isLength =
    postRollMs === undefined ||
    (Number.isInteger(postRollMs) && (postRollMs as number) >= 0 && (postRollMs as number) <= MAX_POST_ROLL_MS);
  if (!isLength) {
    throw new RelayError('bad-request', `"postRollMs" has to be a whole number from 0 to ${MAX_POST_ROLL_MS}.`);
  }
  return {
    action: 'event',
    ...(name === undefined ? {} : { name: name as string }),
    ...(postRollMs === undefined ? {} : { postRollMs: postRollMs as number }),
  };
}

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
 * @throws RelayError `no-such-page`, `bad-request`
 */
export async function serveSegment(
  exchange: Exchange,
  recordings: Recordings,
  { camera, name, part, shift }: SegmentRequest,
): Promise<void> {
  await recordings.ready;
  const { catalog } = recordings;
  const file = catalog.get(camera, name);
  const { init } = await catalog.table(file);
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
  const stretches = await stretchesOf(recordings, camera, range);
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
