/**
 * Keeps messages on disk, capped in age and size, and finds them again by stream time. Nobody waits for it: lines are
 * gathered and written behind the chat (`chat-writer.ts`). What a file looks like is `chat-files.ts`.
 */
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { RelayError } from '../errors.ts';
import type { ChatEntry, ChatMessagesAnswer } from '../protocol.ts';
import { dayFile, dayOf, dayOfFile, readEntries, readTail } from './chat-files.ts';
import { ChatWriter } from './chat-writer.ts';
import { entryId, RESUME_ENTRIES } from './history.ts';
import { ReadTurns } from './read-turns.ts';

/** Rooms of which more is known than their files; more of them are looked up again. */
const MAX_KNOWN_ROOMS = 10_000;
const TAIL_BYTES = 1_048_576;
const TAIL_FILES = 3;
const TIDY_EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;
const DELETED_FILE = 'deleted.txt';

export interface ChatStoreOptions {
  /** Created when something is written. */
  readonly folder: string;
  readonly days: number;
  readonly maxRoomBytes: number;
  readonly log: Logger;
}

export interface MessagesQuery {
  /** Stream time, Unix ms, inclusive. */
  readonly fromMs: number;
  /** Stream time, Unix ms, exclusive. */
  readonly toMs: number;
  readonly limit: number;
  /** From an earlier answer. */
  readonly cursor: string | null;
}

/** What is known of a room from before. */
export interface Recent {
  readonly entries: readonly ChatEntry[];
  /** The id after which nothing is missing in `entries`. */
  readonly completeAfter: string;
}

export class ChatStore {
  readonly #options: ChatStoreOptions;
  readonly #writer: ChatWriter;
  readonly #bytes = new Map<string, number>();
  readonly #deleted = new Map<string, Set<string>>();
  readonly #tidyTimer: NodeJS.Timeout;
  readonly #readers = new ReadTurns();
  /** Every access to the files but long reading, one after the other. */
  #work: Promise<unknown> = Promise.resolve();

  constructor(options: ChatStoreOptions) {
    this.#options = options;
    const { folder, log } = options;
    this.#writer = new ChatWriter({ folder, log, onDue: () => void this.#inTurn(() => this.#flush()) });
    this.#tidyTimer = setInterval(() => void this.tidy(Date.now()), TIDY_EVERY_MS);
    this.#tidyTimer.unref();
    void this.tidy(Date.now());
  }

  /** @param json the entry as JSON, where it is at hand */
  append(entry: ChatEntry, json: string = JSON.stringify(entry)): void {
    this.#writer.add(`${entry.room}/${dayFile(dayOf(entry.streamTimeMs))}`, json);
  }

  /** The message stays in its file, marked in another, and is not found any more. */
  delete(room: string, id: string): void {
    this.#deleted.get(room)?.add(id);
    this.#writer.add(`${room}/${DELETED_FILE}`, id);
  }

  /** The last messages of a room, ascending. */
  recent(room: string): Promise<Recent> {
    return this.#inTurn(async () => {
      await this.#flush();
      const deleted = await this.#deletedOf(room);
      const files = (await this.#dayFiles(room)).reverse();
      const found: ChatEntry[] = [];
      let complete = true;
      for (const [index, name] of files.entries()) {
        if (index === TAIL_FILES || found.length > RESUME_ENTRIES) {
          complete = false;
          break;
        }
        const { entries, whole } = await readTail(join(this.#options.folder, room, name), TAIL_BYTES);
        found.push(...entries);
        complete &&= whole;
      }
      found.sort(byId);
      const kept = found.slice(-RESUME_ENTRIES);
      const before = complete && kept.length === found.length ? entryId(0, 0) : kept[0]?.id;
      return {
        entries: kept.filter(({ id }) => !deleted.has(id)),
        completeAfter: before ?? entryId(Date.now(), 0),
      };
    });
  }

  /**
   * Messages of a period of stream time, ascending. Files are read beside what is written: nobody who speaks or joins
   * waits for who looks back.
   * @throws RelayError `overloaded`, `going-away`
   */
  read(room: string, query: MessagesQuery): Promise<ChatMessagesAnswer> {
    return this.#readers.run(async () => {
      const deleted = await this.#inTurn(async () => {
        await this.#flush();
        return this.#deletedOf(room);
      });
      const [fromDay, toDay] = [dayOf(query.fromMs), dayOf(query.toMs)];
      const files = (await this.#dayFiles(room)).filter((name) => {
        const day = dayOfFile(name)!;
        return day >= fromDay && day <= toDay;
      });
      let found: ChatEntry[] = [];
      for (const name of files) {
        for await (const entry of readEntries(join(this.#options.folder, room, name))) {
          if (this.#readers.isClosed) throw new RelayError('going-away');
          if (entry.streamTimeMs < query.fromMs || entry.streamTimeMs >= query.toMs || deleted.has(entry.id)) continue;
          if (query.cursor !== null && cursorOf(entry) <= query.cursor) continue;
          found.push(entry);
          if (found.length > query.limit * 4) found = firstOf(found, query.limit + 1);
        }
        // Files ascend in stream time: what is full after one of them stays full.
        if (found.length > query.limit) break;
      }
      const messages = firstOf(found, query.limit);
      return { room, messages, next: found.length > query.limit ? cursorOf(messages.at(-1)!) : null };
    });
  }

  /** Deletes days that are over age. */
  tidy(nowMs: number): Promise<void> {
    return this.#inTurn(async () => {
      const oldest = dayOf(nowMs - this.#options.days * DAY_MS);
      for (const room of await list(this.#options.folder)) {
        for (const name of await this.#dayFiles(room)) {
          if (dayOfFile(name)! < oldest) await this.#remove(room, name);
        }
      }
    }).catch((error) => this.#options.log.error({ err: error }, 'stored chat could not be tidied'));
  }

  /** Writes what waits. Idempotent. */
  async close(): Promise<void> {
    clearInterval(this.#tidyTimer);
    this.#readers.close();
    this.#writer.close();
    await this.#inTurn(() => this.#flush());
  }

  /** Writes what waits and keeps the rooms under their cap. Never rejects. */
  async #flush(): Promise<void> {
    for (const { file, bytes } of await this.#writer.flush()) {
      const room = file.slice(0, file.indexOf('/'));
      try {
        const before = this.#bytes.get(room);
        const size = before === undefined ? await this.#sizeOf(room) : before + bytes;
        remember(this.#bytes, room, size);
        if (size > this.#options.maxRoomBytes) await this.#shrink(room);
      } catch (error) {
        this.#options.log.error({ err: error, room }, 'stored chat could not be kept under its cap');
      }
    }
  }

  /** Deletes the oldest days until the rest fits; a last day that does not loses its older half. */
  async #shrink(room: string): Promise<void> {
    const files = await this.#dayFiles(room);
    while (files.length > 1 && this.#bytes.get(room)! > this.#options.maxRoomBytes) {
      await this.#remove(room, files.shift()!);
    }
    if (this.#bytes.get(room)! <= this.#options.maxRoomBytes || files[0] === undefined) return;
    const path = join(this.#options.folder, room, files[0]);
    const { entries } = await readTail(path, this.#options.maxRoomBytes / 2);
    await writeFile(`${path}.part`, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    await rename(`${path}.part`, path);
    this.#bytes.delete(room);
    this.#options.log.warn({ room }, 'stored chat reached its cap; the older half of the day is gone');
  }

  async #remove(room: string, name: string): Promise<void> {
    const path = join(this.#options.folder, room, name);
    const size = await stat(path).then(
      (found) => found.size,
      () => 0,
    );
    await rm(path, { force: true });
    const bytes = this.#bytes.get(room);
    if (bytes !== undefined) this.#bytes.set(room, bytes - size);
  }

  async #sizeOf(room: string): Promise<number> {
    let bytes = 0;
    for (const name of await this.#dayFiles(room)) bytes += (await stat(join(this.#options.folder, room, name))).size;
    return bytes;
  }

  async #deletedOf(room: string): Promise<Set<string>> {
    const known = this.#deleted.get(room);
    if (known !== undefined) return known;
    const text = await readFile(join(this.#options.folder, room, DELETED_FILE), 'utf8').catch(() => '');
    const ids = new Set(text.split('\n').filter((line) => line !== ''));
    remember(this.#deleted, room, ids);
    return ids;
  }

  /** Ascending. */
  async #dayFiles(room: string): Promise<string[]> {
    const names = await list(join(this.#options.folder, room));
    return names.filter((name) => dayOfFile(name) !== undefined).sort();
  }

  #inTurn<T>(job: () => Promise<T>): Promise<T> {
    const done = this.#work.then(job);
    this.#work = done.catch(() => {});
    return done;
  }
}

function remember<V>(known: Map<string, V>, room: string, value: V): void {
  if (known.size >= MAX_KNOWN_ROOMS && !known.has(room)) known.clear();
  known.set(room, value);
}

async function list(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

function byId(a: ChatEntry, b: ChatEntry): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** Sorts as text like the entries do by stream time. */
function cursorOf({ streamTimeMs, id }: ChatEntry): string {
  return `${entryId(Math.max(0, Math.floor(streamTimeMs)), 0)}.${id}`;
}

function firstOf(entries: ChatEntry[], n: number): ChatEntry[] {
  const keyed = entries.map((entry) => ({ entry, key: cursorOf(entry) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
  return keyed.slice(0, n).map(({ entry }) => entry);
}
