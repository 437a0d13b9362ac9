/** A chat client for tests: a real socket, everything that came in order, and waiting for what is to come. */
import { once } from 'node:events';
import { type ClientOptions, WebSocket } from 'ws';
import type { ChatClientMessage, ChatEntry, ChatServerMessage, CloseReason } from '../../server/protocol.ts';
import { within } from './wait.ts';

export type Welcome = Extract<ChatServerMessage, { type: 'welcome' }>;
export type ChatRefusal = Extract<ChatServerMessage, { type: 'error' }>;

export interface ChatClientOptions {
  /** Sent as soon as the socket is open; nothing when left out. */
  readonly hello?: Omit<Extract<ChatClientMessage, { type: 'hello' }>, 'type'>;
  readonly protocols?: string | string[];
  /** Headers and options of the socket. A forwarding header makes an ordinary member of a client on loopback. */
  readonly socket?: ClientOptions;
}

/** What makes a client on this machine look like one from elsewhere. */
export const ELSEWHERE: ClientOptions = { headers: { 'X-Forwarded-For': '203.0.113.7' } };

const DEFAULT_WITHIN_MS = 10_000;

export class ChatClient {
  readonly socket: WebSocket;
  readonly received: ChatServerMessage[] = [];
  readonly closed: Promise<{ readonly code: number; readonly reason: CloseReason | null }>;
  readonly #waiting = new Set<() => void>();
  #clientIds = 0;

  constructor(url: string, options: ChatClientOptions = {}) {
    this.socket = new WebSocket(url, options.protocols ?? [], { perMessageDeflate: false, ...options.socket });
    this.socket.on('error', () => {});
    this.socket.on('message', (data) => {
      this.received.push(JSON.parse(String(data)) as ChatServerMessage);
      for (const look of [...this.#waiting]) look();
    });
    if (options.hello !== undefined) {
      const hello = { type: 'hello' as const, ...options.hello };
      this.socket.once('open', () => this.send(hello));
    }
    this.closed = once(this.socket, 'close').then(([code, reason]) => ({
      code: code as number,
      reason: String(reason) === '' ? null : (JSON.parse(String(reason)) as CloseReason),
    }));
  }

  /** Opens a client and waits for its welcome. */
  static async join(url: string, options: ChatClientOptions = {}): Promise<ChatClient & { readonly first: Welcome }> {
    const client = new ChatClient(url, options);
    const first = await client.until('welcome');
    return Object.assign(client, { first });
  }

  send(message: ChatClientMessage): void {
    this.socket.send(JSON.stringify(message));
  }

  /** Says something and returns the id under which. */
  say(text: string, more: Partial<Extract<ChatClientMessage, { type: 'message' | 'danmaku' }>> = {}): string {
    const clientId = more.clientId ?? `c${this.#clientIds++}`;
    this.send({ type: 'message', text, ...more, clientId });
    return clientId;
  }

  of<T extends ChatServerMessage['type']>(type: T): Extract<ChatServerMessage, { type: T }>[] {
    return this.received.filter((each): each is Extract<ChatServerMessage, { type: T }> => each.type === type);
  }

  get entries(): ChatEntry[] {
    return this.received.filter((each): each is ChatEntry => each.type === 'message' || each.type === 'danmaku');
  }

  /** The message number `n` (from 0) of a type. */
  async until<T extends ChatServerMessage['type']>(type: T, n = 0): Promise<Extract<ChatServerMessage, { type: T }>> {
    return this.#until(`message ${n} of type ${type}`, () => this.of(type)[n]);
  }

  /** The entry with this text. */
  async untilText(text: string): Promise<ChatEntry> {
    return this.#until(`the text "${text}"`, () => this.entries.find((entry) => entry.text === text));
  }

  async close(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    this.socket.close();
    await this.closed;
  }

  /** What `find` finds now or after one of the next messages. */
  async #until<T>(what: string, find: () => T | undefined): Promise<T> {
    let look = () => {};
    const found = new Promise<T>((resolve) => {
      look = () => {
        const value = find();
        if (value !== undefined) resolve(value);
      };
      this.#waiting.add(look);
      look();
    });
    const told = () => `${what} did not come; came: ${this.received.map(({ type }) => type).join(' ')}`;
    try {
      return await within(found, DEFAULT_WITHIN_MS, told);
    } finally {
      this.#waiting.delete(look);
    }
  }
}
