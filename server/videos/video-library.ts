/**
 * The video library: what is in it, what is known of each file, and who is reading it. Files are found by
 * `video-folder.ts`, sent by `serve-file.ts`, brought in by `uploads.ts` and the recorder.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { sleep } from '../abort.ts';
import { RelayError } from '../errors.ts';
import type { MediaFacts, MediaFiles } from '../ffmpeg/media-files.ts';
import type { VideoFile, VideosAnswer } from '../protocol.ts';
import { DerivedFiles } from './derived-files.ts';
import { FactsCache, type Finding } from './facts-cache.ts';
import { NOTHING_RECORDED, type RecordedFiles } from './growing-files.ts';
import { playability } from './playability.ts';
import type { ServedFile, ServeLimits } from './serve-file.ts';
import { type OpenVideo, type VideoEntry, VideoFolder } from './video-folder.ts';
import { contentType, disposition } from './video-name.ts';
import { select, type VideosQuery } from './video-query.ts';

export interface VideoLibraryOptions extends ServeLimits {
  /** Folder of the library. */
  readonly path: string;
  readonly dataDir: string;
  readonly remuxCacheBytes: number;
  readonly media: MediaFiles;
  readonly recorded?: RecordedFiles;
  readonly log: Logger;
}

/** Which entries whoever asks may know of: recordings belong to cameras. */
export type MaySee = (entry: { readonly camera: string | null }) => boolean;

export interface OpenOptions {
  readonly maySee: MaySee;
  /** A growing file, or one that grew, as it was at this length. */
  readonly lengthBytes?: number | null;
  /** The browser is to save it rather than to show it. */
  readonly download?: boolean;
}

/** A file with what HTTP says of it. `close()`, which is idempotent, when it has been sent. */
export interface Reading {
  readonly entry: VideoEntry;
  readonly file: ServedFile;
  close(): void;
}

/** How long a list waits for files that have not been read yet; those that take longer are `reading`. */
const LIST_PATIENCE_MS = 3_000;
/** A growing file is looked into no more often. */
const GROWING_FACTS_MS = 10_000;
const MAX_THUMBNAIL_BYTES = 1_073_741_824;
const THUMBNAIL_WIDTH_PX = 320;

/** The relay owns one and closes it together with ffmpeg's adapter. */
export class VideoLibrary {
  readonly limits: ServeLimits;
  readonly #options: VideoLibraryOptions;
  readonly #folder: VideoFolder;
  readonly #facts: FactsCache;
  readonly #thumbnails: DerivedFiles;
  readonly #remuxed: DerivedFiles;
  readonly #looking = new Map<string, Promise<Finding>>();
  readonly #growing = new Map<string, { readonly finding: Finding; readonly atMs: number }>();
  readonly #readers = new Map<string, number>();
  readonly #closing = new AbortController();

  constructor(options: VideoLibraryOptions) {
    const { path, dataDir, remuxCacheBytes, recorded = NOTHING_RECORDED, maxRateBps, playerChunkBytes, log } = options;
    this.#options = options;
    this.limits = { maxRateBps, playerChunkBytes };
    this.#folder = new VideoFolder(path, recorded);
    this.#facts = new FactsCache(join(dataDir, 'video-facts.json'), log);
    const derived = { log, maxBytes: MAX_THUMBNAIL_BYTES };
    this.#thumbnails = new DerivedFiles({ ...derived, folder: join(dataDir, 'thumbnails'), extension: '.jpg' });
    const remuxed = { log, maxBytes: remuxCacheBytes, folder: join(dataDir, 'remuxed'), extension: '.mp4' };
    this.#remuxed = new DerivedFiles(remuxed);
  }

  get path(): string {
    return this.#folder.path;
  }

  /** Makes the folder, so that files can be dropped into it, and reads what is known. Never throws. */
  async load(): Promise<void> {
    await this.#facts.load();
    await mkdir(this.path, { recursive: true }).catch((error) => {
      this.#options.log.warn({ err: error, path: this.path }, 'the folder of the video library cannot be made');
    });
  }

  /** One page. Files that have not been read yet are read now, and waited for a little. */
  async list(query: VideosQuery, maySee: MaySee): Promise<VideosAnswer> {
    const entries = await this.#folder.entries();
    this.#forgetAllBut(entries);
    const all = entries.filter(maySee);
    if (query.sort === 'duration') await this.#lookInto(all);
    const known = all.map((entry) => {
      return { ...entry, durationMs: durationOf(this.#known(entry)) };
    });
    const found = select(known, query);
    const page = found.slice(query.offset, query.offset + query.limit);
    await this.#lookInto(page);
    const end = query.offset + page.length;
    return {
      videos: page.map((entry) => describe(entry, this.#known(entry))),
      total: found.length,
      totalBytes: found.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      offset: query.offset,
      limit: query.limit,
      next: end < found.length ? end : null,
    };
  }

  /** @throws RelayError `no-such-video` */
  async describe(name: string, maySee: MaySee): Promise<VideoFile> {
    const entry = await this.#seen(name, maySee);
    await this.#lookInto([entry]);
    return describe(entry, this.#known(entry));
  }

  /**
   * The name of the video that changed last.
   * @throws RelayError `no-such-video` when there is none
   */
  async newest(maySee: MaySee): Promise<string> {
    const entries = (await this.#folder.entries()).filter((entry) => maySee(entry) && entry.sizeBytes > 0);
    const newest = entries.reduce<VideoEntry | null>(
      (best, entry) => (best === null || entry.modifiedMs > best.modifiedMs ? entry : best),
      null,
    );
    if (newest === null) throw new RelayError('no-such-video', 'There is no video yet.');
    return newest.name;
  }

  /**
   * Opens a file to be sent as it is. Of a growing one without a length it is as long as can be read now.
   * @throws RelayError `no-such-video`, also for a length that the file does not have
   */
  async open(name: string, { maySee, lengthBytes = null, download = false }: OpenOptions): Promise<Reading> {
    const video = await this.#folder.open(name);
    const sizeBytes = lengthBytes ?? video.sizeBytes;
    if (!maySee(video) || sizeBytes > video.sizeBytes) {
      video.handle.close();
      throw new RelayError('no-such-video', 'There is no video of this name and length.');
    }
    return this.#reading(video, {
      handle: video.handle,
      sizeBytes,
      // The bytes at a length are others while the file grows than when it is finished: the recorder fills in its head.
      etag: lengthBytes === null && !video.growing ? `"${video.version}"` : `"${video.version}-${sizeBytes}"`,
      lastModifiedMs: video.growing ? null : video.modifiedMs,
      contentType: contentType(name) ?? 'application/octet-stream',
      headers: { 'Content-Disposition': disposition(download ? 'attachment' : 'inline', name) },
    });
  }

  /**
   * Opens a file repacked as MP4; the first to ask waits until that is done. One that a browser plays as it is comes as
   * it is.
   * @throws RelayError `no-such-video`, `not-a-video`, `not-playable` which says why, `ffmpeg-missing`, `going-away`
   */
  async openForBrowser(name: string, options: OpenOptions): Promise<Reading> {
    const entry = await this.#seen(name, options.maySee);
    const finding = await this.#look(entry);
    if ('broken' in finding) throw new RelayError('not-a-video', finding.broken);
    const how = playability(finding.facts);
    if (how.kind === 'no') throw new RelayError('not-playable', how.reason);
    if (how.kind === 'direct' || entry.growing) return this.open(name, options);
    const hevc = finding.facts.video.codec === 'hevc';
    const handle = await this.#remuxed.open(name, entry.version, (output) =>
      this.#whileReading(name, () =>
        this.#options.media.repack(entry.path, { output, format: 'mp4', audio: how.audio, hevc }),
      ),
    );
    const stats = handle.stat();
    const mp4Name = `${name.replace(/\.[^.]+$/, '')}.mp4`;
    return this.#reading(
      { ...entry, handle },
      {
        handle,
        sizeBytes: Number(stats.size),
        etag: `"r${entry.version}-${stats.size.toString(36)}-${stats.mtimeNs.toString(36)}"`,
        lastModifiedMs: Number(stats.mtimeMs),
        contentType: 'video/mp4',
        headers: { 'Content-Disposition': disposition(options.download ? 'attachment' : 'inline', mp4Name) },
      },
    );
  }

  /**
   * Opens the file's first picture.
   * @throws RelayError `no-such-video`, `not-a-video`, `ffmpeg-missing`, `going-away`
   */
  async openThumbnail(name: string, maySee: MaySee): Promise<Reading> {
    const entry = await this.#seen(name, maySee);
    const known = this.#known(entry);
    if (known !== undefined && 'broken' in known) throw new RelayError('not-a-video', known.broken);
    const handle = await this.#thumbnails.open(name, entry.version, async (output) => {
      await writeFile(output, await this.#options.media.picture(entry.path, THUMBNAIL_WIDTH_PX));
    });
    const stats = handle.stat();
    const file = {
      handle,
      sizeBytes: Number(stats.size),
      etag: `"t${entry.version}-${stats.mtimeNs.toString(36)}"`,
      lastModifiedMs: Number(stats.mtimeMs),
      contentType: 'image/jpeg',
    };
    return { entry, file, close: () => handle.close() };
  }

  /**
   * What is needed to decide about a deletion.
   * @throws RelayError `no-such-video`
   */
  async validators(name: string, maySee: MaySee): Promise<{ etag: string; lastModifiedMs: number }> {
    const { version, modifiedMs } = await this.#seen(name, maySee);
    return { etag: `"${version}"`, lastModifiedMs: modifiedMs };
  }

  /**
   * Removes a file and all that was made of it. Downloads under way end as they began, where the system allows that.
   * @throws RelayError `no-such-video`, `being-recorded`
   */
  async remove(name: string, maySee: MaySee): Promise<void> {
    await this.#seen(name, maySee);
    await this.#folder.remove(name);
    await Promise.all([this.forget(name), this.#options.recorded?.removed?.(name)]);
  }

  /** Drops what was made of a file that is gone. For whoever removes files past this library. */
  async forget(name: string): Promise<void> {
    this.#facts.delete(name);
    this.#growing.delete(name);
    await Promise.all([this.#thumbnails.forget(name), this.#remuxed.forget(name)]);
  }

  /** Whether somebody is being sent the file just now. */
  isBeingRead(name: string): boolean {
    return this.#readers.has(name);
  }

  /** Bytes of the library's folder. */
  async bytes(): Promise<number> {
    const entries = await this.#folder.entries();
    return entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /** Awaits what ffmpeg makes for it, which the end of ffmpeg's adapter cuts short. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#options.media.close();
    await Promise.allSettled([...this.#looking.values()]);
    await Promise.all([this.#facts.close(), this.#thumbnails.close(), this.#remuxed.close()]);
  }

  async #seen(name: string, maySee: MaySee): Promise<VideoEntry> {
    const entry = await this.#folder.entry(name);
    if (!maySee(entry)) throw new RelayError('no-such-video', 'There is no video of this name.');
    return entry;
  }

  #reading(video: OpenVideo, file: ServedFile): Reading {
    const { handle, ...entry } = video;
    this.#count(entry.name, 1);
    let isOpen = true;
    return {
      entry,
      file,
      close: () => {
        if (isOpen) this.#count(entry.name, -1);
        isOpen = false;
        handle.close();
      },
    };
  }

  async #whileReading(name: string, work: () => Promise<void>): Promise<void> {
    this.#count(name, 1);
    try {
      await work();
    } finally {
      this.#count(name, -1);
    }
  }

  #count(name: string, change: 1 | -1): void {
    const readers = (this.#readers.get(name) ?? 0) + change;
    if (readers > 0) this.#readers.set(name, readers);
    else this.#readers.delete(name);
  }

  /** Files may go without our doing. A folder that is empty of a sudden is more likely on a disk that is not there. */
  #forgetAllBut(entries: readonly VideoEntry[]): void {
    if (entries.length === 0) return;
    this.#facts.keepOnly(new Set(entries.map(({ name }) => name)));
    const growing = new Set(entries.filter((entry) => entry.growing).map(({ name }) => name));
    for (const name of this.#growing.keys()) if (!growing.has(name)) this.#growing.delete(name);
  }

  #known({ name, version, growing }: VideoEntry): Finding | undefined {
    return growing ? this.#growing.get(name)?.finding : this.#facts.get(name, version);
  }

  /** Resolves when all are known, or when it takes too long; it goes on then. */
  async #lookInto(entries: readonly VideoEntry[]): Promise<void> {
    const looks = entries.map((entry) => this.#look(entry).catch(() => {}));
    const enough = new AbortController();
    const stop = () => enough.abort();
    this.#closing.signal.addEventListener('abort', stop);
    await Promise.race([Promise.all(looks), sleep(LIST_PATIENCE_MS, enough.signal)]);
    this.#closing.signal.removeEventListener('abort', stop);
    enough.abort();
  }

  /** @throws RelayError `ffmpeg-missing`, `going-away`, for which there is another time */
  async #look(entry: VideoEntry): Promise<Finding> {
    const { name, version, growing, path } = entry;
    const known = this.#known(entry);
    const isFresh = !growing || (this.#growing.get(name)?.atMs ?? 0) > Date.now() - GROWING_FACTS_MS;
    if (known !== undefined && isFresh) return known;
    const key = `${version} ${name}`;
    const underWay = this.#looking.get(key);
    if (underWay !== undefined) return underWay;
    const looking = this.#find(path)
      .then((finding) => {
        if (growing) this.#growing.set(name, { finding, atMs: Date.now() });
        else this.#facts.set(name, version, finding);
        return finding;
      })
      .finally(() => this.#looking.delete(key));
    this.#looking.set(key, looking);
    return looking;
  }

  async #find(path: string): Promise<Finding> {
    try {
      return { facts: await this.#options.media.probe(path) };
    } catch (error) {
      if (error instanceof RelayError && error.code === 'not-a-video') return { broken: error.message };
      throw error;
    }
  }
}

function durationOf(finding: Finding | undefined): number | null {
  return finding !== undefined && 'facts' in finding ? finding.facts.durationMs : null;
}

/** Pure. */
function describe(entry: VideoEntry, finding: Finding | undefined): VideoFile {
  const { name, camera, growing, sizeBytes } = entry;
  const facts: MediaFacts | null = finding !== undefined && 'facts' in finding ? finding.facts : null;
  const broken = finding !== undefined && 'broken' in finding ? finding.broken : null;
  const how = facts === null ? null : playability(facts);
  const url = `video/${encodeURIComponent(name)}`;
  const isPlayable = how?.kind === 'direct' || how?.kind === 'remux';
  return {
    name,
    sizeBytes,
    modifiedAt: new Date(entry.modifiedMs).toISOString(),
    camera,
    growing,
    state: broken !== null ? 'broken' : facts === null ? 'reading' : 'ready',
    container: facts?.container ?? null,
    durationMs: facts?.durationMs ?? null,
    bitrate: facts?.bitrate ?? null,
    video: facts?.video ?? null,
    audio: facts?.audio ?? null,
    playable: how?.kind ?? (broken === null ? 'unknown' : 'no'),
    reason: how?.kind === 'no' ? how.reason : broken,
    url,
    playUrl: isPlayable ? (how.kind === 'remux' && !growing ? `${url}?as=mp4` : url) : null,
    thumbnail: `${url}/thumbnail.jpg`,
  };
}
