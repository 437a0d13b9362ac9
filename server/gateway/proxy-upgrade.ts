/** One WebSocket through the proxy: the handshake with the resource's machine, then bytes both ways as they come. */
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { cutAfter } from '../cut-after.ts';
import { RelayError } from '../errors.ts';
import { type ClientSide, forwardedRequestHeaders, returnedHeaders } from './header-policy.ts';
import { hiddenAddress } from './hidden-address.ts';
import { type AnswerContext, passAnswer } from './proxy-answer.ts';
import { upstreamFailure } from './upstream-failure.ts';
import type { UpstreamPool } from './upstream-pool.ts';

export interface UpgradeJob extends Omit<AnswerContext, 'response'> {
  readonly socket: Duplex;
  /** What the client sent behind its handshake. */
  readonly head: Buffer;
  readonly client: ClientSide;
  /** Path and query on the machine. */
  readonly path: string;
  readonly pool: UpstreamPool;
  /** Answers with an error and ends the socket; nothing has been sent by then. */
  readonly fail: (error: RelayError) => void;
  readonly onFailed: (error: RelayError) => void;
}

/** So long either side may take to read what is left and to close, once the other has ended. */
const LINGER_MS = 5_000;

/** What the caller holds of a running one. */
export interface RunningUpgrade {
  /** Cuts both sides. Idempotent. */
  abort(): void;
  readonly closed: Promise<void>;
}

/** Begins the handshake. The socket is closed when it fails or either side goes. */
export function proxyUpgrade(job: UpgradeJob): RunningUpgrade {
  const { socket, resource, client, request, path, pool } = job;
  const ours: (readonly [string, string])[] = [['Host', resource.authority], ...resource.headers];
  if (resource.authorization !== null) ours.push(['Authorization', resource.authorization]);
  const headers = [
    ...forwardedRequestHeaders(request.rawHeaders, client, ours),
    ...['Connection', 'Upgrade', 'Upgrade', 'websocket'],
  ];
  const upstream = pool.request(resource, { method: 'GET', path, headers, upgrade: true });
  let answered = false;
  const fail = (thrown: unknown) => {
    if (answered || socket.destroyed) return;
    answered = true;
    clearTimeout(timer);
    upstream.destroy();
    const error = upstreamFailure(thrown);
    job.onFailed(error);
    job.fail(error);
  };
  let timer: NodeJS.Timeout | undefined;
  upstream.once('finish', () => {
    const late = () => fail(new RelayError('upstream-timeout', 'The resource did not answer in time.'));
    timer = setTimeout(late, resource.responseTimeoutMs);
  });
  upstream.on('error', fail);
  upstream.once('upgrade', (answer, connection: Socket, head: Buffer) => {
    clearTimeout(timer);
    if (answer.headers.upgrade?.toLowerCase() !== 'websocket') {
      connection.destroy();
      fail(new RelayError('upstream-failed', 'The resource changes to another protocol.'));
      return;
    }
    answered = true;
    join(job, answer, connection, head);
  });
  upstream.once('response', (answer) => {
    clearTimeout(timer);
    answered = true;
    void refuse(job, answer);
  });
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      clearTimeout(timer);
      upstream.destroy();
      resolve();
    });
  });
  upstream.end();
  return { abort: () => socket.destroy(), closed };
}

function join(job: UpgradeJob, answer: IncomingMessage, connection: Socket, head: Buffer): void {
  const { socket, resource, request, ownBasePath } = job;
  const hidden = hiddenAddress(resource.host, connection.remoteAddress);
  const { basePath } = resource;
  const side = { hidden, origin: request.headers.origin, basePath, ownBasePath };
  const headers = returnedHeaders(answer.rawHeaders, side, ['content-length']);
  const lines = Array.from({ length: headers.length / 2 }, (_, at) => `${headers[at * 2]}: ${headers[at * 2 + 1]}\r\n`);
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${lines.join('')}\r\n`,
    'latin1',
  );
  if (head.length > 0) socket.write(head);
  if (job.head.length > 0) connection.write(job.head);
  connection.on('error', () => socket.destroy());
  connection.once('close', () => {
    // What the machine said last may still be on its way to a client that reads slowly.
    if (connection.readableEnded) cutAfter(socket.end(), LINGER_MS);
    else socket.destroy();
  });
  socket.once('end', () => cutAfter(connection, LINGER_MS));
  socket.once('close', () => connection.destroy());
  connection.setTimeout(0);
  connection.setNoDelay(true);
  if ('setNoDelay' in socket) (socket as Socket).setNoDelay(true);
  connection.pipe(socket);
  socket.pipe(connection);
}

/** The machine answers with something else than a WebSocket: the client gets it as it would any answer. */
async function refuse(job: UpgradeJob, answer: IncomingMessage): Promise<void> {
  const { request, socket } = job;
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(request.socket);
  response.once('finish', () => {
    socket.end();
    cutAfter(socket, LINGER_MS);
  });
  answer.on('error', () => {});
  response.on('error', () => {});
  try {
    await passAnswer(answer, { ...job, response });
  } catch (thrown) {
    answer.destroy();
    const error = upstreamFailure(thrown);
    job.onFailed(error);
    if (response.headersSent) socket.destroy();
    else {
      response.detachSocket(request.socket);
      job.fail(error);
    }
  }
}
