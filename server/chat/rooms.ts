/**
 * All rooms: which there may be, when they are made and dropped, the heartbeat of every member, and the end of it all.
 * Which URL leads here is `http/`.
 */
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Config } from '../config/schema.ts';
import { RelayError } from '../errors.ts';
import type { ChatHello, ChatMessagesAnswer } from '../protocol.ts';
import { Audit } from './audit.ts';
import { chatConfig } from './chat-config.ts';
import { ChatStore, type MessagesQuery } from './chat-store.ts';
import { readClientFrame } from './client-frame.ts';
import { entryId, History } from './history.ts';
import { Member } from './member.ts';
import { Room } from './room.ts';

/** How long a new connection has to say `hello` before it is welcomed without. */
const HELLO_WAIT_MS = 300;
const ROOM_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const MIN_SWEEP_MS = 250;

export interface ChatRoomsOptions {
  readonly config: Config['chat'];
  readonly dataDir: string;
  readonly hasCamera: (id: string) => boolean;
  readonly log: Logger;
}

/** Who comes in, as far as the gate knows them. */
export interface ChatGuest {
  /** The stream under the socket. */
  readonly stream: Duplex;
  readonly address: string;
  /** Many may have that address. */
  readonly isShared: boolean;
  /** Asked each time: rights come and go. */
  readonly mayModerate: () => boolean;
}

export class ChatRooms {
  readonly #options: ChatRoomsOptions;
  readonly #config: ReturnType<typeof chatConfig>;
  readonly #store: ChatStore | null;
  readonly #audit: Audit;
  readonly #rooms = new Map<string, Promise<Room>>();
  readonly #open = new Map<string, Room>();
  /** Every connection, whether it has joined yet or not. */
  readonly #members = new Set<Member>();
  readonly #sweepTimer: NodeJS.Timeout;
  #closed: Promise<void> | null = null;

  constructor(options: ChatRoomsOptions) {
    this.#options = options;
    this.#config = chatConfig(options.config);
    const folder = join(options.dataDir, 'chat');
    const { enabled, store, storeDays, storeMaxBytes, heartbeatMs, pongTimeoutMs } = options.config;
    const keeps = { folder: join(folder, 'rooms'), days: storeDays, maxRoomBytes: storeMaxBytes, log: options.log };
    this.#store = enabled && store ? new ChatStore(keeps) : null;
    this.#audit = new Audit(folder, options.log);
    this.#sweepTimer = setInterval(
      () => this.#sweep(),
      Math.max(MIN_SWEEP_MS, Math.min(heartbeatMs, pongTimeoutMs) / 4),
    );
    this.#sweepTimer.unref();
  }

  /** For those who count: nothing of this grows with time. */
  get totals(): { readonly rooms: number; readonly members: number } {
    return { rooms: this.#rooms.size, members: this.#members.size };
  }

  /**
   * Serves one open WebSocket until either side ends it.
   * @throws RelayError `no-such-room`, `overloaded`, `going-away`; the socket is the caller's to close then
   */
  serve(socket: WebSocket, guest: ChatGuest, name: string): void {
    if (this.#closed !== null) throw new RelayError('going-away');
    this.#check(name);
    if (!this.#rooms.has(name) && this.#rooms.size >= this.#config.maxRooms) {
      throw new RelayError('overloaded', 'There are as many chat rooms as there may be.');
    }
    let room: Room | null = null;
    let helloTimer: NodeJS.Timeout | null = null;
    const member = new Member({
      socket,
      ...guest,
      maxQueueMessages: this.#config.maxQueueMessages,
      maxQueueBytes: this.#config.maxQueueBytes,
      onFrame: (from, text) => room?.receive(from, text),
      onGone: (gone, reason) => {
        if (helloTimer !== null) clearTimeout(helloTimer);
        this.#members.delete(gone);
        room?.leave(gone);
        this.#options.log.debug({ room: name, member: gone.connectionId, reason }, 'chat member left');
      },
    });
    this.#members.add(member);
    const join = async () => {
      if (helloTimer !== null) clearTimeout(helloTimer);
      helloTimer = null;
      try {
        const found = await this.#room(name);
        if (member.isGone) return;
        const hello = waitingHello(member);
        // Set before, so that a member that fails while it joins is taken out again.
        room = found;
        found.join(member, hello);
        member.release();
      } catch (thrown) {
        const error = RelayError.from(thrown);
        if (error.code === 'internal') this.#options.log.error({ err: thrown }, 'joining a chat room failed');
        member.close(error);
      }
    };
    helloTimer = setTimeout(join, HELLO_WAIT_MS);
    member.onceWaiting(() => void join());
  }

  /** Stored messages of a period. @throws RelayError `no-such-room` */
  async messages(name: string, query: MessagesQuery): Promise<ChatMessagesAnswer> {
    this.#check(name);
    return this.#store?.read(name, query) ?? { room: name, messages: [], next: null };
  }

  /** Tells members 1001 and writes what waits. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    clearInterval(this.#sweepTimer);
    for (const room of this.#open.values()) room.close();
    for (const member of [...this.#members]) member.close(new RelayError('going-away'));
    await Promise.all([this.#store?.close(), this.#audit.close()]);
  }

  #check(name: string): void {
    const { enabled, freeRooms, rooms } = this.#config;
    const exists = this.#options.hasCamera(name) || rooms.includes(name) || (freeRooms && ROOM_NAME.test(name));
    if (!enabled || !exists) throw new RelayError('no-such-room');
  }

  #room(name: string): Promise<Room> {
    const known = this.#rooms.get(name);
    if (known !== undefined) return known;
    const made = this.#make(name);
    this.#rooms.set(name, made);
    return made;
  }

  async #make(name: string): Promise<Room> {
    const unknown = { entries: [], completeAfter: entryId(Date.now(), 0) };
    const recent = await this.#store?.recent(name).catch((error) => {
      this.#options.log.error({ err: error, room: name }, 'stored chat could not be read');
      return unknown;
    });
    const { entries, completeAfter } = recent ?? unknown;
    const history = new History(entries, completeAfter);
    const room = new Room({ name, config: this.#config, history, store: this.#store, audit: this.#audit });
    this.#open.set(name, room);
    return room;
  }

  #sweep(): void {
    const { heartbeatMs, pongTimeoutMs } = this.#config;
    for (const member of [...this.#members]) member.beat(performance.now(), heartbeatMs, pongTimeoutMs);
    for (const [name, room] of this.#open) {
      if (!room.isForgettable(Date.now())) continue;
      room.close();
      this.#open.delete(name);
      this.#rooms.delete(name);
    }
  }
}

/** The `hello` a client began with, taken from its inbox; anything else stays there to be answered. */
function waitingHello(member: Member): ChatHello | null {
  const text = member.peek();
  const frame = text === undefined ? null : readClientFrame(text);
  if (frame?.ok !== true || frame.message.type !== 'hello') return null;
  member.skip();
  return frame.message;
}
