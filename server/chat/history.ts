/** The last messages of a room: numbers them, gives them to those who join or come back. Files are `chat-store.ts`. */
import type { ChatEntry } from '../protocol.ts';

/** What somebody who was away for a while can catch up with. */
export const RESUME_ENTRIES = 500;
/** Given to those who are new. */
export const WELCOME_ENTRIES = 50;
const DELETED_KEPT = 200;
const TIME_DIGITS = 9;
const COUNT_DIGITS = 4;
const MAX_COUNT = 36 ** COUNT_DIGITS;

/** Pure: the id of message `count` of a millisecond: base 36, of one length, so that text order is time order. */
export function entryId(atMs: number, count: number): string {
  return atMs.toString(36).padStart(TIME_DIGITS, '0') + count.toString(36).padStart(COUNT_DIGITS, '0');
}

/** Pure. */
export function isEntryId(text: string): boolean {
  return /^[0-9a-z]{13}$/.test(text);
}

export class History {
  #entries: ChatEntry[] = [];
  #deleted: string[] = [];
  /** Everything after this id is in `#entries`. */
  #completeAfter: string;
  #lastMs = 0;
  #count = 0;
  #welcomeJson: string | null = null;

  /**
   * @param entries what is known from before, ascending
   * @param completeAfter the id after which nothing is missing in `entries`
   */
  constructor(entries: readonly ChatEntry[], completeAfter: string) {
    this.#entries = entries.slice(-RESUME_ENTRIES);
    const cut = entries[entries.length - RESUME_ENTRIES - 1];
    this.#completeAfter = cut === undefined ? completeAfter : cut.id;
    const last = entries.at(-1)?.id;
    if (last !== undefined) this.#lastMs = Number.parseInt(last.slice(0, TIME_DIGITS), 36) + 1;
  }

  get size(): number {
    return this.#entries.length;
  }

  get deleted(): readonly string[] {
    return this.#deleted;
  }

  /** An id above all others, also when the clock went back or a millisecond holds many. */
  nextId(nowMs: number): string {
    if (nowMs > this.#lastMs) {
      this.#lastMs = nowMs;
      this.#count = 0;
    } else if (++this.#count >= MAX_COUNT) {
      this.#lastMs++;
      this.#count = 0;
    }
    return entryId(this.#lastMs, this.#count);
  }

  add(entry: ChatEntry): void {
    this.#welcomeJson = null;
    this.#entries.push(entry);
    if (this.#entries.length > RESUME_ENTRIES) this.#completeAfter = this.#entries.shift()!.id;
  }

  /** The entry of this person under this client id. */
  findByClientId(personId: string, clientId: string): ChatEntry | undefined {
    return this.#entries.findLast((entry) => entry.clientId === clientId && entry.sender.id === personId);
  }

  delete(id: string): void {
    this.#welcomeJson = null;
    this.#entries = this.#entries.filter((entry) => entry.id !== id);
    this.#deleted.push(id);
    if (this.#deleted.length > DELETED_KEPT) this.#deleted.shift();
  }

  /** The last messages for somebody new, as a JSON array; made once for all who join between two messages. */
  welcomeJson(): string {
    this.#welcomeJson ??= JSON.stringify(this.#entries.slice(-WELCOME_ENTRIES));
    return this.#welcomeJson;
  }

  /** What came after `lastId`, ascending; null when some of it is not here any more. */
  after(lastId: string): readonly ChatEntry[] | null {
    if (!isEntryId(lastId) || lastId < this.#completeAfter) return null;
    return this.#entries.filter((entry) => entry.id > lastId);
  }
}
