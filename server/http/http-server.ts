/** The HTTP server under everything: its limits, and where it listens. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How long clients may take to send a request's headers. */
const HEADERS_TIMEOUT_MS = 10_000;
/** How often that is looked at; Node's own 30 s would let such connections pile up. */
const CONNECTIONS_CHECK_EVERY_MS = 5_000;
const MAX_HEADER_BYTES = 16_384;
/** A gathered write of a few pictures fits, so that sockets need not announce after each that they have drained. */
const SOCKET_BUFFER_BYTES = 65_536;

/** A server that does not listen yet and answers nothing yet. */
export function newHttpServer(): Server {
  return createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    // Node's own five minutes would end uploads, and cameras that are pushed. Who reads a body bounds it.
    requestTimeout: 0,
    connectionsCheckingInterval: CONNECTIONS_CHECK_EVERY_MS,
    highWaterMark: SOCKET_BUFFER_BYTES,
  });
}

/** Resolves with `http://HOST:PORT` as it is reached; rejects with the server's own error (`EADDRINUSE` …). */
export function listen(server: Server, address: { host: string; port: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.off('error', reject);
      resolve(urlOf(server.address() as AddressInfo));
    });
  });
}

/** Ends listening, waits for open answers to end, and cuts what is left once `ended` has resolved. */
export async function closeHttpServer(server: Server, ended: Promise<unknown>): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  await ended;
  server.closeAllConnections();
  await closed;
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
