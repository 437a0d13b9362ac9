/**
 * Uploads into the library, one after the other: they go on while the viewer is elsewhere on the page, and what a reload
 * interrupted goes on when the same file is chosen again. How one is sent is `tus-upload.ts`.
 */
import type { ApiError } from './api.ts';
import { removeUnfinished, TusUpload, type UnfinishedUpload, unfinishedUploads } from './tus-upload.ts';
import { isSameFile, remainingMs, type Sample, withSample } from './upload-policy.ts';

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
  upload: TusUpload | null;
  /** Of an earlier page. */
  begun: UnfinishedUpload | null;
  samples: readonly Sample[];
}

/** Its listeners are told after each change of `items`, whose entries are then new objects. */
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
      for await (const begun of unfinishedUploads()) this.#addUnfinished(begun);
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
    entry.upload?.pause();
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
    if (entry.upload !== null) await entry.upload.remove();
    else if (entry.begun !== null) await removeUnfinished(entry.begun.previous);
  }

  #entry(id: number): Entry | null {
    return this.#entries.find(({ item }) => item.id === id) ?? null;
  }

  #entryFor(name: string, sizeBytes: number, given: { file: File | null; state: UploadState }): Entry {
    const { file, state } = given;
    const id = ++this.#lastId;
    const item = { id, name, sizeBytes, state, sentBytes: 0, remainingMs: null, error: null, videoName: null };
    return { item, file, upload: null, begun: null, samples: [] };
  }

  #addUnfinished(begun: UnfinishedUpload): void {
    const { name, sizeBytes, sentBytes } = begun;
    const taken = this.#entries.some(({ item }) => item.name === name && item.sizeBytes === sizeBytes);
    if (taken) return;
    const entry = this.#entryFor(name, sizeBytes, { file: null, state: 'unfinished' });
    entry.begun = begun;
    entry.item = { ...entry.item, sentBytes };
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
    if (entry !== undefined) this.#send(entry);
  }

  #send(entry: Entry): void {
    const { file } = entry;
    if (file === null) return;
    entry.samples = [];
    this.#change(entry, { state: 'sending', error: null });
    entry.upload ??= this.#uploadOf(entry, file);
    // It may be paused or removed before it begins.
    void entry.upload.start(() => this.#entry(entry.item.id)?.item.state === 'sending');
  }

  #uploadOf(entry: Entry, file: File): TusUpload {
    return new TusUpload(file, entry.begun?.previous ?? null, {
      onProgress: (sentBytes, totalBytes) => this.#onProgress(entry, sentBytes, totalBytes),
      onNamed: (videoName) => this.#change(entry, { videoName }),
      onRetrying: () => {
        if (entry.item.state !== 'paused') this.#change(entry, { state: 'retrying', remainingMs: null });
      },
      onDone: () => {
        this.#change(entry, { state: 'done', sentBytes: file.size, remainingMs: null });
        this.#next();
      },
      onFailed: (error, isForgotten) => this.#onFailed(entry, error, isForgotten),
    });
  }

  #onFailed(entry: Entry, error: ApiError, isForgotten: boolean): void {
    if (isForgotten) {
      entry.upload = null;
      entry.begun = null;
    }
    this.#change(entry, { state: 'failed', error, remainingMs: null });
    this.#next();
  }

  #onProgress(entry: Entry, sentBytes: number, sizeBytes: number): void {
    if (entry.item.state === 'paused') return;
    entry.samples = withSample(entry.samples, { atMs: Date.now(), bytes: sentBytes });
    const state = sentBytes >= sizeBytes ? 'checking' : 'sending';
    this.#change(entry, { state, sentBytes, remainingMs: remainingMs(entry.samples, sizeBytes) });
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
