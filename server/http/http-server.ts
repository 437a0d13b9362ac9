/** The HTTP server under everything: its limits, and where it listens. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TlsMaterial } from './tls-files.ts';

/** How long clients may take to send a request's headers. */
const HEADERS_TIMEOUT_MS = 10_000;
/** How often that is looked at; Node's own 30 s would let such connections pile up. */
const CONNECTIONS_CHECK_EVERY_MS = 5_000;
const MAX_HEADER_BYTES = 16_384;
/** A gathered write of a few pictures fits, so that sockets need not announce after each that they have drained. */
const SOCKET_BUFFER_BYTES = 65_536;
/** More than whoever closes a WebSocket, or refuses one, gives it. */
const LINGER_MS = 2_500;

/**
 * A server that does not listen yet and answers nothing yet.
 * @param tls speaks HTTPS; the server is then one of `node:https`, which has all that is used of the other kind
 */
export function newHttpServer(tls: TlsMaterial | null = null): Server {
  const options = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    // Node's own five minutes would end uploads, and cameras that are pushed. Who reads a body bounds it.
    requestTimeout: 0,
    connectionsCheckingInterval: CONNECTIONS_CHECK_EVERY_MS,
    highWaterMark: SOCKET_BUFFER_BYTES,
  };
  const server = tls === null ? createServer(options) : createTlsServer({ ...options, ...tls });
  tellWaitingAnswers(server);
  keepConnections(server);
  return server;
}

/**
 * Every connection, those too that Node's own list lacks: taken out of its hands by an upgrade, or not through with TLS,
 * for which a client has two minutes.
 */
const connections = new WeakMap<Server, Set<Socket>>();

function keepConnections(server: Server): void {
  const open = new Set<Socket>();
  connections.set(server, open);
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
}

/**
 * Requests may follow each other on a connection without waiting (RFC 9112 section 9.3.2). Before Node 24 an answer that
 * has not had its turn hears nothing when the connection is gone: it is destroyed and gets its `close` from here, so that
 * what was begun for it ends, and what is about to begin sees that nobody waits.
 */
function tellWaitingAnswers(server: Server): void {
  const answers = new WeakMap<Socket, Set<ServerResponse>>();
  const waitingOn = (socket: Socket) => {
    const known = answers.get(socket);
    if (known !== undefined) return known;
    const waiting = new Set<ServerResponse>();
    answers.set(socket, waiting);
    const tell = () => {
      for (const each of waiting) each.destroy().emit('close');
    };
    // Who has heard of it from Node is no longer among them then.
    socket.once('close', () => setImmediate(tell));
    return waiting;
  };
  server.on('request', ({ socket }, response) => {
    if (response.socket !== null) return;
    const waiting = waitingOn(socket).add(response);
    response.once('close', () => waiting.delete(response));
  });
}

/** Resolves with `http://HOST:PORT` (or `https`) as it is reached; rejects with the server's own error (`EADDRINUSE` …). */
export function listen(server: Server, address: { host: string; port: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.off('error', reject);
      resolve(urlOf(server));
    });
  });
}

/**
 * Ends listening, waits for open answers to end, and cuts what is left once `ended` has resolved: at once, but for a time
 * in which closing words go out where Node does not know the connection any more.
 */
export async function closeHttpServer(server: Server, ended: Promise<unknown>): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  await ended;
  server.closeAllConnections();
  const cut = setTimeout(() => {
    for (const socket of connections.get(server) ?? []) socket.destroy();
  }, LINGER_MS);
  await closed;
  clearTimeout(cut);
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  const scheme = 'setSecureContext' in server ? 'https' : 'http';
  return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
