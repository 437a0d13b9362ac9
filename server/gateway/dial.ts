/** Opens one connection to a machine: TCP, the way through an HTTP proxy, TLS, each with its own deadline. */
import { request } from 'node:http';
import { connect, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { RelayError } from '../errors.ts';
import type { HttpProxy } from './proxy-environment.ts';

export interface Dial {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  readonly verifyTls: boolean;
  readonly connectTimeoutMs: number;
  readonly tlsTimeoutMs: number;
  readonly tcpKeepAliveMs: number;
  readonly proxy: HttpProxy | null;
  /** Whether the proxy only carries bytes; otherwise it reads the requests. */
  readonly tunnel: boolean;
}

/**
 * Resolves with a connection that is ready for a request; the caller ends it. Gives up when the signal is aborted.
 * Rejects with RelayError `upstream-timeout`, or the socket's own error.
 */
export async function dial(target: Dial, signal: AbortSignal): Promise<Duplex> {
  const { proxy, tunnel } = target;
  const first = proxy ?? target;
  let socket: Duplex = await openTcp({ ...target, host: first.host, port: first.port }, signal);
  try {
    if (proxy?.secure) socket = await openTls(socket, { ...target, host: proxy.host, verifyTls: true }, signal);
    if (proxy !== null && tunnel) socket = await openTunnel(socket, target, proxy, signal);
    if (target.secure) socket = await openTls(socket, target, signal);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function openTcp({ host, port, connectTimeoutMs, tcpKeepAliveMs }: Dial, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: tcpKeepAliveMs });
  return within(socket, 'connect', { timeoutMs: connectTimeoutMs, late: 'The connection took too long.' }, signal);
}

function openTls(socket: Duplex, { host, verifyTls, tlsTimeoutMs }: Dial, signal: AbortSignal): Promise<Duplex> {
  // An address is no server name (RFC 6066 section 3); it is compared with the certificate all the same.
  const names = isIP(host) === 0 ? { servername: host } : { host };
  const secure = connectTls({ socket, ...names, rejectUnauthorized: verifyTls, ALPNProtocols: ['http/1.1'] });
  return within(secure, 'secureConnect', { timeoutMs: tlsTimeoutMs, late: 'The TLS handshake took too long.' }, signal);
}

/** RFC 9110 section 9.3.6. */
function openTunnel(socket: Duplex, target: Dial, proxy: HttpProxy, signal: AbortSignal): Promise<Duplex> {
  const authority = `${isIP(target.host) === 6 ? `[${target.host}]` : target.host}:${target.port}`;
  return new Promise((resolve, reject) => {
    const asked = request({
      createConnection: () => socket,
      method: 'CONNECT',
      path: authority,
      headers: {
        Host: authority,
        ...(proxy.authorization === null ? {} : { 'Proxy-Authorization': proxy.authorization }),
      },
      signal,
    });
    const refuse = (error: unknown) => {
      clearTimeout(timer);
      asked.destroy();
      reject(error);
    };
    const late = () => refuse(new RelayError('upstream-timeout', 'The HTTP proxy took too long.'));
    const timer = setTimeout(late, target.connectTimeoutMs);
    const refused = () => refuse(new RelayError('upstream-failed', 'The HTTP proxy refuses the way to the resource.'));
    asked.on('error', refuse);
    asked.once('response', refused);
    asked.once('connect', (answer, _socket, head: Buffer) => {
      if (answer.statusCode !== 200) {
        refused();
        return;
      }
      clearTimeout(timer);
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    asked.end();
  });
}

function within<T extends Duplex>(
  socket: T,
  event: string,
  { timeoutMs, late }: { readonly timeoutMs: number; readonly late: string },
  signal: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (error: unknown) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.off('error', settle);
      socket.off(event, onReady);
      socket.off('close', onClose);
      if (error === null) {
        resolve(socket);
        return;
      }
      socket.on('error', () => {});
      socket.destroy();
      reject(error);
    };
    const onReady = () => settle(null);
    const onAbort = () => settle(new RelayError('going-away'));
    const onClose = () => settle(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    const timer = setTimeout(() => settle(new RelayError('upstream-timeout', late)), timeoutMs);
    socket.once('error', settle);
    socket.once(event, onReady);
    socket.once('close', onClose);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
  });
}
