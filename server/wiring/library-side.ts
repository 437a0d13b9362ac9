/** The side of what is kept: recordings, the video library that shows them too, and uploads into it. */
import { join, resolve } from 'node:path';
import type { CameraRegistry } from '../camera/camera-registry.ts';
import type { Mp4Cameras } from '../delivery/fmp4/mp4-cameras.ts';
import type { Ffmpeg } from '../ffmpeg/ffmpeg.ts';
import { MediaFiles } from '../ffmpeg/media-files.ts';
import { problemOf } from '../http/problem.ts';
import { readFileName } from '../videos/recording/file-names.ts';
import { Recordings } from '../videos/recording/recordings.ts';
import { RequestedRecordings } from '../videos/recording/requested-recordings.ts';
import { Uploads } from '../videos/uploads.ts';
import { VideoLibrary } from '../videos/video-library.ts';
import type { Ground } from './ground.ts';

export interface LibrarySources {
  readonly cameras: CameraRegistry;
  readonly mp4: Mp4Cameras;
  readonly ffmpeg: Ffmpeg;
}

export class LibrarySide {
  readonly recordings: Recordings;
  readonly videos: VideoLibrary;
  readonly uploads: Uploads;

  constructor({ config, log }: Ground, { cameras, mp4, ffmpeg }: LibrarySources) {
    const { dataDir } = config;
    const videosDir = resolve(config.videos.path ?? join(dataDir, 'videos'));
    const media = new MediaFiles(ffmpeg, config.ffmpeg.path);
    this.recordings = new Recordings({
      cameras,
      mp4,
      rules: Object.fromEntries(Object.entries(config.cameras).map(([id, { record }]) => [id, record])),
      config: config.recording,
      folder: resolve(dataDir, config.recording.path),
      libraryFolder: videosDir,
      library: () => this.videos,
      playerChunkBytes: config.videos.playerChunkBytes,
      requested: new RequestedRecordings(join(dataDir, 'recordings-asked-for.json'), log),
      log,
    });
    const recorded = {
      known: () => this.recordings.known(),
      safeLength: (name: string) => this.recordings.safeLength(name),
      cameraOf: (name: string) => readFileName(name)?.camera ?? null,
      removed: (name: string) => this.recordings.remove(name),
    };
    this.videos = new VideoLibrary({ ...config.videos, path: videosDir, dataDir, media, recorded, log });
    this.uploads = new Uploads({
      ...config.videos.upload,
      folder: join(dataDir, 'uploads'),
      library: this.videos,
      media,
      problemText: (error) => JSON.stringify(problemOf(error)),
      log,
    });
  }

  async load(): Promise<void> {
    await Promise.all([this.videos.load(), this.uploads.load()]);
  }

  /** After the recordings have been ended. Idempotent. */
  async close(): Promise<void> {
    await Promise.all([this.videos.close(), this.uploads.close()]);
  }
}
