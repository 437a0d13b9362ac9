/**
 * One file's way to the relay over tus 1.0, and what the browser remembers of those that did not arrive. Which goes when
 * is `upload-queue.ts`. The only file that knows tus-js-client.
 */
import { DetailedError, defaultOptions, type PreviousUpload, Upload } from 'tus-js-client';
import { relayUrl } from '../relay-url.ts';
import { type ApiError, errorOf } from './api.ts';
import { isForgotten, mayRetry, RETRY_DELAYS_MS } from './upload-policy.ts';

export interface TusUploadOptions {
  readonly onProgress: (sentBytes: number, totalBytes: number) => void;
  /** The relay told the name under which it keeps the file. */
  readonly onNamed: (name: string) => void;
  /** The connection was lost; it goes on by itself. */
  readonly onRetrying: () => void;
  readonly onDone: () => void;
  /** It does not go on by itself. `isForgotten`: nor from where it was, for the relay no longer knows it. */
  readonly onFailed: (error: ApiError, isForgotten: boolean) => void;
}

/** An upload that an earlier page began and the relay still has a part of. */
export interface UnfinishedUpload {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sentBytes: number;
  /** What the browser keeps of it. */
  readonly previous: PreviousUpload;
}

const NAME_HEADER = 'Video-Name';
const storage = () => defaultOptions.urlStorage;

/** Its owner ends it by `pause` or `remove`, or awaits `onDone` or `onFailed`. */
export class TusUpload {
  readonly #upload: Upload;
  #previous: PreviousUpload | null;
  #looking: Promise<void> | null = null;
  #sending = false;

  /** @param previous what an earlier page began with this file, where that is known */
  constructor(file: File, previous: PreviousUpload | null, options: TusUploadOptions) {
    this.#previous = previous;
    this.#upload = new Upload(file, {
      endpoint: relayUrl('api/uploads').href,
      metadata: { filename: file.name, filetype: file.type },
      retryDelays: [...RETRY_DELAYS_MS],
      removeFingerprintOnSuccess: true,
      onProgress: options.onProgress,
      onAfterResponse: (_request, response) => {
        const name = response.getHeader(NAME_HEADER);
        if (name) options.onNamed(decodeURIComponent(name));
      },
      onShouldRetry: (error) => {
        const retries = mayRetry(statusOf(error));
        if (retries) options.onRetrying();
        return retries;
      },
      onSuccess: options.onDone,
      onError: (error) => {
        this.#sending = false;
        const failure = apiErrorOf(error);
        const forgotten = isForgotten(failure.status);
        if (forgotten) void this.forget();
        options.onFailed(failure, forgotten);
      },
    });
  }

  /** Begins, or goes on from what the relay has. `isWanted` is asked after the browser's memory was. Never rejects. */
  async start(isWanted: () => boolean): Promise<void> {
    this.#looking ??= this.#resumeFromKnown();
    await this.#looking;
    // Paused and resumed meanwhile, it was started by the one before.
    if (this.#sending || !isWanted()) return;
    this.#sending = true;
    this.#upload.start();
  }

  /** `start` goes on. */
  pause(): void {
    this.#sending = false;
    void this.#upload.abort();
  }

  /** Removes what the relay has; where it cannot be asked it does so itself when the time is over. Never rejects. */
  async remove(): Promise<void> {
    await this.#upload.abort(true).catch(() => {});
    await this.forget();
  }

  async #resumeFromKnown(): Promise<void> {
    const [known] = await this.#upload.findPreviousUploads().catch(() => []);
    this.#previous ??= known ?? null;
    if (this.#previous !== null) this.#upload.resumeFromPreviousUpload(this.#previous);
  }

  /** A later page will not offer to go on. Never rejects. */
  async forget(): Promise<void> {
    const known = await this.#upload.findPreviousUploads().catch(() => []);
    for (const previous of this.#previous === null ? known : [this.#previous, ...known]) await forget(previous);
  }
}

/** What an earlier page left unfinished. Rejects where the browser forbids its storage: nothing was kept there either. */
export async function* unfinishedUploads(): AsyncGenerator<UnfinishedUpload> {
  for (const previous of await storage().findAllUploads()) {
    const { metadata, size, uploadUrl } = previous;
    const name = metadata.filename;
    if (name === undefined || size === null || uploadUrl === null) continue;
    const offset = await offsetOf(uploadUrl);
    if (offset === 'gone') await forget(previous);
    else yield { name, sizeBytes: size, sentBytes: offset, previous };
  }
}

/** Removes one of which there is no file at hand, here and at the relay. Never rejects. */
export async function removeUnfinished(previous: PreviousUpload): Promise<void> {
  if (previous.uploadUrl !== null) await Upload.terminate(previous.uploadUrl, {}).catch(() => {});
  await forget(previous);
}

async function forget({ urlStorageKey }: PreviousUpload): Promise<void> {
  await storage()
    .removeUpload(urlStorageKey)
    .catch(() => {});
}

/** How much the relay has of an upload. */
async function offsetOf(url: string): Promise<number | 'gone'> {
  try {
    const response = await fetch(url, { method: 'HEAD', headers: { 'Tus-Resumable': '1.0.0' }, cache: 'no-store' });
    if (response.status === 404 || response.status === 410) return 'gone';
    return Number(response.headers.get('Upload-Offset') ?? 0);
  } catch {
    return 0;
  }
}

function statusOf(error: Error): number {
  return error instanceof DetailedError ? (error.originalResponse?.getStatus() ?? 0) : 0;
}

function apiErrorOf(error: Error): ApiError {
  const body = error instanceof DetailedError ? (error.originalResponse?.getBody() ?? '') : '';
  return errorOf(statusOf(error), body);
}
