/** Gathers what is said in a room during a tick and hands it to every member as one write. */
import { textFrame } from './wire.ts';

/** Up to here everybody gets everything at once: the calls saved are not worth any delay. */
const UNMERGED_MEMBERS = 32;
const MEMBERS_PER_MS = 40;
const MAX_TICK_MS = 25;

/** Pure: least time between two writes to so many members, in milliseconds. */
export function tickMs(members: number): number {
  return members <= UNMERGED_MEMBERS ? 0 : Math.min(MAX_TICK_MS, members / MEMBERS_PER_MS);
}

export class Broadcast {
  readonly #members: ReadonlySet<{ send(frames: Buffer, messages: number): void }>;
  #frames: Buffer[] = [];
  #timer: NodeJS.Timeout | null = null;
  #immediate: NodeJS.Immediate | null = null;
  #flushedAtMs = Number.NEGATIVE_INFINITY;

  constructor(members: ReadonlySet<{ send(frames: Buffer, messages: number): void }>) {
    this.#members = members;
  }

  /** Serialised here, once, whoever gets it. */
  send(message: object): void {
    this.sendJson(JSON.stringify(message));
  }

  /** As `send`, for a message that is JSON already. */
  sendJson(json: string): void {
    this.#frames.push(textFrame(json));
    if (this.#timer !== null || this.#immediate !== null) return;
    const waitMs = this.#flushedAtMs + tickMs(this.#members.size) - performance.now();
    if (waitMs <= 0) this.#immediate = setImmediate(() => this.flush());
    else this.#timer = setTimeout(() => this.flush(), waitMs);
  }

  /** Writes what was gathered; called before somebody joins, who gets it with the welcome. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    this.#timer = this.#immediate = null;
    if (this.#frames.length === 0) return;
    const count = this.#frames.length;
    const bytes = count === 1 ? this.#frames[0]! : Buffer.concat(this.#frames);
    this.#frames = [];
    this.#flushedAtMs = performance.now();
    // A copy, because a member whose queue is full leaves while we go through them.
    for (const member of [...this.#members]) member.send(bytes, count);
  }

  /** Gives up what was gathered. Idempotent. */
  close(): void {
    this.#frames = [];
    this.flush();
  }
}
