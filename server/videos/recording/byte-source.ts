/** Bytes of known length that lie in memory and in files by turns, sent as an answer with ranges. */
import { type FileHandle, open } from 'node:fs/promises';
import type { Request, Response } from 'express';
import { RelayError } from '../../errors.ts';
import { judge, rangeApplies } from '../../http-semantics/preconditions.ts';
import { cappedForPlayer, readRanges } from '../../http-semantics/range.ts';

export type Piece = Buffer | FilePiece;

export interface FilePiece {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

/** A client that takes nothing for so long is gone. */
const SEND_TIMEOUT_MS = 60_000;
const CHUNK_BYTES = 262_144;

export interface SendOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Strong: another one whenever the bytes are others. */
  readonly etag: string;
  /** What a `<video>` gets at once that asks for everything from somewhere on; 0, and when left out: all. */
  readonly playerChunkBytes?: number;
}

/**
 * Answers GET and HEAD with all of it or one range; resolves when it is sent or the client is gone. A file that cannot be
 * read any more cuts the connection, so that nobody takes a part for the whole.
 * @throws RelayError `precondition-failed`
 */
export async function sendPieces(
  { request, response }: { readonly request: Request; readonly response: Response },
  pieces: readonly Piece[],
  { headers, etag, playerChunkBytes = 0 }: SendOptions,
): Promise<void> {
  const totalBytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const all = { ...headers, ETag: etag, 'Accept-Ranges': 'bytes' };
  const verdict = judge(request.method, request.headers, { etag });
  if (verdict === 'failed') throw new RelayError('precondition-failed', 'The recording is not as it was.');
  if (verdict === 'not-modified') {
    response.writeHead(304, all).end();
    return;
  }
  const isGet = request.method === 'GET';
  const mayRange = isGet && rangeApplies(request.headers, { etag });
  const ranges = mayRange ? readRanges(request.headers.range, totalBytes) : 'whole';
  if (ranges === 'unsatisfiable') {
    response.writeHead(416, { 'Content-Range': `bytes */${totalBytes}`, 'Content-Length': 0 }).end();
    return;
  }
  // Several ranges are nothing a player asks for: the whole is an answer as well (RFC 9110 section 14.2).
  const one = ranges !== 'whole' && ranges.length === 1 ? ranges : [];
  const [range = null] = cappedForPlayer(request.headers.range, one, {
    fetchDest: [request.headers['sec-fetch-dest']].flat()[0],
    chunkBytes: playerChunkBytes,
  });
  const first = range?.first ?? 0;
  const last = range?.last ?? totalBytes - 1;
  const partial = range === null ? {} : { 'Content-Range': `bytes ${first}-${last}/${totalBytes}` };
  response.writeHead(range === null ? 200 : 206, { ...all, ...partial, 'Content-Length': last - first + 1 });
  if (isGet) await writePieces(response, cut(pieces, first, last + 1));
  else response.end();
}

/** Pure: the part `[start, end)` of the whole. */
export function cut(pieces: readonly Piece[], start: number, end: number): Piece[] {
  const parts: Piece[] = [];
  let at = 0;
  for (const piece of pieces) {
    const from = Math.max(0, start - at);
    const to = Math.min(piece.length, end - at);
    if (from < to) {
      parts.push(
        Buffer.isBuffer(piece)
          ? piece.subarray(from, to)
          : { path: piece.path, offset: piece.offset + from, length: to - from },
      );
    }
    at += piece.length;
  }
  return parts;
}

async function writePieces(response: Response, pieces: readonly Piece[]): Promise<void> {
  response.setTimeout(SEND_TIMEOUT_MS, () => response.destroy());
  const file = new OneOpenFile();
  try {
    for (const piece of pieces) {
      if (Buffer.isBuffer(piece)) await write(response, piece);
      else for await (const bytes of file.read(piece)) await write(response, bytes);
      if (response.destroyed) return;
    }
    response.end();
  } catch {
    response.destroy();
  } finally {
    await file.close();
  }
}

/** Pieces of the same file follow each other: it is opened once for all of them. */
class OneOpenFile {
  #path = '';
  #handle: FileHandle | null = null;

  /** Rejects when the file ends early. */
  async *read({ path, offset, length }: FilePiece): AsyncGenerator<Buffer> {
    if (this.#handle === null || path !== this.#path) {
      await this.close();
      this.#handle = await open(path, 'r');
      this.#path = path;
    }
    for (let done = 0; done < length; ) {
      const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, length - done));
      const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, offset + done);
      if (bytesRead === 0) throw new Error('The file ended early.');
      done += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close();
  }
}

/** Resolves when more may be written; rejects when nobody is left to write to. */
async function write(response: Response, bytes: Buffer): Promise<void> {
  if (response.destroyed) throw new Error('The client is gone.');
  if (response.write(bytes)) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}
