/** Writes down what moderators and the room's own rules did to whom: a line in the log and one in `audit.jsonl`. */
import { appendFile, mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';

/** Then the file becomes `audit.1.jsonl`, and the one that was called that is gone. */
const MAX_FILE_BYTES = 10_485_760;
const MAX_WAITING = 1_000;

export interface AuditLine {
  readonly room: string;
  /** `mute`, `unmute`, `remove`, `delete`, `slow`, `close`, `open`, `word`. */
  readonly action: string;
  /** Who did it; null for the room's own rules. */
  readonly by: { readonly id: string; readonly name: string; readonly address: string } | null;
  readonly target?: { readonly id: string; readonly name: string };
  readonly messageId?: string;
  readonly seconds?: number;
  /** What was said; in the file only. */
  readonly text?: string;
}

export class Audit {
  readonly #folder: string;
  readonly #log: Logger;
  #waiting = 0;
  #work: Promise<void> = Promise.resolve();

  constructor(folder: string, log: Logger) {
    this.#folder = folder;
    this.#log = log;
  }

  record(line: AuditLine): void {
    const { text, ...told } = line;
    this.#log.info({ audit: told }, `chat moderation: ${line.action}`);
    if (this.#waiting >= MAX_WAITING) return;
    this.#waiting++;
    const json = `${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`;
    this.#work = this.#work
      .then(() => this.#write(json))
      .catch((error) => this.#log.error({ err: error }, 'the chat audit could not be written'))
      .finally(() => this.#waiting--);
  }

  /** Resolves when all is written. Idempotent. */
  close(): Promise<void> {
    return this.#work;
  }

  async #write(json: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const file = join(this.#folder, 'audit.jsonl');
    const size = await stat(file).then(
      (found) => found.size,
      () => 0,
    );
    if (size > MAX_FILE_BYTES) await rename(file, join(this.#folder, 'audit.1.jsonl'));
    await appendFile(file, json);
  }
}
