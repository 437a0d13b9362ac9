/**
 * Appends lines to the files of the stored chat, once a second and never at the expense of the chat: what the
 * disk does not take waits. When it is written, beside reading and tidying, is `chat-store.ts`.
 */
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';

/** What a crash may cost. Each write opens a file, so it is the number of writes that counts. */
const WRITE_EVERY_MS = 1_000;
/** Lines that wait for a disk that does not take them; more are lost, and said to be. */
const MAX_WAITING_LINES = 20_000;
/** Files known to end with a whole line. */
const MAX_WHOLE = 10_000;

export interface ChatWriterOptions {
  readonly folder: string;
  readonly log: Logger;
  /** It is time for `flush()`. */
  readonly onDue: () => void;
}

/** What was added to a file, by its path within the folder. */
export interface Written {
  readonly file: string;
  readonly bytes: number;
}

export class ChatWriter {
  readonly #options: ChatWriterOptions;
  readonly #waiting = new Map<string, string[]>();
  readonly #whole = new Set<string>();
  #waitingLines = 0;
  #lostLines = 0;
  /** Said once, not every second. */
  #isFailing = false;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(options: ChatWriterOptions) {
    this.#options = options;
  }

  /** @param file within the folder; made, with its own folder, when there is none */
  add(file: string, line: string): void {
    if (this.#waitingLines >= MAX_WAITING_LINES) {
      this.#lostLines++;
      return;
    }
    const lines = this.#waiting.get(file);
    if (lines === undefined) this.#waiting.set(file, [line]);
    else lines.push(line);
    this.#waitingLines++;
    this.#writeSoon();
  }

  /** Writes what waits, as far as the disk takes it. Not to be called twice at a time. Never rejects. */
  async flush(): Promise<readonly Written[]> {
    const written: Written[] = [];
    for (const [file, lines] of [...this.#waiting]) {
      this.#waiting.delete(file);
      try {
        written.push({ file, bytes: await this.#append(file, lines) });
        this.#waitingLines -= lines.length;
      } catch (error) {
        this.#waiting.set(file, [...lines, ...(this.#waiting.get(file) ?? [])]);
        this.#failed(error);
        return written;
      }
    }
    this.#worked();
    return written;
  }

  /** No more `onDue`. What still waits is for a last `flush()`. Idempotent. */
  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #append(file: string, lines: readonly string[]): Promise<number> {
    const path = join(this.#options.folder, file);
    const isWhole = this.#whole.delete(file);
    if (!isWhole) await mkdir(dirname(path), { recursive: true });
    // A crash, or a full disk, may have left half a line at the end.
    const text = `${isWhole ? '' : '\n'}${lines.join('\n')}\n`;
    await appendFile(path, text);
    if (this.#whole.size >= MAX_WHOLE) this.#whole.clear();
    this.#whole.add(file);
    return Buffer.byteLength(text);
  }

  #writeSoon(): void {
    if (this.#isClosed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#options.onDue();
    }, WRITE_EVERY_MS);
  }

  #failed(error: unknown): void {
    if (!this.#isFailing) this.#options.log.error({ err: error }, 'chat could not be stored; it is tried again');
    this.#isFailing = true;
    this.#writeSoon();
  }

  #worked(): void {
    if (this.#lostLines > 0) this.#options.log.error({ lines: this.#lostLines }, 'some chat was not stored');
    this.#lostLines = 0;
    this.#isFailing = false;
  }
}
