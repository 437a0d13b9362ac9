/**
 * Uploads into the library over tus 1.0, one after the other: they go on while the viewer is elsewhere on the page, and
 * what a reload interrupted goes on when the same file is chosen again. The only file that knows tus-js-client.
 */
import { DetailedError, defaultOptions, type PreviousUpload, Upload } from 'tus-js-client';
import { relayUrl } from '../relay-url.ts';
import { type ApiError, errorOf } from './api.ts';
import {
  isForgotten,
  isSameFile,
  mayRetry,
  RETRY_DELAYS_MS,
  remainingMs,
  type Sample,
  withSample,
} from './upload-policy.ts';

/** `unfinished`: begun before the page was loaded; it takes the file again. `checking`: all sent, being looked into. */
export type UploadState = 'waiting' | 'sending' | 'paused' | 'retrying' | 'checking' | 'done' | 'failed' | 'unfinished';

export interface UploadItem {
  readonly id: number;
  readonly name: string;
  readonly sizeBytes: number;
  readonly sentBytes: number;
  readonly state: UploadState;
  /** Null while it is not known. */
  readonly remainingMs: number | null;
  /** Why it failed; `other-file`: a file was chosen that is not the one that was begun. */
  readonly error: unknown | 'other-file' | null;
  /** Its name in the library, once it is done. */
  readonly videoName: string | null;
}

interface Entry {
  item: UploadItem;
  file: File | null;
  upload: Upload | null;
  previous: PreviousUpload | null;
  samples: readonly Sample[];
}

const NAME_HEADER = 'Video-Name';
const storage = () => defaultOptions.urlStorage;

export class UploadQueue {
  readonly #entries: Entry[] = [];
  readonly #listeners = new Set<() => void>();
  #lastId = 0;
  #begun = false;

  get items(): readonly UploadItem[] {
    return this.#entries.map(({ item }) => item);
  }

  /** Calls back after each change, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Looks once for what an earlier page left unfinished. Never rejects. */
  async begin(): Promise<void> {
    if (this.#begun) return;
    this.#begun = true;
    window.addEventListener('beforeunload', (event) => {
      if (this.#entries.some(({ item }) => item.state === 'sending')) event.preventDefault();
    });
    try {
      for (const previous of await storage().findAllUploads()) await this.#addUnfinished(previous);
    } catch {
      // Storage is forbidden: nothing was remembered either.
    }
  }

  /** Begins files, or goes on with those that were begun before. */
  add(files: Iterable<File>): void {
    for (const file of files) {
      const unfinished = this.#entries.find(
        ({ item }) => item.state === 'unfinished' && isSameFile(file, { name: item.name, sizeBytes: item.sizeBytes }),
      );
      if (unfinished !== undefined) this.#goOn(unfinished, file);
      else this.#entries.push(this.#entryFor(file.name, file.size, { file, state: 'waiting' }));
    }
    this.#next();
  }

  /** Goes on with an unfinished one, if this is its file. */
  addTo(id: number, file: File): void {
    const entry = this.#entry(id);
    if (entry === null) return;
    const { name, sizeBytes } = entry.item;
    if (isSameFile(file, { name, sizeBytes })) this.#goOn(entry, file);
    else this.#change(entry, { error: 'other-file' });
    this.#next();
  }

  pause(id: number): void {
    const entry = this.#entry(id);
    if (entry === null) return;
    this.#change(entry, { state: 'paused', remainingMs: null });
    void entry.upload?.abort();
    this.#next();
  }

  resume(id: number): void {
    const entry = this.#entry(id);
    if (entry === null) return;
    this.#change(entry, { state: 'waiting', error: null });
    this.#next();
  }

  /** Takes it off the list; one that is not finished is removed from the relay as well. */
  async remove(id: number): Promise<void> {
    const entry = this.#entry(id);
    if (entry === null) return;
    this.#entries.splice(this.#entries.indexOf(entry), 1);
    this.#tell();
    this.#next();
    if (entry.item.state === 'done') return;
    // Where the relay cannot be asked it removes the rest itself when its time is over.
    await entry.upload?.abort(true).catch(() => {});
    const url = entry.upload?.url ?? entry.previous?.uploadUrl ?? null;
    if (entry.upload === null && url !== null) await Upload.terminate(url, {}).catch(() => {});
    await this.#forget(entry);
  }

  #entry(id: number): Entry | null {
    return this.#entries.find(({ item }) => item.id === id) ?? null;
  }

  #entryFor(name: string, sizeBytes: number, given: { file: File | null; state: UploadState }): Entry {
    const { file, state } = given;
    const id = ++this.#lastId;
    const item = { id, name, sizeBytes, state, sentBytes: 0, remainingMs: null, error: null, videoName: null };
    return { item, file, upload: null, previous: null, samples: [] };
  }

  async #addUnfinished(previous: PreviousUpload): Promise<void> {
    const { metadata, size, uploadUrl, urlStorageKey } = previous;
    const name = metadata.filename;
    if (name === undefined || size === null || uploadUrl === null) return;
    const offset = await offsetOf(uploadUrl);
    if (offset === 'gone') {
      await storage().removeUpload(urlStorageKey);
      return;
    }
    const taken = this.#entries.some(({ item }) => item.name === name && item.sizeBytes === size);
    if (taken) return;
    const entry = this.#entryFor(name, size, { file: null, state: 'unfinished' });
    entry.previous = previous;
    entry.item = { ...entry.item, sentBytes: offset };
    this.#entries.push(entry);
    this.#tell();
  }

  #goOn(entry: Entry, file: File): void {
    entry.file = file;
    this.#change(entry, { state: 'waiting', error: null });
  }

  /** One at a time: the line is the same for all. */
  #next(): void {
    this.#tell();
    const busy = this.#entries.some(({ item }) => ['sending', 'retrying', 'checking'].includes(item.state));
    const entry = busy ? undefined : this.#entries.find(({ item }) => item.state === 'waiting');
    if (entry !== undefined) void this.#send(entry);
  }

  async #send(entry: Entry): Promise<void> {
    const { file } = entry;
    if (file === null) return;
    entry.samples = [];
    this.#change(entry, { state: 'sending', error: null });
    if (entry.upload === null) {
      const upload = this.#uploadOf(entry, file);
      entry.upload = upload;
      const [known] = await upload.findPreviousUploads().catch(() => []);
      const previous = entry.previous ?? known ?? null;
      entry.previous = previous;
      if (previous !== null) upload.resumeFromPreviousUpload(previous);
      // Paused or removed meanwhile.
      if (this.#entry(entry.item.id)?.item.state !== 'sending') return;
    }
    entry.upload.start();
  }

  #uploadOf(entry: Entry, file: File): Upload {
    return new Upload(file, {
      endpoint: relayUrl('api/uploads').href,
      metadata: { filename: file.name, filetype: file.type },
      retryDelays: [...RETRY_DELAYS_MS],
      removeFingerprintOnSuccess: true,
      onProgress: (sentBytes, totalBytes) => this.#onProgress(entry, sentBytes, totalBytes),
      onAfterResponse: (_request, response) => {
        const name = response.getHeader(NAME_HEADER);
        if (name) this.#change(entry, { videoName: decodeURIComponent(name) });
      },
      onShouldRetry: (error) => {
        const retries = mayRetry(statusOf(error));
        if (retries && entry.item.state !== 'paused') this.#change(entry, { state: 'retrying', remainingMs: null });
        return retries;
      },
      onSuccess: () => {
        this.#change(entry, { state: 'done', sentBytes: file.size, remainingMs: null });
        this.#next();
      },
      onError: (error) => {
        const failure = apiErrorOf(error);
        if (isForgotten(failure.status)) {
          void this.#forget(entry);
          entry.upload = null;
          entry.previous = null;
        }
        this.#change(entry, { state: 'failed', error: failure, remainingMs: null });
        this.#next();
      },
    });
  }

  #onProgress(entry: Entry, sentBytes: number, sizeBytes: number): void {
    if (entry.item.state === 'paused') return;
    entry.samples = withSample(entry.samples, { atMs: Date.now(), bytes: sentBytes });
    const state = sentBytes >= sizeBytes ? 'checking' : 'sending';
    this.#change(entry, { state, sentBytes, remainingMs: remainingMs(entry.samples, sizeBytes) });
  }

  async #forget({ upload, previous }: Entry): Promise<void> {
    const known = (await upload?.findPreviousUploads().catch(() => [])) ?? [];
    for (const { urlStorageKey } of previous === null ? known : [previous, ...known]) {
      await storage()
        .removeUpload(urlStorageKey)
        .catch(() => {});
    }
  }

  #change(entry: Entry, change: Partial<UploadItem>): void {
    entry.item = { ...entry.item, ...change };
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** The page's uploads; they live as long as it does. */
export const uploads = new UploadQueue();

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
