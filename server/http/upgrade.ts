/**
 * The only `upgrade` listener. It checks where a WebSocket comes from and where it wants to go. What a browser must be
 * able to read (an unknown camera, say) is told by a close code after the upgrade, because a page never sees the
 * status of a refused one.
 */
import { type IncomingMessage, type RequestListener, type Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import { may, type Permission, SOMEBODY, watch } from '../access/permissions.ts';
import type { AdHocCameras } from '../ad-hoc/ad-hoc-cameras.ts';
import type { CameraRegistry } from '../camera/camera-registry.ts';
import type { ChatRooms } from '../chat/rooms.ts';
import { cutAfter } from '../cut-after.ts';
import { closeSocket } from '../delivery/close-socket.ts';
import type { Mp4Cameras } from '../delivery/fmp4/mp4-cameras.ts';
import { serveWsFmp4 } from '../delivery/fmp4/ws-fmp4.ts';
import { liveQuery } from '../delivery/live-query.ts';
import type { ViewerRegistry } from '../delivery/viewer-registry.ts';
import { serveWsFlv } from '../delivery/ws-flv.ts';
import { RelayError } from '../errors.ts';
import { withoutBasePath } from './base-path.ts';
import type { EventsHub } from './events.ts';
import type { Admission, Gate } from './gate.ts';
import { heard } from './heard.ts';
import { Heartbeat } from './heartbeat.ts';
import { LINGER_MS, refuseUpgrade } from './problem.ts';
import { AD_HOC_PATH, AD_HOC_PERMISSION, serveAdHocSocket } from './routes/ad-hoc.ts';
import { GATEWAY_PATHS, type GatewayParts, MAY_FETCH, passUpgrade } from './routes/gateway.ts';

/** Nothing that a viewer or a page sends is longer. */
const MAX_MESSAGE_BYTES = 4_096;
/** The longest chat message there may be, with every character escaped twice over, fits. */
const MAX_CHAT_MESSAGE_BYTES = 32_768;

export interface UpgradeOptions extends GatewayParts {
  readonly server: Server;
  /** Serves what asks for another protocol than WebSocket, as if it had not asked (RFC 9110 section 7.8). */
  readonly plain: RequestListener;
  readonly basePath: string;
  readonly gate: Gate;
  readonly adHoc: AdHocCameras;
  readonly cameras: CameraRegistry;
  readonly viewers: ViewerRegistry;
  readonly mp4: Mp4Cameras;
  readonly events: EventsHub;
  readonly chat: ChatRooms;
  readonly log: Logger;
  /** WebSocket subprotocols that another listener of the same server takes care of. */
  readonly foreignProtocols: readonly string[];
}

interface Arrival {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  readonly admission: Admission;
  /** The parts of the path that the route names, as they stand in it. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

interface SocketRoute {
  /** `:name` is one part of the path, `{*name}` the rest of it. */
  readonly path: string;
  readonly permission: Permission;
  readonly sockets: WebSocketServer;
  readonly serve: (arrival: Arrival) => void;
}

interface Match extends Omit<Arrival, 'socket' | 'request' | 'admission'> {
  readonly route: SocketRoute;
}

export class Upgrades {
  readonly #options: UpgradeOptions;
  readonly #heartbeat = new Heartbeat();
  readonly #wss = this.#sockets(MAX_MESSAGE_BYTES);
  readonly #chatWss = this.#sockets(MAX_CHAT_MESSAGE_BYTES);
  readonly #table: readonly { readonly route: SocketRoute; readonly pattern: RegExp }[];

  constructor(options: UpgradeOptions) {
    this.#options = options;
    this.#table = this.#routes().map((route) => ({ route, pattern: patternOf(route.path) }));
    for (const { route } of this.#table) options.gate.declareSocket(route.path, route.permission);
    for (const path of GATEWAY_PATHS) options.gate.declareSocket(path, MAY_FETCH);
    options.server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** Idempotent. Open sockets are closed by who serves them. */
  close(): void {
    this.#heartbeat.close();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    if (isBehindAnswer(request)) {
      // Node has let go of the connection with this request: the answer that is on it is lost as well.
      socket.destroy();
      return;
    }
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
      this.#servePlain(request, socket);
      return;
    }
    if (this.#options.foreignProtocols.includes(request.headers['sec-websocket-protocol'] ?? '')) return;
    try {
      if (passUpgrade({ request, socket, head }, this.#options)) return;
      const match = this.#match(request);
      match.route.sockets.handleUpgrade(request, socket, head, (webSocket) => this.#serve(webSocket, request, match));
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

  #serve(socket: WebSocket, request: IncomingMessage, { route, params, query }: Match): void {
    socket.on('error', () => {});
    this.#heartbeat.watch(socket);
    try {
      const admission = this.#options.gate.admitSocket(request, route.permission, params, {
        end: (error) => closeSocket(socket, error),
        ended: (left) => socket.once('close', left),
      });
      route.serve({ socket, request, admission, params, query: heard(query, admission) });
    } catch (thrown) {
      const error = RelayError.from(thrown);
      if (error.code === 'internal') this.#options.log.error({ err: thrown }, 'WebSocket failed');
      closeSocket(socket, error);
    }
  }

  /** Every WebSocket path, each with what it demands. */
  #routes(): SocketRoute[] {
    const { cameras, adHoc, viewers, mp4, events, chat } = this.#options;
    const see = watch('stream');
    return [
      {
        path: '/api/events',
        permission: SOMEBODY,
        sockets: this.#wss,
        serve: ({ socket, admission }) => events.add(socket, (id) => admission.may('see', { kind: 'camera', id })),
      },
      {
        path: '/chat/:room',
        permission: may('chat', 'room'),
        sockets: this.#chatWss,
        serve: ({ socket, request, params, admission }) => {
          const mayModerate = () => admission.may('moderate');
          const { address, isShared } = admission;
          chat.serve(socket, { stream: request.socket, address, isShared, mayModerate }, params.room!);
        },
      },
      {
        path: '/live/:camera.flv',
        permission: see,
        sockets: this.#wss,
        serve: ({ socket, request, admission, params, query }) => {
          const camera = cameras.get(params.camera!);
          const open = { socket, connection: request.socket };
          serveWsFlv(open, { camera, query: liveQuery(query), address: admission.address }, viewers);
        },
      },
      {
        path: AD_HOC_PATH,
        permission: AD_HOC_PERMISSION,
        sockets: this.#wss,
        serve: ({ socket, request, admission, query: search }) => {
          const open = { socket, connection: request.socket };
          void serveAdHocSocket(open, { search, address: admission.address }, { adHoc, viewers });
        },
      },
      {
        path: '/live/:camera.mp4',
        permission: see,
        sockets: this.#wss,
        serve: ({ socket, request, admission, params, query: search }) => {
          const camera = cameras.get(params.camera!);
          const query = liveQuery(search);
          const fragments = mp4.fragments(camera, query.audio);
          const viewer = { camera, fragments, query, address: admission.address };
          serveWsFmp4({ socket, connection: request.socket }, viewer, viewers);
        },
      },
    ];
  }

  /** @throws RelayError `no-such-page`, or why the gate does not even look at it */
  #match(request: IncomingMessage): Match {
    this.#options.gate.receiveSocket(request);
    const { pathname, searchParams } = urlOf(withoutBasePath(request.url ?? '/', this.#options.basePath));
    for (const { route, pattern } of this.#table) {
      const found = pattern.exec(pathname);
      if (found !== null) return { route, params: found.groups ?? {}, query: searchParams };
    }
    throw new RelayError('no-such-page', 'There is no WebSocket under this path.');
  }

  #servePlain(request: IncomingMessage, socket: Duplex): void {
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(request.socket);
    response.once('finish', () => {
      socket.end();
      cutAfter(socket, LINGER_MS);
    });
    this.#options.plain(request, response);
  }
}

/**
 * Whether the answer to an earlier request is still on the connection. Nothing of another protocol may follow before that
 * has ended (RFC 9110 section 7.8).
 */
function isBehindAnswer(request: IncomingMessage): boolean {
  const trial = new ServerResponse(request);
  try {
    trial.assignSocket(request.socket);
  } catch {
    return true;
  }
  trial.detachSocket(request.socket);
  return false;
}

/** Pure: a route's path as a pattern with its names as groups. */
function patternOf(path: string): RegExp {
  const source = path
    .replace(/[.]/g, '\\.')
    .replace(/\/\{\*(\w+)\}/g, '(?:/(?<$1>.*))?')
    .replace(/:(\w+)/g, '(?<$1>[^/]+)');
  return new RegExp(`^${source}$`);
}

/** @throws RelayError `bad-request` */
function urlOf(target: string): URL {
  try {
    return new URL(target, 'http://relay');
  } catch {
    throw new RelayError('bad-request', 'The request target is not a path.');
  }
}
