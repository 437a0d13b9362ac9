/**
 * The page's line to the relay: camera states as they change, and the relay's clock. It reconnects by itself for as
 * long as the page lives. Pictures come another way (`player/`).
 */
import type { CameraInfo, CamerasAnswer, ClientEvent, ServerEvent } from '../server/protocol.ts';
import { ClockOffset } from './clock-offset.ts';
import { onPageLife } from './page-life.ts';
import { relayUrl } from './relay-url.ts';

export interface RelayState {
  /** `connecting` only until the first answer; then `up` or `lost`. */
  readonly link: 'connecting' | 'up' | 'lost';
  /** Null before the first answer. Kept while the link is lost. */
  readonly cameras: readonly CameraInfo[] | null;
  readonly version: string | null;
  /**
   * The relay answers over HTTP but no WebSocket opens: something on the way forbids them. Streams then come over HTTP,
   * of which a browser allows six at a time.
   */
  readonly webSocketsBlocked: boolean;
  /** The relay is there, but asks who we are. */
  readonly isRefused: boolean;
}

const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 5000;
const PING_INTERVAL_MS = 30_000;
/** A few quick pings first: the smallest round trip of several is a good one. */
const FIRST_PINGS = 5;
const FIRST_PING_INTERVAL_MS = 150;
const PONG_TIMEOUT_MS = 5000;
/** A relay that is just starting may answer over HTTP a moment before it takes WebSockets. */
const BLOCKED_ATTEMPTS = 3;
/** After the page was away the line is asked for a sign of life, and not trusted long. */
const WAKE_PONG_TIMEOUT_MS = 1000;

/** Pure: the cameras after a change. A camera that was not known goes to the end. */
export function withCamera(cameras: readonly CameraInfo[], changed: CameraInfo): readonly CameraInfo[] {
  const known = cameras.some(({ id }) => id === changed.id);
  return known ? cameras.map((camera) => (camera.id === changed.id ? changed : camera)) : [...cameras, changed];
}

export class RelayLink {
  readonly #clock = new ClockOffset();
  readonly #listeners = new Set<() => void>();
  #state: RelayState = { link: 'connecting', cameras: null, version: null, webSocketsBlocked: false, isRefused: false };
  #socket: WebSocket | null = null;
  #attempt = 0;
  #retryTimer: ReturnType<typeof setTimeout> | null = null;
  #pingTimer: ReturnType<typeof setTimeout> | null = null;
  #pongTimer: ReturnType<typeof setTimeout> | null = null;
  #pingsSent = 0;

  /** Lives as long as the page. */
  start(): void {
    onPageLife((event) => {
      if (event.type === 'hidden') return;
      if (this.#socket?.readyState === WebSocket.OPEN) this.#ping(WAKE_PONG_TIMEOUT_MS);
      else this.retryNow();
    });
    this.#connect();
  }

  get state(): RelayState {
    return this.#state;
  }

  /** Relay's wall clock (Unix ms); null before the first pong. */
  readonly serverNowMs = (): number | null => this.#clock.serverNowMs(Date.now());

  /** Calls back after each change of `state`, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  retryNow(): void {
    if (this.#retryTimer === null) return;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = null;
    this.#connect();
  }

  #connect(): void {
    const url = relayUrl('api/events');
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'string') this.#onEvent(JSON.parse(data) as ServerEvent);
    };
    socket.onclose = () => this.#onLost();
    // An address that swallows packets neither opens nor closes.
    this.#expectPong(2 * PONG_TIMEOUT_MS);
  }

  #onEvent(event: ServerEvent): void {
    switch (event.type) {
      case 'hello':
        this.#attempt = 0;
        this.#clock.reset();
        this.#pingsSent = 0;
        this.#show({ version: event.version, webSocketsBlocked: false, isRefused: false });
        this.#ping(PONG_TIMEOUT_MS);
        break;
      case 'cameras':
        this.#show({ link: 'up', cameras: event.cameras });
        break;
      case 'camera':
        this.#show({ cameras: withCamera(this.#state.cameras ?? [], event.camera) });
        break;
      case 'pong':
        this.#clock.add(event.sentAtMs, event.serverTimeMs, Date.now());
        this.#expectPong(null);
        break;
    }
  }

  #ping(timeoutMs: number): void {
    if (this.#pingTimer !== null) clearTimeout(this.#pingTimer);
    const ping: ClientEvent = { type: 'ping', sentAtMs: Date.now() };
    this.#socket?.send(JSON.stringify(ping));
    this.#pingsSent++;
    this.#expectPong(timeoutMs);
    const nextMs = this.#pingsSent < FIRST_PINGS ? FIRST_PING_INTERVAL_MS : PING_INTERVAL_MS;
    this.#pingTimer = setTimeout(() => {
      if (this.#socket?.readyState === WebSocket.OPEN) this.#ping(PONG_TIMEOUT_MS);
    }, nextMs);
  }

  /** Null: it came. */
  #expectPong(timeoutMs: number | null): void {
    if (this.#pongTimer !== null) clearTimeout(this.#pongTimer);
    this.#pongTimer = timeoutMs === null ? null : setTimeout(() => this.#onLost(), timeoutMs);
  }

  #onLost(): void {
    const socket = this.#socket;
    if (socket === null) return;
    this.#socket = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
    this.#expectPong(null);
    if (this.#pingTimer !== null) clearTimeout(this.#pingTimer);
    const ceilingMs = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.min(this.#attempt++, 8));
    this.#retryTimer = setTimeout(() => this.retryNow(), ceilingMs * (0.5 + Math.random() / 2));
    this.#show({ link: 'lost' });
    void this.#askOverHttp();
  }

  /** Something on the way may forbid WebSockets; the list of cameras can still be had. */
  async #askOverHttp(): Promise<void> {
    try {
      const response = await fetch(relayUrl('api/cameras'), { cache: 'no-store' });
      if (response.status === 401) this.#show({ isRefused: true });
      if (!response.ok) return;
      const { cameras } = (await response.json()) as CamerasAnswer;
      const webSocketsBlocked = this.#attempt >= BLOCKED_ATTEMPTS;
      if (this.#state.link === 'lost') this.#show({ cameras, webSocketsBlocked });
    } catch {
      // The relay is away altogether; the next attempt is due anyway.
    }
  }

  #show(change: Partial<RelayState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of [...this.#listeners]) listener();
  }
}
