/**
 * A file open for reading, by its descriptor. Node's own `FileHandle` costs as much processor time per request as the
 * reading of 100 KB does.
 */
import { type BigIntStats, closeSync, fstatSync, open } from 'node:fs';
import { promisify } from 'node:util';

const openDescriptor = promisify(open);

export class OpenFile {
  readonly fd: number;
  #isClosed = false;

  private constructor(fd: number) {
    this.fd = fd;
  }

  /** Whoever opens it closes it. Rejects with the system's own error. */
  static async open(path: string, flags: number | string = 'r'): Promise<OpenFile> {
    return new OpenFile(await openDescriptor(path, flags));
  }

  /** Of a file that is open the kernel knows this without asking the disk. */
  stat(): BigIntStats {
    return fstatSync(this.fd, { bigint: true });
  }

  /** Nothing may be reading any more. Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // What was opened for reading has nothing to write back.
    closeSync(this.fd);
  }
}
