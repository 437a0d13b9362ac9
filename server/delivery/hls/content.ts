/** What a segment or part is made of: bytes in memory, or a piece of a file; and how it is sent. */
import { type FileHandle, open } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface FilePiece {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

export type Content = Buffer | FilePiece;

/** Bytes that are there to be sent. `close` it unless it was sent. */
export interface Body {
  readonly sizeBytes: number;
  /** Sends the bytes from `start` up to before `end` and ends the stream; never rejects: who left, left. */
  send(to: Writable, start: number, end: number): Promise<void>;
  close(): Promise<void>;
}

/** Null when the file is no more. All pieces are of one file, one behind the other. */
export async function openBody(contents: readonly Content[]): Promise<Body | null> {
  const sizeBytes = contents.reduce((sum, { length }) => sum + length, 0);
  const buffers = contents.filter((content) => Buffer.isBuffer(content));
  const first = contents[0];
  if (buffers.length === contents.length || first === undefined || Buffer.isBuffer(first)) {
    return {
      sizeBytes,
      send: async (to, start, end) => sendBuffers(to, slice(buffers, start, end)),
      close: async () => {},
    };
  }
  const handle = await open(first.path).catch(() => null);
  if (handle === null) return null;
  return {
    sizeBytes,
    send: (to, start, end) => sendFile(to, handle, first.offset + start, first.offset + end),
    close: () => handle.close(),
  };
}

/** All in one go: they are in memory anyway, and shared by everyone who fetches them. */
function sendBuffers(to: Writable, buffers: readonly Buffer[]): void {
  to.cork();
  for (const buffer of buffers) to.write(buffer);
  to.end();
  to.uncork();
}

async function sendFile(to: Writable, handle: FileHandle, start: number, end: number): Promise<void> {
  // The stream closes the file, whichever way it ends.
  await pipeline(handle.createReadStream({ start, end: end - 1 }), to).catch(() => to.destroy());
}

/** Pure. */
function slice(buffers: readonly Buffer[], start: number, end: number): Buffer[] {
  const out: Buffer[] = [];
  let at = 0;
  for (const buffer of buffers) {
    const from = Math.max(0, start - at);
    const to = Math.min(buffer.length, end - at);
    if (from < to) out.push(buffer.subarray(from, to));
    at += buffer.length;
  }
  return out;
}
