/** Asks a route, of whatever kind it is, only for whether it lets in; the routes are the test's business. */
import { request as httpRequest } from 'node:http';
import { WebSocket } from 'ws';
import type { CloseReason, Problem } from '../../server/protocol.ts';

/** What a request carries. */
export interface Card {
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: string;
}

export interface Answer {
  readonly status: number;
  readonly code: string | null;
  readonly text: string;
}

/** The head of the answer, and of a problem the whole; a stream is left as soon as it has begun. */
export function askRoute(
  relayUrl: string,
  method: string,
  path: string,
  { headers = {}, query }: Card,
): Promise<Answer> {
  const url = new URL(relayUrl + path);
  if (query !== undefined) url.search = query;
  if (method === 'UPGRADE') return askSocket(url, headers);
  return new Promise((resolve, reject) => {
    const asking = httpRequest(url, { method, headers: { ...headers, Connection: 'close' } }, (response) => {
      const status = response.statusCode ?? 0;
      if (!response.headers['content-type']?.includes('problem+json') || method === 'HEAD') {
        response.destroy();
        // A HEAD has no body that would say which 404 it is.
        resolve({ status, code: method === 'HEAD' && status === 404 ? 'no-such-camera' : null, text: '' });
        return;
      }
      let text = '';
      response.on('data', (bytes) => {
        text += bytes;
      });
      response.on('end', () => resolve({ status, code: (JSON.parse(text) as Problem).code, text }));
    });
    asking.on('error', reject);
    asking.end();
  });
}

/**
 * Codes from 4400 on stand for the HTTP status. The relay closes whom it refuses in the moment of the opening, so one
 * that answers a ping was let in.
 */
function askSocket(url: URL, headers: Readonly<Record<string, string>>): Promise<Answer> {
  url.protocol = 'ws:';
  return new Promise((resolve) => {
    const socket = new WebSocket(url, { headers });
    const done = (answer: Answer) => {
      socket.terminate();
      resolve(answer);
    };
    socket.on('error', () => {});
    socket.on('unexpected-response', (_request, response) =>
      done({ status: response.statusCode ?? 0, code: null, text: '' }),
    );
    socket.on('open', () => socket.ping());
    socket.on('pong', () => done({ status: 101, code: null, text: '' }));
    socket.on('close', (code, reason) => {
      const text = String(reason);
      const why = text === '' ? null : (JSON.parse(text) as CloseReason).code;
      done({ status: code >= 4400 && code < 4500 ? code - 4000 : 101, code: why, text });
    });
  });
}

/** `.` is let in, `1` is 401, `3` is 403, `4` is 404 in the words for a camera (or room) that does not exist. */
export function letterOf({ status, code }: Answer): string {
  if (status === 401) return '1';
  if (status === 403) return '3';
  return code === 'no-such-camera' || code === 'no-such-room' ? '4' : '.';
}

const FILLED: Readonly<Record<string, string>> = {
  ':file': 'index.m3u8',
  ':name': 'x1',
  ':id': 'x1',
  ':part': '1',
  ':upload': 'x1',
  ':resource': 'archive',
  '{*path}': 'x',
};

/** With something in the place of each parameter. */
export function pathOn(path: string, camera: string): string {
  const filled = path.replace(/:(camera|room)/, camera);
  return filled.replace(/:\w+|\{\*path\}/g, (name) => FILLED[name]!);
}

/** For `*` one method stands for all. */
export function asked(method: string, path: string): string {
  if (method === '*') return 'GET';
  // What streams would wake the camera; HEAD is asked the same.
  return method === 'GET' && path.startsWith('/live') && !path.includes(':file') ? 'HEAD' : method;
}
