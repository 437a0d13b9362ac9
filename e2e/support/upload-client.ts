/** tus 1.0 by hand, for what no client library would do: break off, declare wrongly, come from another site. */
import { randomBytes } from 'node:crypto';
import { appendFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { type Answer, ask } from './range-client.ts';
import { makeVideo } from './video-folder.ts';

const TUS = { 'Tus-Resumable': '1.0.0' };

export interface Declared {
  readonly filename?: string;
  readonly filetype?: string;
  readonly length?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks the relay at `base` for an upload. */
export function createUpload(base: string, { filename, filetype, length, headers = {} }: Declared): Promise<Answer> {
  const metadata = Object.entries({ filename, filetype })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${Buffer.from(value!).toString('base64')}`);
  return ask(`${base}/api/uploads`, {
    method: 'POST',
    headers: {
      ...TUS,
      ...(length === undefined ? { 'Upload-Defer-Length': '1' } : { 'Upload-Length': String(length) }),
      ...(metadata.length === 0 ? {} : { 'Upload-Metadata': metadata.join(',') }),
      ...headers,
    },
  });
}

/** Where an upload that was created is. */
export function uploadUrl(base: string, created: Answer): string {
  return new URL(created.headers.location ?? '', `${base}/api/uploads`).href;
}

/** How many bytes of an upload the relay has. */
export async function offsetOf(url: string): Promise<{ status: number; offset: number }> {
  const { status, headers } = await ask(url, { method: 'HEAD', headers: TUS });
  return { status, offset: Number(headers['upload-offset'] ?? Number.NaN) };
}

/** Sends bytes from an offset on. */
export function sendUpload(
  url: string,
  offset: number,
  body: Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const type = { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(offset) };
  return ask(url, { method: 'PATCH', headers: { ...TUS, ...type, ...headers }, body });
}

/** Begins to send all of `body`, and breaks off in the middle. Resolves when the connection is gone. */
export function breakOff(url: string, body: Buffer, afterBytes: number): Promise<void> {
  return new Promise((resolve) => {
    const outgoing = request(url, {
      method: 'PATCH',
      headers: {
        ...TUS,
        'Content-Type': 'application/offset+octet-stream',
        'Upload-Offset': '0',
        'Content-Length': String(body.length),
      },
    });
    outgoing.on('error', () => resolve());
    outgoing.on('close', () => resolve());
    // What stands in our own buffers would be lost with the connection: some time for the relay to take it.
    outgoing.write(body.subarray(0, afterBytes), () => setTimeout(() => outgoing.destroy(), 300));
  });
}

/** A video of about so many bytes whose index stands in front, so that it is kept as it comes. */
export async function makeLargeVideo(path: string, sizeBytes: number): Promise<void> {
  await makeVideo(path, { seconds: 2, options: ['-movflags', '+faststart'] });
  const piece = 1_048_576;
  // Boxes that mean nothing may stand at the end of every MP4.
  for (let written = 0; written < sizeBytes; written += piece) {
    const box = randomBytes(piece);
    box.writeUInt32BE(piece, 0);
    box.write('free', 4, 'latin1');
    await appendFile(path, box);
  }
}

/** A video whose index stands behind its media, as cameras and ffmpeg write it. */
export async function makeVideoWithIndexBehind(path: string): Promise<void> {
  await makeVideo(path, { seconds: 1, options: path.endsWith('.mp4') ? [] : ['-f', 'mp4'] });
}

export async function makeLetter(path: string): Promise<void> {
  await writeFile(path, 'Dear camera, '.repeat(1_000));
}
