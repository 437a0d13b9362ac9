/**
 * `/api/events`: the cameras as they are, then every change, as JSON over a WebSocket. What the messages hold is
 * `protocol.ts`.
 */
import { WebSocket } from 'ws';
import type { CameraRegistry } from '../camera/camera-registry.ts';
import { closeSocket } from '../delivery/close-socket.ts';
import { RelayError } from '../errors.ts';
import type { CameraInfo, ClientEvent, ServerEvent } from '../protocol.ts';

/** Changes of one camera within this time become one message. */
const GATHER_MS = 100;
/** Rates move all the time; they are told this often. */
const RATES_EVERY_MS = 2_000;
/** A page that takes nothing for so long that this much waits is better served by a new connection. */
const MAX_BACKLOG_BYTES = 1_048_576;

export class EventsHub {
  readonly #cameras: CameraRegistry;
  readonly #version: string;
  /** With which cameras each may hear of, asked anew each time: rights come and go. */
  readonly #sockets = new Map<WebSocket, (camera: string) => boolean>();
  readonly #changed = new Set<string>();
  readonly #told = new Map<string, string>();
  readonly #ratesTimer: NodeJS.Timeout;
  #gatherTimer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(cameras: CameraRegistry, version: string) {
    this.#cameras = cameras;
    this.#version = version;
    cameras.on('cameraChanged', ({ id }) => this.#cameraChanged(id));
    this.#ratesTimer = setInterval(() => this.#tellChanges(), RATES_EVERY_MS);
    this.#ratesTimer.unref();
  }

  /**
   * Takes over an open socket.
   * @param sees whether it may hear of a camera
   * @throws RelayError `going-away`; the socket is the caller's to close then
   */
  add(socket: WebSocket, sees: (camera: string) => boolean): void {
    if (this.#isClosed) throw new RelayError('going-away');
    this.#sockets.set(socket, sees);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    socket.on('message', (data, isBinary) => this.#received(socket, isBinary ? null : String(data)));
    send(socket, { type: 'hello', version: this.#version, serverTimeMs: Date.now() });
    send(socket, { type: 'cameras', cameras: this.#cameras.infos.filter(({ id }) => sees(id)) });
  }

  /** Ends every socket with 1001. Idempotent. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#ratesTimer);
    if (this.#gatherTimer !== null) clearTimeout(this.#gatherTimer);
    for (const socket of this.#sockets.keys()) closeSocket(socket, new RelayError('going-away'));
  }

  #received(socket: WebSocket, text: string | null): void {
    const ping = text === null ? null : readPing(text);
    // Nobody need read the answers to what he asks.
    if (socket.bufferedAmount > MAX_BACKLOG_BYTES) closeSocket(socket, new RelayError('too-slow'));
    else if (ping !== null) send(socket, { type: 'pong', sentAtMs: ping.sentAtMs, serverTimeMs: Date.now() });
    else closeSocket(socket, new RelayError('bad-request', 'Expected {"type":"ping","sentAtMs":number}.'));
  }

  #cameraChanged(id: string): void {
    this.#changed.add(id);
    this.#gatherTimer ??= setTimeout(() => this.#tellChanges(), GATHER_MS);
  }

  #tellChanges(): void {
    if (this.#gatherTimer !== null) clearTimeout(this.#gatherTimer);
    this.#gatherTimer = null;
    if (this.#sockets.size === 0) {
      this.#changed.clear();
      this.#told.clear();
      return;
    }
    for (const camera of this.#cameras.infos) {
      if (this.#changed.has(camera.id) || camera.state === 'live') this.#tell(camera);
    }
    this.#changed.clear();
  }

  #tell(camera: CameraInfo): void {
    const text = JSON.stringify({ type: 'camera', camera } satisfies ServerEvent);
    if (this.#told.get(camera.id) === text) return;
    this.#told.set(camera.id, text);
    for (const [socket, sees] of this.#sockets) {
      if (!sees(camera.id)) continue;
      if (socket.bufferedAmount > MAX_BACKLOG_BYTES) closeSocket(socket, new RelayError('too-slow'));
      else if (socket.readyState === WebSocket.OPEN) socket.send(text);
    }
  }
}

function send(socket: WebSocket, event: ServerEvent): void {
  socket.send(JSON.stringify(event));
}

/** Pure: null when the text is anything but a ping. */
function readPing(text: string): ClientEvent | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('type' in value) || value.type !== 'ping') return null;
    if (!('sentAtMs' in value) || typeof value.sentAtMs !== 'number') return null;
    return { type: 'ping', sentAtMs: value.sentAtMs };
  } catch {
    return null;
  }
}
