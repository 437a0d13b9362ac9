/** What pictures are made with, as far as delivery knows it: `relay.ts` hands in the one that runs ffmpeg. */
import type { RelayError } from '../../errors.ts';

export interface PictureSeriesRequest {
  /** Camera id, for log lines. */
  readonly camera: string;
  /** Null: as wide as the video. Never wider than that. */
  readonly width: number | null;
  /** Pictures per second of the clock on the wall. */
  readonly fps: number;
  readonly onPicture: (jpeg: Buffer) => void;
  /** Called at most once, and not after `close()`. */
  readonly onFailed: (error: RelayError) => void;
}

export interface PictureSeries {
  /** An init segment first, then its fragments, the first one beginning with a keyframe. */
  write(mp4: Buffer): void;
  /** Written and not yet taken. */
  readonly backlogBytes: number;
  /** Idempotent. */
  close(): void;
}

export interface PictureCoder {
  /**
   * The first picture of a fragmented MP4 as JPEG.
   * @throws RelayError
   */
  decode(mp4: Buffer, options: { camera: string; width: number | null }): Promise<Buffer>;
  /** Pictures at a steady rate until `close()`, by the caller, who owns it. */
  series(request: PictureSeriesRequest): PictureSeries;
}
