/**
 * Plays stored chat beside a recording: hands out each message when the recording reaches its stream time. Which moment
 * is on the screen is the player's to know; showing a message is the overlay's and the panel's.
 */
import type { ChatEntry, ChatMessagesAnswer } from '../../server/protocol.ts';
import { relayUrl } from '../relay-url.ts';

/** Loaded at once; the next period is asked for when half of it is left. */
const PERIOD_MS = 60_000;
/** A larger step is a seek: what lies between was not watched. */
const SEEK_MS = 3_000;
const RETRY_MS = 5_000;

export interface ReplayOptions {
  readonly room: string;
  readonly onEntry: (entry: ChatEntry) => void;
  /** Replaces the relay's HTTP interface. Rejects when it cannot be asked. */
  readonly load?: (fromMs: number, toMs: number, cursor: string | null) => Promise<ChatMessagesAnswer>;
}

export class ChatReplay {
  readonly #options: ReplayOptions;
  #atMs: number | null = null;
  /** Ascending, those still to come. */
  #ahead: ChatEntry[] = [];
  #loadedToMs = 0;
  /** Changes with each seek, so that answers to earlier questions are dropped. */
  #visit = 0;
  #loading = false;
  #retryAtMs = 0;

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  /** The recording shows this moment (stream time, Unix ms). To be called often, a few times a second at least. */
  at(streamTimeMs: number): void {
    const before = this.#atMs;
    this.#atMs = streamTimeMs;
    if (before === null || streamTimeMs < before || streamTimeMs - before > SEEK_MS) {
      this.#visit++;
      this.#ahead = [];
      this.#loading = false;
      this.#loadedToMs = streamTimeMs;
    }
    while (this.#ahead[0] !== undefined && this.#ahead[0].streamTimeMs <= streamTimeMs) {
      this.#options.onEntry(this.#ahead.shift()!);
    }
    if (this.#loadedToMs - streamTimeMs < PERIOD_MS / 2) void this.#loadMore();
  }

  /** Nothing is handed out any more. Idempotent. */
  close(): void {
    this.#visit++;
    this.#ahead = [];
    this.#loading = true;
  }

  async #loadMore(): Promise<void> {
    if (this.#loading || Date.now() < this.#retryAtMs) return;
    this.#loading = true;
    const visit = this.#visit;
    const [fromMs, toMs] = [this.#loadedToMs, this.#loadedToMs + PERIOD_MS];
    const load = this.#options.load ?? ((from, to, cursor) => loadMessages(this.#options.room, from, to, cursor));
    try {
      for (let cursor: string | null = null, first = true; first || cursor !== null; first = false) {
        const { messages, next }: ChatMessagesAnswer = await load(fromMs, toMs, cursor);
        if (visit !== this.#visit) return;
        this.#ahead.push(...messages);
        cursor = next;
      }
      this.#loadedToMs = toMs;
    } catch {
      this.#retryAtMs = Date.now() + RETRY_MS;
    } finally {
      if (visit === this.#visit) this.#loading = false;
    }
  }
}

async function loadMessages(
  room: string,
  fromMs: number,
  toMs: number,
  cursor: string | null,
): Promise<ChatMessagesAnswer> {
  const url = relayUrl(`api/rooms/${encodeURIComponent(room)}/messages`);
  url.searchParams.set('from', String(Math.floor(fromMs)));
  url.searchParams.set('to', String(Math.floor(toMs)));
  if (cursor !== null) url.searchParams.set('cursor', cursor);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The relay answered ${response.status}.`);
  return (await response.json()) as ChatMessagesAnswer;
}
