/** A file that a recording is written to. The seam at which tests put a disk that is full. */
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface OutputFile {
  /** Writes all of it at this place, or rejects. */
  write(bytes: Buffer, position: number): Promise<void>;
  /** Resolves when what was written so far would survive a power cut. */
  sync(): Promise<void>;
  truncate(bytes: number): Promise<void>;
  /** Closes it; resolves when its bytes have reached the disk. */
  close(): Promise<void>;
}

export type OpenOutput = (path: string) => Promise<OutputFile>;

/** A new file, with its folder; rejects with EEXIST when there is one of this name. */
export async function createOutput(path: string): Promise<OutputFile> {
  await mkdir(dirname(path), { recursive: true });
  const handle = await open(path, 'wx', 0o640);
  return {
    write: async (bytes, position) => {
      let done = 0;
      // A disk that becomes full takes the beginning and refuses only the rest.
      while (done < bytes.length) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
        done += bytesWritten;
      }
    },
    sync: () => handle.datasync(),
    truncate: (bytes) => handle.truncate(bytes),
    close: async () => {
      await handle.datasync().catch(() => {});
      await handle.close();
    },
  };
}
