/** A relay with resources of every kind, and the machines behind them, for the tests of the gateway. */
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterAll, beforeAll } from 'vitest';
import { WebSocketServer } from 'ws';
import { RawUpstream } from './raw-upstream.ts';
import { type RelayProcess, startRelay } from './relay-process.ts';

export const SIGNING_KEY = 'shared with the machine';
/** The password of the resource `login`. */
export const LOGIN_SECRET = 'p@ss:word/1';

export interface GatewayStand {
  readonly relay: RelayProcess;
  /** The machine behind `nas` and most others. */
  readonly upstream: RawUpstream;
  /** The machine behind `sockets`. */
  readonly sockets: WebSocketServer;
  /** Requests at an HTTP proxy of the old kind, which knows one name that DNS does not. */
  readonly seenByHttpProxy: readonly string[];
  /** Asks the relay; redirects are not followed. */
  ask(path: string, init?: RequestInit): Promise<Response>;
}

/** Starts all of them before the file's tests and ends them after. */
export function useGatewayStand(): GatewayStand {
  let started: StartedStand;
  beforeAll(async () => {
    started = await start();
  });
  afterAll(() => started?.close());
  return {
    get relay() {
      return started.relay;
    },
    get upstream() {
      return started.upstream;
    },
    get sockets() {
      return started.sockets;
    },
    get seenByHttpProxy() {
      return started.seenByHttpProxy;
    },
    ask: (path, init = {}) => fetch(`${started.relay.url}${path}`, { redirect: 'manual', ...init }),
  };
}

type StartedStand = Omit<GatewayStand, 'ask'> & { close(): Promise<void> };

/** Resolves when all of them listen on loopback. The caller closes them. */
async function start(): Promise<StartedStand> {
  let relayPort = 0;
  /** Accepts connections and says nothing, not even in TLS. */
  const silent = createServer((socket) => socket.on('error', () => {}));
  const seenByHttpProxy: string[] = [];
  const httpProxy = createHttpServer((request, response) => {
    seenByHttpProxy.push(`${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? ''}`);
    response.end('by way of the proxy');
  });
  /** Another address of the relay itself. */
  const mirror = createServer((socket) => {
    const back = connect(relayPort, '127.0.0.1');
    for (const each of [socket, back]) each.on('error', () => {});
    socket.pipe(back).pipe(socket);
  });
  const sockets = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    verifyClient: ({ req }: { req: IncomingMessage }) => req.url !== '/no',
  });
  const upstream = await RawUpstream.start();
  for (const server of [silent, httpProxy, mirror]) server.listen(0, '127.0.0.1');
  await Promise.all([silent, httpProxy, mirror].map((server) => once(server, 'listening')));
  const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;
  const at = `http://127.0.0.1:${upstream.port}`;
  const relay = await startRelay({
    config: {
      resources: {
        nas: { target: `${at}/media/` },
        signed: { target: `${at}/media/`, signed: { key: SIGNING_KEY, validMs: 60_000 } },
        login: {
          target: `http://me:${encodeURIComponent(LOGIN_SECRET)}@127.0.0.1:${upstream.port}/private/`,
          headers: { 'X-Key': 'k1' },
        },
        hidden: { target: `${at}/media/`, mode: 'proxy' },
        away: { target: `${at}/media/`, mode: 'redirect' },
        auto: { target: `${at}/media/`, mode: 'auto' },
        public: { target: 'http://192.0.2.1/media/', mode: 'auto' },
        hasty: { target: `${at}/hasty/`, responseTimeoutMs: 1_000 },
        tls: { target: `https://127.0.0.1:${portOf(silent)}/`, tlsTimeoutMs: 300 },
        refused: { target: 'http://127.0.0.1:1/' },
        unknown: { target: 'http://no-such-name.invalid/' },
        loop: { target: `http://127.0.0.1:${portOf(mirror)}/proxy/loop/` },
        named: { target: 'http://behind.example.test/' },
        sockets: { target: `http://127.0.0.1:${portOf(sockets)}/` },
      },
      gateway: { expectContinueMs: 700 },
    },
    env: {
      HTTP_PROXY: `http://u:pw@127.0.0.1:${portOf(httpProxy)}`,
      NO_PROXY: 'no-such-name.invalid',
    },
  });
  relayPort = relay.port;
  return {
    relay,
    upstream,
    sockets,
    seenByHttpProxy,
    close: async () => {
      await relay.close();
      await upstream.close();
      for (const each of sockets.clients) each.terminate();
      sockets.close();
      silent.close();
      mirror.close();
      httpProxy.close();
    },
  };
}

/** The problem document of an answer, with its status. */
export async function problemOf(
  answer: Response,
): Promise<{ status: number; code: string; detail: string; url?: string }> {
  const body = (await answer.json()) as { code: string; detail: string; url?: string };
  return { ...body, status: answer.status };
}
