/**
 * Resumable upload into the library: tus 1.0, spoken by @tus/server. What may begin is decided by `upload-policy.ts`,
 * what lies on disk meanwhile is `upload-store.ts`; here the two meet, and finished uploads become videos.
 */
import { copyFile, mkdir, open, rename, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Server, type Upload } from '@tus/server';
import type { Logger } from 'pino';
import { RelayError } from '../errors.ts';
import type { MediaFiles } from '../ffmpeg/media-files.ts';
import { freeBytes } from './disk-space.ts';
import { isIndexBehindMedia } from './moov-position.ts';
import { admitUpload, nameFor, type UploadLimits } from './upload-policy.ts';
import { savedName, UploadStore } from './upload-store.ts';
import { extensionOf, nameForUpload, numbered } from './video-name.ts';

export interface UploadsOptions extends UploadLimits {
  readonly expiryMs: number;
  /** Of unfinished uploads; made when one begins. */
  readonly folder: string;
  readonly library: { readonly path: string; bytes(): Promise<number> };
  readonly media: Pick<MediaFiles, 'probe' | 'repack'>;
  /** An error as the problem document that clients get. */
  readonly problemText: (error: RelayError) => string;
  readonly log: Logger;
}

const PATH = '/api/uploads';
/** A client that sends nothing for so long is gone; what it sent is kept. */
const STALLED_MS = 60_000;
const EXPIRY_CHECK_MS = 600_000;
/** Namesakes that are told apart by a number. */
const MAX_NAMESAKES = 9_999;
/** Tells the client under which name the video is kept; percent-encoded. */
const NAME_HEADER = 'Video-Name';

/** tus, with errors of ours as problem documents. */
class TusServer extends Server {
  override write(...[context, headers, status, body = '']: Parameters<Server['write']>): ReturnType<Server['write']> {
    if (status >= 400 && body.startsWith('{')) headers.set('Content-Type', 'application/problem+json');
    return super.write(context, headers, status, body);
  }
}

/** The relay owns one and closes it together with ffmpeg's adapter. */
export class Uploads {
  readonly #options: UploadsOptions;
  readonly #store: UploadStore;
  readonly #tus: TusServer;
  readonly #finishing = new Map<string, Promise<string>>();
  readonly #expiryTimer: NodeJS.Timeout;

  constructor(options: UploadsOptions) {
    this.#options = options;
    this.#store = new UploadStore(options.folder, options.expiryMs);
    this.#tus = new TusServer({
      path: PATH,
      datastore: this.#store,
      maxSize: options.maxBytes,
      // Relative to the request's own URL: what stands before it is a reverse proxy's business.
      generateUrl: (request, { id }) => (new URL(request.url).pathname.endsWith('/') ? id : `uploads/${id}`),
      allowedOrigins: () => false,
      onIncomingRequest: async ({ method }, id) => {
        if (method === 'HEAD') await this.#finishComplete(id);
      },
      onUploadCreate: (_request, upload) => this.#admit(upload),
      onUploadFinish: async (_request, upload) => {
        const name = await this.#finishOnce(upload);
        return { headers: { [NAME_HEADER]: encodeURIComponent(name) } };
      },
      onResponseError: (_request, error) => this.#problem(error),
    });
    const everyMs = Math.min(options.expiryMs, EXPIRY_CHECK_MS);
    this.#expiryTimer = setInterval(() => void this.#expire(), everyMs);
    this.#expiryTimer.unref();
  }

  /** Finishes what an earlier run had all bytes of, in the background. Never throws. */
  async load(): Promise<void> {
    await this.#expire();
    const complete = await this.#store.load().catch(() => []);
    for (const upload of complete) void this.#finishOnce(upload).catch(() => {});
  }

  /** Answers a request under `/api/uploads`. Resolves when it is answered. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET') throw new RelayError('method-not-allowed', 'Finished uploads are among the videos.');
    request.setTimeout(STALLED_MS, () => request.destroy());
    // Then it is our turn, and a large file takes its time.
    request.once('end', () => request.setTimeout(0));
    await this.#tus.handle(request, response);
  }

  /** Awaits what is being finished, which ends with ffmpeg's adapter at the latest. Idempotent. */
  async close(): Promise<void> {
    clearInterval(this.#expiryTimer);
    await Promise.allSettled([...this.#finishing.values()]);
  }

  /** Takes the room for an upload, or refuses it. */
  async #admit(upload: Upload): Promise<{ metadata: Record<string, string | null> }> {
    const { folder, library } = this.#options;
    await mkdir(folder, { recursive: true });
    const [usedBytes, free] = await Promise.all([library.bytes(), freeBytes(folder)]);
    const metadata = upload.metadata ?? {};
    const declared = { sizeBytes: upload.size, filename: metadata.filename, filetype: metadata.filetype };
    const { pendingBytes, pendingUploads } = this.#store;
    const room = { usedBytes, pendingBytes, pendingUploads, freeBytes: free };
    const filename = admitUpload(declared, this.#options, room);
    this.#store.reserve(upload.id, upload.size ?? 0);
    // Nothing else that the client may say of it is kept.
    return { metadata: { filename, filetype: metadata.filetype ?? '' } };
  }

  /** A client whose every byte is here takes that for the end: it is not told so before the video is kept. */
  async #finishComplete(id: string): Promise<void> {
    const upload = await this.#store.getUpload(id).catch(() => null);
    if (upload !== null && upload.offset === upload.size) await this.#finishOnce(upload);
  }

  #finishOnce(upload: Upload): Promise<string> {
    const underWay = this.#finishing.get(upload.id);
    if (underWay !== undefined) return underWay;
    const finishing = this.#finish(upload).finally(() => this.#finishing.delete(upload.id));
    this.#finishing.set(upload.id, finishing);
    return finishing;
  }

  /** @throws RelayError `not-a-video`: the upload is gone then; or what kept it from being looked into: it stays */
  async #finish(upload: Upload): Promise<string> {
    const { log, media, library } = this.#options;
    const saved = savedName(upload);
    if (saved !== null) return saved;
    const path = this.#store.pathOf(upload.id);
    const declaredName = nameForUpload(upload.metadata?.filename ?? '') ?? 'video.mp4';
    try {
      const { container, video } = await media.probe(path);
      const wanted = nameFor(container, declaredName);
      const ready = await this.#seekable(path, { isQuickTime: extensionOf(wanted) === 'mov', codec: video.codec });
      await mkdir(library.path, { recursive: true });
      const name = await moveInto(library.path, wanted, ready);
      await rm(path, { force: true });
      await this.#store.finish(upload, name);
      log.info({ video: name, bytes: upload.size }, 'video uploaded');
      return name;
    } catch (error) {
      if (error instanceof RelayError && error.code === 'not-a-video') {
        await this.#store.remove(upload.id).catch(() => {});
        log.info({ upload: upload.id, name: declaredName }, 'an upload was no video and is removed');
      } else if (!(error instanceof RelayError)) {
        log.error({ err: error, upload: upload.id }, 'an upload could not be finished');
      }
      throw error;
    }
  }

  /** The path of the same video with its index in front; the file itself where that is so, or where it cannot be done. */
  async #seekable(path: string, { isQuickTime, codec }: { isQuickTime: boolean; codec: string }): Promise<string> {
    if (!(await isIndexBehindMedia(path))) return path;
    const output = `${path}.faststart`;
    const format = isQuickTime ? 'mov' : 'mp4';
    try {
      await this.#options.media.repack(path, { output, format, audio: 'copy', hevc: codec === 'hevc' });
      return output;
    } catch (error) {
      if (!(error instanceof RelayError) || error.code !== 'not-a-video') throw error;
      this.#options.log.warn({ path }, 'an uploaded video cannot be repacked and is kept as it came');
      return path;
    }
  }

  async #expire(): Promise<void> {
    try {
      const removed = await this.#store.deleteExpired();
      if (removed > 0) this.#options.log.info({ removed }, 'unfinished uploads expired');
    } catch (error) {
      this.#options.log.warn({ err: error }, 'expired uploads could not be removed');
    }
  }

  /** The errors of tus that we have a better word for. */
  #ours(error: unknown): RelayError | null {
    const status = typeof error === 'object' && error !== null && 'status_code' in error ? error.status_code : 0;
    if (status === 413) {
      return new RelayError(
        'upload-too-big',
        `Allowed are ${this.#options.maxBytes} bytes, and no more than declared.`,
      );
    }
    // Deferred lengths and joined uploads are extensions of tus that are not offered.
    return status === 501 ? new RelayError('bad-request', 'The upload must declare its length.') : null;
  }

  #problem(error: unknown): { status_code: number; body: string } | undefined {
    const relayError = error instanceof Error ? RelayError.from(error) : this.#ours(error);
    if (relayError === null) return undefined;
    if (relayError.code === 'internal') this.#options.log.error({ err: error }, 'an upload failed');
    return { status_code: relayError.status, body: this.#options.problemText(relayError) };
  }
}

/** Moves a file into a folder without ever replacing one; returns the name that it got. */
async function moveInto(folder: string, wanted: string, from: string): Promise<string> {
  for (let number = 1; number <= MAX_NAMESAKES; number++) {
    const name = number === 1 ? wanted : numbered(wanted, number);
    const target = join(folder, name);
    try {
      // Takes the name; what is moved then replaces this alone.
      await (await open(target, 'wx')).close();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw error;
    }
    try {
      await moveOver(from, target, join(folder, `.${name}.part`));
      return name;
    } catch (error) {
      await rm(target, { force: true });
      throw error;
    }
  }
  throw new RelayError('quota-reached', 'There are too many videos of this name.');
}

/** Between two file systems nothing can be moved, only copied. */
async function moveOver(from: string, target: string, beside: string): Promise<void> {
  try {
    await rename(from, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    try {
      await copyFile(from, beside);
      await rename(beside, target);
    } finally {
      await rm(beside, { force: true });
    }
    await rm(from, { force: true });
  }
}
