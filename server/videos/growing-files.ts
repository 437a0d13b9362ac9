/** What the library has to know of files that others bring in: recordings, which lie elsewhere and may still grow. */

export interface GrowingFiles {
  /**
   * How many bytes of this file may be read now, or null when it is not being written. Bytes before that length stay as
   * they are until the file is finished; the length never goes back, and is 0 while nothing can be played yet.
   */
  safeLength(name: string): number | null;
}

export interface RecordedFile {
  /** As the library lists it: unique, without a folder, with a video's extension. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** Who may not replay this camera does not see the file. */
  readonly camera: string;
}

/** Implemented by the recorder. A file of the library's own folder goes before a recorded one of the same name. */
export interface RecordedFiles extends GrowingFiles {
  /** Every finished and growing file. */
  files(): Promise<readonly RecordedFile[]>;
  find(name: string): RecordedFile | null;
  /** Removes a finished file and what is known of it. */
  remove(name: string): Promise<void>;
}

/** For a library beside which nothing is recorded. */
export const NOTHING_RECORDED: RecordedFiles = {
  safeLength: () => null,
  files: async () => [],
  find: () => null,
  remove: async () => {},
};
