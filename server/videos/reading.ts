/** What it is to read a file of the library: who may, how it is opened, what is sent. */
import type { ServedFile } from './serve-file.ts';
import type { VideoEntry } from './video-folder.ts';

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
