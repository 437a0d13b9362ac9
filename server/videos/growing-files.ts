/** What the library has to know of files that the recorder writes: which still grow, and whose they are. */

export interface GrowingFiles {
  /**
   * How many bytes of this file may be read now, or null when it is not being written. Bytes before that length stay as
   * they are until the file is finished; the length never goes back, and is 0 while nothing can be played yet.
   */
  safeLength(name: string): number | null;
}

/** Of the recordings that are shown in the library's folder too. */
export interface RecordedFiles extends GrowingFiles {
  /** Resolves when what an earlier run left behind is known, or takes too long: before, its files may be unfinished. */
  known?(): Promise<void>;
  /** The camera of a recording; who may not replay that does not see the file. Null for any other file. */
  cameraOf(name: string): string | null;
  /** A file was removed from the library's folder by a person: a recording goes with it. Never rejects. */
  removed?(name: string): Promise<void>;
}

/** For a library in which nothing is recorded. */
export const NOTHING_RECORDED: RecordedFiles = { safeLength: () => null, cameraOf: () => null };
