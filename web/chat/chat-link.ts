/**
 * The page's line to one chat room: opens it, notices when it is dead, opens it again and resumes where it was; what
 * was written meanwhile is sent then. What messages do to the page is `chat-state.ts`.
 */
import type { ChatClientMessage, ChatEntry, ChatModeration, ChatServerMessage } from '../../server/protocol.ts';
import { CLOSE } from '../../server/protocol.ts';
import { onPageLife } from '../page-life.ts';
import { relayUrl } from '../relay-url.ts';
import { browserId, type Profile, randomId, readProfile, renewTabId, tabId, writeProfile } from './chat-preferences.ts';
import { type ChatState, INITIAL_CHAT, type Pending, receive, withoutPending, withPending } from './chat-state.ts';

const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 5_000;
const REFUSED_RETRY_MS = 30_000;
const PONG_TIMEOUT_MS = 5_000;
const FIRST_HEARTBEAT_MS = 15_000;
/** After the page was away the line is asked for a sign of life, and not trusted long. */
const WAKE_PONG_TIMEOUT_MS = 1_500;

type Draft = Pick<Pending, 'type' | 'text' | 'colour' | 'lane' | 'streamTimeMs'>;

export class ChatLink {
  readonly #url: URL;
  readonly #listeners = new Set<() => void>();
  readonly #entryListeners = new Set<(entry: ChatEntry) => void>();
  readonly #stopPageLife: () => void;
  readonly #onOffline = (): void => this.#prove();
  #state: ChatState = INITIAL_CHAT;
  #socket: WebSocket | null = null;
  #attempt = 0;
  #retryTimer: ReturnType<typeof setTimeout> | null = null;
  #pingTimer: ReturnType<typeof setTimeout> | null = null;
  #pongTimer: ReturnType<typeof setTimeout> | null = null;
  #watching = false;
  #closed = false;

  /** Opens the line at once. The caller closes it. */
  constructor(room: string) {
    this.#url = relayUrl(`chat/${encodeURIComponent(room)}`);
    this.#url.protocol = this.#url.protocol === 'https:' ? 'wss:' : 'ws:';
    this.#stopPageLife = onPageLife((event) => {
      if (event.type !== 'hidden') this.#prove();
    });
    window.addEventListener('offline', this.#onOffline);
    this.#connect();
  }

  get state(): ChatState {
    return this.#state;
  }

  /** Calls back after each change of `state`, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Calls back with each message as it is said, not with those of the past. */
  onEntry(listener: (entry: ChatEntry) => void): () => void {
    this.#entryListeners.add(listener);
    return () => void this.#entryListeners.delete(listener);
  }

  /** While the panel is looked at, nothing is unread. */
  setWatching(watching: boolean): void {
    this.#watching = watching;
    if (watching && this.#state.unread > 0) this.#show({ ...this.#state, unread: 0 });
  }

  say(draft: Draft): void {
    this.#submit({ ...draft, clientId: randomId(), error: null });
  }

  /** The same message once more; the relay knows it by its client id. */
  sayAgain(pending: Pending): void {
    this.#submit({ ...pending, error: null });
  }

  discard(clientId: string): void {
    this.#show(withoutPending(this.#state, clientId));
  }

  moderate(action: ChatModeration): void {
    this.#send(action);
  }

  setProfile(profile: Profile): void {
    writeProfile(profile);
    this.#show({ ...this.#state, profileError: null });
    this.#send({ type: 'hello', ...nameAndAvatar(profile), ...this.#lastId() });
  }

  retryNow(): void {
    if (this.#retryTimer === null) return;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = null;
    this.#connect();
  }

  /** For good; idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopPageLife();
    window.removeEventListener('offline', this.#onOffline);
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer);
    this.#drop();
    this.#listeners.clear();
    this.#entryListeners.clear();
  }

  #connect(): void {
    if (this.#closed) return;
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.onopen = () => this.#hello();
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'string') this.#received(JSON.parse(data) as ChatServerMessage);
    };
    socket.onclose = ({ code }) => this.#onClose(code);
    // An address that swallows packets neither opens nor closes.
    this.#expectSign(2 * PONG_TIMEOUT_MS);
  }

  #hello(): void {
    this.#send({
      type: 'hello',
      browserId: browserId(),
      tabId: tabId(),
      ...nameAndAvatar(readProfile()),
      ...this.#lastId(),
    });
  }

  #lastId(): { readonly lastId?: string } {
    return this.#state.lastId === null ? {} : { lastId: this.#state.lastId };
  }

  #received(message: ChatServerMessage): void {
    this.#expectSign(null);
    const watching = this.#watching && !document.hidden;
    const before = this.#state;
    this.#show(receive(before, message, Date.now(), watching));
    if (message.type === 'welcome') {
      this.#attempt = 0;
      this.#schedulePing(message.rules.heartbeatMs);
      if (before.link !== 'up') this.#sendWaiting();
      // What was said while the line was down is not for the picture any more, but what came this instant is.
      if (message.resumed) for (const entry of message.messages) this.#tell(entry, message.serverTimeMs - entry.atMs);
    } else if (message.type === 'message' || message.type === 'danmaku') this.#tell(message, 0);
  }

  #tell(entry: ChatEntry, ageMs: number): void {
    if (ageMs > 3_000) return;
    for (const listener of [...this.#entryListeners]) listener(entry);
  }

  #submit(pending: Pending): void {
    this.#show(withPending(this.#state, pending));
    if (this.#state.link === 'up') this.#sendPending(pending);
  }

  #sendWaiting(): void {
    for (const pending of this.#state.pending) if (pending.error === null) this.#sendPending(pending);
  }

  #sendPending({ error: _, ...message }: Pending): void {
    this.#send(message);
  }

  #send(message: ChatClientMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #schedulePing(everyMs: number): void {
    if (this.#pingTimer !== null) clearTimeout(this.#pingTimer);
    this.#pingTimer = setTimeout(() => {
      this.#ping(PONG_TIMEOUT_MS);
      this.#schedulePing(this.#state.rules?.heartbeatMs ?? FIRST_HEARTBEAT_MS);
    }, everyMs);
  }

  #ping(timeoutMs: number): void {
    this.#send({ type: 'ping', sentAtMs: Date.now() });
    this.#expectSign(timeoutMs);
  }

  /** Asks for a sign of life now, or tries again now. */
  #prove(): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#ping(WAKE_PONG_TIMEOUT_MS);
    else this.retryNow();
  }

  /** Null: it came. */
  #expectSign(timeoutMs: number | null): void {
    if (timeoutMs !== null && this.#pongTimer !== null && timeoutMs >= PONG_TIMEOUT_MS) return;
    if (this.#pongTimer !== null) clearTimeout(this.#pongTimer);
    this.#pongTimer = timeoutMs === null ? null : setTimeout(() => this.#onClose(null), timeoutMs);
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    if (this.#pongTimer !== null) clearTimeout(this.#pongTimer);
    if (this.#pingTimer !== null) clearTimeout(this.#pingTimer);
    this.#pongTimer = this.#pingTimer = null;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #onClose(code: number | null): void {
    this.#drop();
    if (this.#closed) return;
    if (code === CLOSE.displaced) renewTabId();
    const link = linkAfter(code);
    const ceilingMs = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.min(this.#attempt++, 8));
    const waitMs = link === 'lost' || link === 'full' ? ceilingMs * (0.5 + Math.random() / 2) : REFUSED_RETRY_MS;
    this.#retryTimer = setTimeout(() => this.retryNow(), waitMs);
    this.#show({ ...this.#state, link });
  }

  #show(state: ChatState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Pure: what a close code means for the page; null for a line that fell silent. */
export function linkAfter(code: number | null): ChatState['link'] {
  if (code === CLOSE.noSuchCamera) return 'off';
  if (code === CLOSE.notAllowed) return 'removed';
  return code === CLOSE.tooSlow ? 'full' : 'lost';
}

function nameAndAvatar({ name, avatar }: Profile) {
  return { ...(name === null ? {} : { name }), ...(avatar === null ? {} : { avatar }) };
}
