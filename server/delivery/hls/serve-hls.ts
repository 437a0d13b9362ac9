/** HLS over HTTP: one request for one of the files in `/live/:camera/`. What is in them is `hls-output.ts`. */
import type { Request, Response } from 'express';
import type { Camera } from '../../camera/camera.ts';
import { RelayError } from '../../errors.ts';
import { isKnown, rangeApplies } from '../../http-semantics/preconditions.ts';
import { readOneRange } from '../../http-semantics/range.ts';
import { type Body, type Content, openBody } from './content.ts';
import { type HlsFile, readFileName } from './file-names.ts';
import type { HlsOutputs } from './hls-outputs.ts';
import { multivariantPlaylist } from './playlist.ts';
import { reloadQuery } from './reload-query.ts';
import { renditionsOf, variantsOf } from './variants.ts';

type Headers = Readonly<Record<string, string>>;

const PLAYLIST: Headers = { 'Content-Type': 'application/vnd.apple.mpegurl', 'Cache-Control': 'no-cache' };
/** Names never mean other bytes. */
const MEDIA: Headers = { 'Cache-Control': 'max-age=31536000, immutable', 'Accept-Ranges': 'bytes' };
const INIT: Headers = { 'Cache-Control': 'max-age=60', 'Accept-Ranges': 'bytes' };
const MEDIA_TYPE = { fmp4: 'video/mp4', ts: 'video/mp2t' } as const;

/** A consumer that takes nothing for so long is gone. */
const SEND_TIMEOUT_MS = 30_000;

export interface HlsRequest {
  readonly camera: Camera;
  /** The path's last part. */
  readonly file: string;
  readonly query: URLSearchParams;
  /** Anybody may have it, so that caches on the way may keep it. */
  readonly isPublic: boolean;
  /** Pure: a playlist as this client needs it. */
  readonly forClient: (playlist: string) => string;
}

/**
 * Answers GET, and HEAD without starting anything.
 * @throws RelayError `no-such-page`, `bad-request`, or why the camera cannot be shown. Resolves when the answer is
 * handed over, or the client has left.
 */
export async function serveHls(
  exchange: { request: Request; response: Response },
  { camera, file: name, query, isPublic, forClient }: HlsRequest,
  outputs: HlsOutputs,
): Promise<void> {
  const { request, response } = exchange;
  const file = readFileName(name);
  if (file === null || ('start' in file && file.start !== outputs.start)) throw gone();
  if ('rendition' in file && file.rendition.stream === 'sub' && !camera.hasSub) throw gone();
  const left = new AbortController();
  response.once('close', () => left.abort());
  try {
    if (file.kind === 'multivariant' || file.kind === 'media') {
      const isHead = request.method === 'HEAD';
      const text = await playlistText(file, { camera, query, isHead }, outputs, left.signal);
      sendPlaylist(response, text === null ? null : forClient(text));
    } else {
      await sendMedia(exchange, file, { camera, name, isPublic }, outputs, left.signal);
    }
  } catch (error) {
    // Nobody is there to hear of it.
    if (!left.signal.aborted) throw error;
  }
}

async function playlistText(
  file: HlsFile & { kind: 'multivariant' | 'media' },
  { camera, query, isHead }: { camera: Camera; query: URLSearchParams; isHead: boolean },
  outputs: HlsOutputs,
  signal: AbortSignal,
): Promise<string | null> {
  if (file.kind === 'media') {
    const reload = reloadQuery(query);
    // A profile that does not exist shows here; nothing is started.
    const output = outputs.of(camera, file.rendition);
    return isHead ? null : output.playlist(reload, signal);
  }
  const wanted = renditionsOf(camera, query);
  if (isHead) return null;
  return multivariantPlaylist(await variantsOf(camera, wanted, outputs, signal));
}

function sendPlaylist(response: Response, text: string | null): void {
  if (text === null) {
    response.writeHead(200, PLAYLIST).end();
    return;
  }
  const body = Buffer.from(text);
  response.writeHead(200, { ...PLAYLIST, 'Content-Length': body.length }).end(body);
}

async function sendMedia(
  { request, response }: { request: Request; response: Response },
  file: HlsFile & { kind: 'init' | 'segment' | 'part' },
  { camera, name, isPublic }: { camera: Camera; name: string; isPublic: boolean },
  outputs: HlsOutputs,
  signal: AbortSignal,
): Promise<void> {
  const output = outputs.of(camera, file.rendition);
  let contents: readonly Content[] | null;
  if (file.kind === 'init') {
    const bytes = output.init(file.init);
    contents = bytes === null ? null : [bytes];
  } else if (file.kind === 'segment') {
    contents = output.segment(file.sequence);
  } else {
    const bytes = await output.part(file.sequence, file.part, signal);
    contents = bytes === null ? null : [bytes];
  }
  const body = contents === null ? null : await openBody(contents);
  if (body === null) throw gone();
  const type = MEDIA_TYPE[file.rendition.container];
  await sendBody(request, response, body, {
    ...keptBy(isPublic, file.kind === 'init' ? INIT : MEDIA),
    'Content-Type': file.kind === 'init' ? MEDIA_TYPE.fmp4 : type,
    ETag: `"${name}"`,
  });
}

/** Pure: what not everybody may have is for the client's own cache alone (RFC 9111 section 5.2.2.7). */
function keptBy(isPublic: boolean, headers: Headers): Headers {
  return isPublic ? headers : { ...headers, 'Cache-Control': `private, ${headers['Cache-Control']}` };
}

async function sendBody(request: Request, response: Response, body: Body, headers: Headers): Promise<void> {
  if (response.destroyed) return body.close();
  const { sizeBytes } = body;
  const validators = { etag: headers.ETag! };
  const isHead = request.method === 'HEAD';
  const known = isKnown(request.headers, validators);
  const mayRange = !known && !isHead && rangeApplies(request.headers, validators);
  const range = mayRange ? readOneRange(request.headers.range, sizeBytes) : 'whole';
  if (known || isHead || range === 'unsatisfiable') {
    await body.close();
    if (known) response.writeHead(304, headers).end();
    else if (isHead) response.writeHead(200, { ...headers, 'Content-Length': sizeBytes }).end();
    else response.writeHead(416, { 'Content-Range': `bytes */${sizeBytes}`, 'Content-Length': 0 }).end();
    return;
  }
  const [start, end] = range === 'whole' ? [0, sizeBytes] : [range.first, range.last + 1];
  const part = range === 'whole' ? {} : { 'Content-Range': `bytes ${start}-${end - 1}/${sizeBytes}` };
  response.writeHead(range === 'whole' ? 200 : 206, { ...headers, ...part, 'Content-Length': end - start });
  response.setTimeout(SEND_TIMEOUT_MS, () => response.destroy());
  await body.send(response, start, end);
}

function gone(): RelayError {
  return new RelayError('no-such-page', 'There is no such file of this camera, or no longer.');
}
