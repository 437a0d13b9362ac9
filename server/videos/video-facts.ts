/** What is known of the library's files, and the finding out: each file is looked into once, and again when it changed. */
import type { Logger } from 'pino';
import { sleep } from '../abort.ts';
import { RelayError } from '../errors.ts';
import type { MediaFiles } from '../ffmpeg/media-files.ts';
import { FactsCache, type Finding } from './facts-cache.ts';
import type { VideoEntry } from './video-folder.ts';

/** How long a list waits for files that have not been read yet; it shows those that take longer as `reading`. */
const PATIENCE_MS = 3_000;
/** A growing file is looked into no more often. */
const GROWING_MS = 10_000;

/** The library owns one and closes it. */
export class VideoFacts {
  readonly #media: Pick<MediaFiles, 'probe'>;
  readonly #cache: FactsCache;
  readonly #looking = new Map<string, Promise<Finding>>();
  readonly #growing = new Map<string, { readonly finding: Finding; readonly atMs: number }>();
  readonly #closing = new AbortController();

  /** @param path of the file that keeps what is known */
  constructor({ media, path, log }: { media: Pick<MediaFiles, 'probe'>; path: string; log: Logger }) {
    this.#media = media;
    this.#cache = new FactsCache(path, log);
  }

  /** Reads what an earlier run wrote. Never throws. */
  load(): Promise<void> {
    return this.#cache.load();
  }

  /** Forgets every other file: they may go without our doing. A folder that is empty of a sudden is more likely on a disk that is not there. */
  keepOnly(entries: readonly VideoEntry[]): void {
    if (entries.length === 0) return;
    this.#cache.keepOnly(new Set(entries.map(({ name }) => name)));
    const growing = new Set(entries.filter((entry) => entry.growing).map(({ name }) => name));
    for (const name of this.#growing.keys()) if (!growing.has(name)) this.#growing.delete(name);
  }

  /** What was found before, if that still holds. */
  known({ name, version, growing }: VideoEntry): Finding | undefined {
    return growing ? this.#growing.get(name)?.finding : this.#cache.get(name, version);
  }

  /** Resolves when all are known, or when it takes too long; it goes on then. */
  async lookInto(entries: readonly VideoEntry[]): Promise<void> {
    const looks = entries.map((entry) => this.look(entry).catch(() => {}));
    const enough = new AbortController();
    const stop = () => enough.abort();
    this.#closing.signal.addEventListener('abort', stop);
    await Promise.race([Promise.all(looks), sleep(PATIENCE_MS, enough.signal)]);
    this.#closing.signal.removeEventListener('abort', stop);
    enough.abort();
  }

  /** @throws RelayError `ffmpeg-missing`, `going-away`, for which there is another time */
  async look(entry: VideoEntry): Promise<Finding> {
    const { name, version, growing, path } = entry;
    const known = this.known(entry);
    const isFresh = !growing || (this.#growing.get(name)?.atMs ?? 0) > Date.now() - GROWING_MS;
    if (known !== undefined && isFresh) return known;
    const key = `${version} ${name}`;
    const underWay = this.#looking.get(key);
    if (underWay !== undefined) return underWay;
    const looking = this.#find(path)
      .then((finding) => {
        // What has just begun may be nothing yet.
        if (growing && 'facts' in finding) this.#growing.set(name, { finding, atMs: Date.now() });
        else if (!growing) this.#cache.set(name, version, finding);
        return finding;
      })
      .finally(() => this.#looking.delete(key));
    this.#looking.set(key, looking);
    return looking;
  }

  async #find(path: string): Promise<Finding> {
    try {
      return { facts: await this.#media.probe(path) };
    } catch (error) {
      if (error instanceof RelayError && error.code === 'not-a-video') return { broken: error.message };
      throw error;
    }
  }

  forget(name: string): void {
    this.#cache.delete(name);
    this.#growing.delete(name);
  }

  /** Once nothing is looked into any more, which whoever owns `media` ends. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled([...this.#looking.values()]);
    await this.#cache.close();
  }
}
