/** HTTP as bytes on a socket, for what no client library would send. */
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  /** 0 when the connection ended without an answer. */
  readonly status: number;
  /** The whole status line and headers. */
  readonly head: string;
  readonly body: string;
}

/**
 * Sends `text` and gathers what comes until the server ends the connection, or for `listenMs` (default 3 s), whichever
 * is first; then the connection is closed.
 */
export function rawRequest(port: number, text: string, listenMs = 3_000): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => socket.destroy(), listenMs);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(parse(Buffer.concat(chunks).toString('latin1')));
    });
  });
}

/** The same for a request without a body; `headers` go behind Host. */
export function rawGet(
  port: number,
  target: string,
  headers: Readonly<Record<string, string>> = {},
  { method = 'GET', listenMs }: { readonly method?: string; readonly listenMs?: number } = {},
): Promise<RawAnswer> {
  const lines = Object.entries({ Host: `127.0.0.1:${port}`, Connection: 'close', ...headers });
  const text = `${method} ${target} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return rawRequest(port, text, listenMs);
}

/** What a browser sends to open a WebSocket. */
export const WEBSOCKET_HEADERS = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
} as const;

/** An open connection on which `text` was sent; the caller destroys it. */
export function openSocket(port: number, text = ''): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      if (text !== '') socket.write(text);
      socket.off('error', reject);
      socket.on('error', () => {});
      // What comes is thrown away; unread, the end would not be seen either.
      socket.resume();
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

function parse(text: string): RawAnswer {
  const split = text.indexOf('\r\n\r\n');
  const head = split === -1 ? text : text.slice(0, split);
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0),
    head,
    body: split === -1 ? '' : text.slice(split + 4),
  };
}
