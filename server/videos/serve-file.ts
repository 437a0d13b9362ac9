/**
 * One GET or HEAD of a file: conditions, ranges, and the bytes. What to send is decided by `http-semantics/`; which file
 * it is, by who calls.
 *
 * The package `send` is not used here. It answers HEAD with 206, knows no multipart/byteranges (several ranges get the
 * whole file), gives weak tags, so that no If-Range of a tag ever matches, and can neither pace a download nor serve a
 * file at a length that it had earlier.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, open, type ReadStream, read } from 'node:fs';
import type { OutgoingHttpHeaders } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { RelayError } from '../errors.ts';
import { judge, rangeApplies } from '../http-semantics/preconditions.ts';
import { type ByteRange, cappedForPlayer, readRanges } from '../http-semantics/range.ts';
import type { OpenFile } from './open-file.ts';
import { Pace } from './pace.ts';

export interface ServedFile {
  /** Open for reading; who opened it closes it after the answer. */
  readonly handle: OpenFile;
  /** The file may be longer: it is served as if it ended here. */
  readonly sizeBytes: number;
  /** Strong: whoever has the same tag has the same bytes. */
  readonly etag: string;
  /** Unix ms; null where the date says nothing, as of a file that grows. */
  readonly lastModifiedMs: number | null;
  readonly contentType: string;
  /** Further headers of 200, 206 and 304. */
  readonly headers?: OutgoingHttpHeaders;
}

export interface ServeLimits {
  /** Bytes per second; 0 does not limit. */
  readonly maxRateBps: number;
  /** See `cappedForPlayer`; 0 does not cap. */
  readonly playerChunkBytes: number;
}

/** One read of the disk: fewer cost less, and each download holds about two. */
const READ_BYTES = 262_144;
/** The descriptor belongs to the file's handle: a stream that is destroyed would close it, `autoClose` or not. */
const LEFT_OPEN = { open, read, close: (_fd: number, done: (error: Error | null) => void) => done(null) };
/** A client that takes nothing for so long is gone, or will come back with a Range. */
const STALLED_MS = 600_000;

/**
 * Resolves when all is handed over or the client has left.
 * @throws RelayError `precondition-failed`, or `range-not-satisfiable` with its Content-Range set
 */
export async function serveFile(
  { request, response }: { readonly request: Request; readonly response: Response },
  file: ServedFile,
  limits: ServeLimits,
): Promise<void> {
  const { sizeBytes, etag } = file;
  const nowMs = Date.now();
  // A date of tomorrow is none (RFC 9110 section 8.8.2.1).
  const lastModifiedMs = (file.lastModifiedMs ?? nowMs + 1) <= nowMs ? file.lastModifiedMs : null;
  const validators = { etag, lastModifiedMs };
  const verdict = judge(request.method, request.headers, validators);
  if (verdict === 'failed') throw new RelayError('precondition-failed', 'The file is not the one that is meant.');
  const headers: OutgoingHttpHeaders = {
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private, no-cache',
    ETag: etag,
    ...(lastModifiedMs === null ? {} : { 'Last-Modified': new Date(lastModifiedMs).toUTCString() }),
    ...file.headers,
  };
  if (verdict === 'not-modified') {
    response.writeHead(304, headers).end();
    return;
  }
  // Range is for GET alone (section 14.2).
  const mayRange = request.method === 'GET' && rangeApplies(request.headers, validators, nowMs);
  const ranges = mayRange ? readRanges(request.headers.range, sizeBytes) : 'whole';
  if (ranges === 'unsatisfiable') {
    response.set({ 'Accept-Ranges': 'bytes', 'Content-Range': `bytes */${sizeBytes}` });
    throw new RelayError('range-not-satisfiable', `The file has ${sizeBytes} bytes.`);
  }
  response.setTimeout(STALLED_MS, () => response.destroy());
  if (ranges === 'whole') {
    response.writeHead(200, { ...headers, 'Content-Type': file.contentType, 'Content-Length': sizeBytes });
    const whole = request.method === 'HEAD' || sizeBytes === 0 ? [] : [{ first: 0, last: sizeBytes - 1 }];
    await send(response, file, whole.map(bare), limits);
    return;
  }
  const fetchDest = request.headers['sec-fetch-dest'];
  const chunkBytes = limits.playerChunkBytes;
  const parts = cappedForPlayer(request.headers.range, ranges, {
    fetchDest: typeof fetchDest === 'string' ? fetchDest : undefined,
    chunkBytes,
  });
  const [only, ...more] = parts;
  if (only !== undefined && more.length === 0) {
    response.writeHead(206, {
      ...headers,
      'Content-Type': file.contentType,
      'Content-Range': contentRange(only, sizeBytes),
      'Content-Length': only.last - only.first + 1,
    });
    await send(response, file, [bare(only)], limits);
    return;
  }
  await sendMultipart(response, file, { headers, parts }, limits);
}

/** A range, and what goes before and behind its bytes. */
interface Piece {
  readonly before: string;
  readonly range: ByteRange | null;
}

function bare(range: ByteRange): Piece {
  return { before: '', range };
}

function contentRange({ first, last }: ByteRange, sizeBytes: number): string {
  return `bytes ${first}-${last}/${sizeBytes}`;
}

/** RFC 9110 section 14.6. */
async function sendMultipart(
  response: Response,
  file: ServedFile,
  { headers, parts }: { readonly headers: OutgoingHttpHeaders; readonly parts: readonly ByteRange[] },
  limits: ServeLimits,
): Promise<void> {
  const boundary = randomBytes(18).toString('hex');
  const pieces: Piece[] = parts.map((range, index) => ({
    before:
      `${index === 0 ? '' : '\r\n'}--${boundary}\r\nContent-Type: ${file.contentType}\r\n` +
      `Content-Range: ${contentRange(range, file.sizeBytes)}\r\n\r\n`,
    range,
  }));
  pieces.push({ before: `\r\n--${boundary}--\r\n`, range: null });
  const lengthBytes = pieces.reduce(
    (sum, { before, range }) => sum + before.length + (range === null ? 0 : range.last - range.first + 1),
    0,
  );
  response.writeHead(206, {
    ...headers,
    'Content-Type': `multipart/byteranges; boundary=${boundary}`,
    'Content-Length': lengthBytes,
  });
  await send(response, file, pieces, limits);
}

async function send(
  response: Response,
  { handle }: ServedFile,
  pieces: readonly Piece[],
  { maxRateBps }: ServeLimits,
): Promise<void> {
  if (pieces.length === 0) {
    response.end();
    return;
  }
  // Who left while the file was opened or made will not leave again, and would be waited for.
  if (response.destroyed) return;
  const reader = new PieceReader(handle);
  const [only, ...more] = pieces;
  try {
    if (maxRateBps > 0) {
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      await pipeline(new Pace(maxRateBps).hold(reader.chunks(pieces), gone.signal), response, { end: false });
    } else if (only?.range && more.length === 0 && only.before === '') {
      await pour(reader.stream(only.range), response);
    } else {
      await pipeline(reader.chunks(pieces), response, { end: false });
    }
  } catch (error) {
    if (!response.destroyed && !response.writableEnded) throw error;
  } finally {
    await reader.close();
  }
  // Cut, never ended as if complete: the client left, or the file is shorter than it was.
  if (reader.missingBytes === 0) response.end();
  else response.destroy();
}

/**
 * The usual case, without what `pipeline` sets up for every call, which costs as much as the reading of a small range.
 * Resolves when all is written or the response is closed.
 */
function pour(bytes: ReadStream, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    const closed = () => resolve();
    response.once('close', closed);
    response.once('error', closed);
    bytes.once('error', reject);
    bytes.once('end', () => {
      response.off('close', closed);
      response.off('error', closed);
      resolve();
    });
    bytes.pipe(response, { end: false });
  });
}

/** Reads ranges of a file one after the other. */
class PieceReader {
  readonly #handle: OpenFile;
  #stream: ReadStream | null = null;
  #wantedBytes = 0;
  #readBytes = 0;

  constructor(handle: OpenFile) {
    this.#handle = handle;
  }

  /** Of what was asked for, as far as the streams have ended. */
  get missingBytes(): number {
    return this.#wantedBytes - this.#readBytes - (this.#stream?.bytesRead ?? 0);
  }

  /** By descriptor and not by the handle's own stream, whose promises cost as much as the reads. */
  stream({ first, last }: ByteRange): ReadStream {
    this.#readBytes += this.#stream?.bytesRead ?? 0;
    this.#wantedBytes += last - first + 1;
    const { fd } = this.#handle;
    this.#stream = createReadStream('', { fd, fs: LEFT_OPEN, start: first, end: last, highWaterMark: READ_BYTES });
    return this.#stream;
  }

  async *chunks(pieces: readonly Piece[]): AsyncGenerator<Buffer> {
    for (const { before, range } of pieces) {
      if (before !== '') yield Buffer.from(before, 'latin1');
      if (range === null) continue;
      yield* this.stream(range) as AsyncIterable<Buffer>;
      // What follows would stand in the wrong place.
      if (this.missingBytes > 0) return;
    }
  }

  /** A read under way must be over before the descriptor is closed and perhaps given to another file. */
  async close(): Promise<void> {
    const stream = this.#stream;
    if (stream === null) return;
    stream.destroy();
    if (!stream.closed) await once(stream, 'close');
  }
}
