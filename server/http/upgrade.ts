/**
 * The only `upgrade` listener. It checks where a WebSocket comes from and where it wants to go. What a browser must be
 * able to read (an unknown camera, say) is told by a close code after the upgrade, because a page never sees the
 * status of a refused one.
 */
import { type IncomingMessage, type RequestListener, type Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import type { CameraRegistry } from '../camera/camera-registry.ts';
import type { ChatRooms } from '../chat/rooms.ts';
import { closeSocket } from '../delivery/close-socket.ts';
import type { Mp4Cameras } from '../delivery/fmp4/mp4-cameras.ts';
import { serveWsFmp4 } from '../delivery/fmp4/ws-fmp4.ts';
import { liveQuery } from '../delivery/live-query.ts';
import type { ViewerRegistry } from '../delivery/viewer-registry.ts';
import { serveWsFlv } from '../delivery/ws-flv.ts';
import { RelayError } from '../errors.ts';
import { withoutBasePath } from './base-path.ts';
import type { EventsHub } from './events.ts';
import { Heartbeat } from './heartbeat.ts';
import { isSameOrigin } from './origin-policy.ts';
import { refuseUpgrade } from './problem.ts';

/** Nothing that a viewer or a page sends is longer. */
const MAX_MESSAGE_BYTES = 4_096;
/** The longest chat message there may be, with every character escaped twice over, fits. */
const MAX_CHAT_MESSAGE_BYTES = 32_768;

export interface UpgradeOptions {
  readonly server: Server;
  /** Serves what asks for another protocol than WebSocket, as if it had not asked (RFC 9110 section 7.8). */
  readonly plain: RequestListener;
  readonly basePath: string;
  readonly cameras: CameraRegistry;
  readonly viewers: ViewerRegistry;
  readonly mp4: Mp4Cameras;
  readonly events: EventsHub;
  readonly chat: ChatRooms;
  readonly log: Logger;
  /** WebSocket subprotocols that another listener of the same server takes care of. */
  readonly foreignProtocols: readonly string[];
}

type Serve = (socket: WebSocket, request: IncomingMessage) => void;

interface Route {
  readonly serve: Serve;
  readonly sockets: WebSocketServer;
}

export class Upgrades {
  readonly #options: UpgradeOptions;
  readonly #heartbeat = new Heartbeat();
  readonly #wss = this.#sockets(MAX_MESSAGE_BYTES);
  readonly #chatWss = this.#sockets(MAX_CHAT_MESSAGE_BYTES);

  constructor(options: UpgradeOptions) {
    this.#options = options;
    options.server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** Idempotent. Open sockets are closed by who serves them. */
  close(): void {
    this.#heartbeat.close();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
      this.#servePlain(request, socket);
      return;
    }
    if (this.#options.foreignProtocols.includes(request.headers['sec-websocket-protocol'] ?? '')) return;
    try {
      const { serve, sockets } = this.#route(request);
      sockets.handleUpgrade(request, socket, head, (webSocket) => this.#serve(webSocket, request, serve));
    } catch (thrown) {
      refuseUpgrade(socket, RelayError.from(thrown));
    }
  }

  #sockets(maxPayload: number): WebSocketServer {
    const options = { noServer: true, perMessageDeflate: false, clientTracking: false };
    const sockets = new WebSocketServer({ ...options, maxPayload });
    sockets.on('wsClientError', (error, socket) => refuseUpgrade(socket, new RelayError('bad-request', error.message)));
    return sockets;
  }

  #serve(socket: WebSocket, request: IncomingMessage, serve: Serve): void {
    socket.on('error', () => {});
    this.#heartbeat.watch(socket);
    try {
      serve(socket, request);
    } catch (thrown) {
      const error = RelayError.from(thrown);
      if (error.code === 'internal') this.#options.log.error({ err: thrown }, 'WebSocket failed');
      closeSocket(socket, error);
    }
  }

  #route(request: IncomingMessage): Route {
    const { basePath, cameras, viewers, mp4, events, chat } = this.#options;
    if (!isSameOrigin(request.headers.origin, request.headers.host, request.headers['x-forwarded-host'])) {
      throw new RelayError('not-allowed', 'A page of another site may not open this WebSocket.');
    }
    const { pathname, searchParams } = urlOf(withoutBasePath(request.url ?? '/', basePath));
    const sockets = this.#wss;
    if (pathname === '/api/events') return { sockets, serve: (socket) => events.add(socket) };
    const room = /^\/chat\/([^/]+)$/.exec(pathname)?.[1];
    if (room !== undefined) {
      return { sockets: this.#chatWss, serve: (socket) => chat.serve(socket, request, room) };
    }
    const [, id, format] = /^\/live\/([^/]+)\.(flv|mp4)$/.exec(pathname) ?? [];
    if (id === undefined) throw new RelayError('no-such-page', 'There is no WebSocket under this path.');
    const serve: Serve = (socket) => {
      const camera = cameras.get(id);
      const viewer = { camera, query: liveQuery(searchParams), address: addressOf(request) };
      if (format === 'flv') return serveWsFlv(socket, viewer, viewers);
      const fragments = mp4.fragments(camera, viewer.query.audio);
      serveWsFmp4({ socket, connection: request.socket }, { ...viewer, fragments }, viewers);
    };
    return { sockets, serve };
  }

  #servePlain(request: IncomingMessage, socket: Duplex): void {
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(request.socket);
    response.once('finish', () => socket.end());
    this.#options.plain(request, response);
  }
}

function addressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? '';
}

/** @throws RelayError `bad-request` */
function urlOf(target: string): URL {
  try {
    return new URL(target, 'http://relay');
  } catch {
    throw new RelayError('bad-request', 'The request target is not a path.');
  }
}
