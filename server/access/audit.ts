/** Writes down who saw, shared and changed what, from where: lines of JSON in a file that is rotated. */
import { appendFile, mkdir, open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { AuditEntry } from '../protocol.ts';

/** Then the file becomes `audit.1.jsonl`, and so on; the last is gone. */
const MAX_FILE_BYTES = 10_485_760;
const KEPT_FILES = 4;
const MAX_WAITING = 5_000;
/** Of the newest file; the page shows no more. */
const MAX_READ_BYTES = 1_048_576;
/** Who goes on watching is written down once in this time. */
const SAW_AGAIN_MS = 600_000;
const MAX_SEEN = 10_000;
/** What people write themselves, paths and names, must not fill the file. */
const MAX_CHARACTERS = 200;

export class AccessAudit {
  readonly #folder: string;
  readonly #log: Logger;
  readonly #seen = new Map<string, number>();
  #waiting = 0;
  /** The file is known to end with a whole line. */
  #isWhole = false;
  #work: Promise<void> = Promise.resolve();

  constructor(dataDir: string, log: Logger) {
    this.#folder = join(dataDir, 'access');
    this.#log = log;
  }

  /** @param entry holds no secret: paths without their query */
  record(whole: Omit<AuditEntry, 'at'>): void {
    const entry = shortened(whole);
    this.#log.info({ audit: entry }, `access: ${entry.what}`);
    if (this.#waiting >= MAX_WAITING) return;
    this.#waiting++;
    const json = `${JSON.stringify({ at: new Date().toISOString(), ...entry })}\n`;
    this.#work = this.#work
      .then(() => this.#write(json))
      .catch((error) => this.#log.error({ err: error }, 'the access audit could not be written'))
      .finally(() => this.#waiting--);
  }

  /** As `record`, but for what goes on: the first time, and then every ten minutes. */
  recordSight(whole: Omit<AuditEntry, 'at'>): void {
    const entry = shortened(whole);
    const key = `${entry.who} ${entry.address} ${entry.what} ${entry.camera} ${entry.detail}`;
    const nowMs = Date.now();
    if (nowMs - (this.#seen.get(key) ?? 0) < SAW_AGAIN_MS) return;
    this.#seen.delete(key);
    this.#seen.set(key, nowMs);
    if (this.#seen.size > MAX_SEEN) this.#seen.delete(this.#seen.keys().next().value!);
    this.record(entry);
  }

  /** The latest entries, newest first. */
  async latest(count: number): Promise<AuditEntry[]> {
    await this.#work;
    const entries = (await this.#tail()).split('\n').flatMap(readLine);
    return entries.slice(-count).reverse();
  }

  /** Resolves when all is written. Idempotent. */
  close(): Promise<void> {
    return this.#work;
  }

  async #tail(): Promise<string> {
    const file = await open(join(this.#folder, 'audit.jsonl'), 'r').catch(() => null);
    if (file === null) return '';
    try {
      const { size } = await file.stat();
      const from = Math.max(0, size - MAX_READ_BYTES);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  }

  async #write(json: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const file = join(this.#folder, 'audit.jsonl');
    const size = await stat(file).then(
      (found) => found.size,
      () => 0,
    );
    if (size === 0) this.#isWhole = true;
    if (size > MAX_FILE_BYTES) await this.#rotate(file);
    // A crash may have left half a line at the end.
    await appendFile(file, this.#isWhole ? json : `\n${json}`, { mode: 0o600 });
    this.#isWhole = true;
  }

  async #rotate(file: string): Promise<void> {
    const older = (n: number) => join(this.#folder, `audit.${n}.jsonl`);
    for (let n = KEPT_FILES - 1; n >= 1; n--) await rename(older(n), older(n + 1)).catch(() => {});
    await rename(file, older(1));
  }
}

/** Pure: the entry of a line; none for what a crash, or the place where reading began, has cut. */
function readLine(line: string): AuditEntry[] {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null && 'at' in entry ? [entry as AuditEntry] : [];
  } catch {
    return [];
  }
}

/** Pure. */
function shortened(entry: Omit<AuditEntry, 'at'>): Omit<AuditEntry, 'at'> {
  const short = Object.entries(entry).map(([key, text]) => [key, text.slice(0, MAX_CHARACTERS)]);
  return Object.fromEntries(short) as Omit<AuditEntry, 'at'>;
}
