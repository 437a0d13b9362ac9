/**
 * The video library: what is in it, what is known of each file, and who is reading it. Files are found by
 * `video-folder.ts`, sent by `serve-file.ts`, brought in by `uploads.ts` and the recorder.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import { RelayError } from '../errors.ts';
import type { MediaFiles } from '../ffmpeg/media-files.ts';
import type { VideosAnswer } from '../protocol.ts';
import { DerivedFiles } from './derived-files.ts';
import { needRoom } from './disk-space.ts';
import { FileReaders } from './file-readers.ts';
import { NOTHING_RECORDED, type RecordedFiles } from './growing-files.ts';
import { playability } from './playability.ts';
import type { MaySee, OpenOptions, Reading } from './reading.ts';
import type { ServedFile, ServeLimits } from './serve-file.ts';
import { RESERVED_BYTES } from './upload-policy.ts';
import { describe, durationOf } from './video-description.ts';
import { VideoFacts } from './video-facts.ts';
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

const MAX_THUMBNAIL_BYTES = 1_073_741_824;
const THUMBNAIL_WIDTH_PX = 320;
const NO_ROOM_TO_REPACK = 'The disk has no room for the video repacked as MP4.';

/** The relay owns one and closes it together with ffmpeg's adapter. */
export class VideoLibrary {
  readonly limits: ServeLimits;
  readonly #options: VideoLibraryOptions;
  readonly #folder: VideoFolder;
  readonly #facts: VideoFacts;
  readonly #thumbnails: DerivedFiles;
  readonly #remuxed: DerivedFiles;
  readonly #readers = new FileReaders();

  constructor(options: VideoLibraryOptions) {
    const { path, dataDir, remuxCacheBytes, recorded = NOTHING_RECORDED, maxRateBps, playerChunkBytes, log } = options;
    this.#options = options;
    this.limits = { maxRateBps, playerChunkBytes };
    this.#folder = new VideoFolder(path, recorded);
    this.#facts = new VideoFacts({ media: options.media, path: join(dataDir, 'video-facts.json'), log });
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
    this.#facts.keepOnly(entries);
    const all = entries.filter(maySee);
    if (query.sort === 'duration') await this.#facts.lookInto(all);
    const known = all.map((entry) => {
      return { ...entry, durationMs: durationOf(this.#facts.known(entry)) };
    });
    const found = select(known, query);
    const page = found.slice(query.offset, query.offset + query.limit);
    await this.#facts.lookInto(page);
    const end = query.offset + page.length;
    return {
      videos: page.map((entry) => describe(entry, this.#facts.known(entry))),
      total: found.length,
      totalBytes: found.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      offset: query.offset,
      limit: query.limit,
      next: end < found.length ? end : null,
    };
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
   * @throws RelayError `no-such-video`, `not-a-video`, `not-playable` which says why, `quota-reached`,
   * `ffmpeg-missing`, `going-away`
   */
  async openForBrowser(name: string, options: OpenOptions): Promise<Reading> {
    const entry = await this.#seen(name, options.maySee);
    const finding = await this.#facts.look(entry);
    if ('broken' in finding) throw new RelayError('not-a-video', finding.broken);
    const how = playability(finding.facts);
    if (how.kind === 'no') throw new RelayError('not-playable', how.reason);
    if (how.kind === 'direct' || entry.growing) return this.open(name, options);
    const hevc = finding.facts.video.codec === 'hevc';
    const handle = await this.#remuxed.open(name, entry.version, (output) =>
      this.#readers.during(name, async () => {
        await needRoom(dirname(output), entry.sizeBytes + RESERVED_BYTES, NO_ROOM_TO_REPACK);
        await this.#options.media.repack(entry.path, { output, format: 'mp4', audio: how.audio, hevc });
      }),
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
    const known = this.#facts.known(entry);
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
    this.#facts.forget(name);
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
    this.#options.media.close();
    await Promise.all([this.#facts.close(), this.#thumbnails.close(), this.#remuxed.close()]);
  }

  async #seen(name: string, maySee: MaySee): Promise<VideoEntry> {
    const entry = await this.#folder.entry(name);
    if (!maySee(entry)) throw new RelayError('no-such-video', 'There is no video of this name.');
    return entry;
  }

  #reading(video: OpenVideo, file: ServedFile): Reading {
    const { handle, ...entry } = video;
    const end = this.#readers.begin(entry.name);
    return {
      entry,
      file,
      close: () => {
        end();
        handle.close();
      },
    };
  }
}
