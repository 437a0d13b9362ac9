/**
 * The reference for fan-out: what fanning FLV tags out costs in Node when nothing else is done. Bare `node:net`, the
 * least HTTP and WebSocket framing that players accept, the relay's own merging policy, a GOP for joiners and nothing
 * more: no limits, no slow viewers, no errors, no log. A process of its own; answers `BareServerCommands`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { mergeIntervalMs, pictureEndsGathering } from '../../../server/hub/merge-policy.ts';
import { type SelfUsage, selfUsage } from './measure.ts';
import { answerCommands } from './worker.ts';

export type BareServerCommands = {
  /** Feeds from an ffmpeg with these arguments, which writes FLV to its standard output; resolves with the port. */
  start(request: { ffmpeg: string; args: readonly string[]; mergeMaxMs: number }): Promise<number>;
  usage(request: { collect: boolean }): Promise<SelfUsage>;
};

const TAG_OVERHEAD_BYTES = 15;

const sockets = { websocket: new Set<Socket>(), http: new Set<Socket>() };
let ffmpegChild: ChildProcess | null = null;
let mergeMaxMs = 100;
let unparsed: Buffer = Buffer.alloc(0);
const headers: Buffer[] = [];
let gop: Buffer[] = [];
let pending: Buffer[] = [];
let timer: NodeJS.Timeout | null = null;
let gatheringSinceMs = 0;

function take(chunk: Buffer): void {
  unparsed = unparsed.length === 0 ? chunk : Buffer.concat([unparsed, chunk]);
  let at = 0;
  if (headers.length === 0) {
    if (unparsed.length < 13) return;
    headers.push(Buffer.from(unparsed.subarray(0, 13)));
    at = 13;
  }
  while (unparsed.length - at >= TAG_OVERHEAD_BYTES) {
    const size = unparsed.readUIntBE(at + 1, 3) + TAG_OVERHEAD_BYTES;
    if (unparsed.length - at < size) break;
    takeTag(Buffer.from(unparsed.subarray(at, at + size)));
    at += size;
  }
  unparsed = unparsed.subarray(at);
}

function takeTag(tag: Buffer): void {
  const type = tag[0];
  if (type === 18 || tag[12] === 0) {
    headers.push(tag);
    return;
  }
  pending.push(tag);
  const gatherMs = mergeIntervalMs(sockets.websocket.size + sockets.http.size, mergeMaxMs);
  if (gatherMs === 0) {
    flush();
  } else if (timer === null) {
    gatheringSinceMs = performance.now();
    timer = setTimeout(flush, gatherMs);
  } else if (type === 9 && pictureEndsGathering(performance.now() - gatheringSinceMs, gatherMs)) {
    flush();
  }
}

function flush(): void {
  if (timer !== null) clearTimeout(timer);
  timer = null;
  for (const tag of pending) {
    if (tag[0] === 9 && tag[11]! >> 4 === 1) gop = [];
    gop.push(tag);
  }
  const bytes = pending.length === 1 ? pending[0]! : Buffer.concat(pending);
  pending = [];
  for (const socket of sockets.http) socket.write(bytes);
  if (sockets.websocket.size === 0) return;
  const message = framed(bytes);
  for (const socket of sockets.websocket) socket.write(message);
}

/** One unfragmented binary message (RFC 6455 section 5.2), unmasked as a server's are. */
function framed(payload: Buffer): Buffer {
  const header = payload.length < 126 ? Buffer.alloc(2) : Buffer.alloc(payload.length < 65_536 ? 4 : 10);
  header[0] = 0x82;
  header[1] = payload.length < 126 ? payload.length : payload.length < 65_536 ? 126 : 127;
  if (header.length === 4) header.writeUInt16BE(payload.length, 2);
  else if (header.length === 10) header.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([header, payload]);
}

function accept(socket: Socket, request: string): void {
  const first = Buffer.concat([...headers, ...gop]);
  const key = /^sec-websocket-key: *(\S+)/im.exec(request)?.[1];
  if (key === undefined) {
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: video/x-flv\r\nConnection: close\r\n\r\n');
    socket.write(first);
    sockets.http.add(socket);
  } else {
    const proof = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${proof}\r\n\r\n`,
    );
    socket.write(framed(first));
    sockets.websocket.add(socket);
  }
}

const server = createServer({ noDelay: true }, (socket) => {
  let request = '';
  const onData = (chunk: Buffer) => {
    request += chunk.toString('latin1');
    if (!request.includes('\r\n\r\n')) return;
    socket.off('data', onData);
    socket.resume();
    accept(socket, request);
  };
  socket.on('data', onData);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    sockets.http.delete(socket);
    sockets.websocket.delete(socket);
  });
});

const commands: BareServerCommands = {
  start({ ffmpeg, args, mergeMaxMs: maxMs }) {
    mergeMaxMs = maxMs;
    const child = spawn(ffmpeg, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.on('data', take);
    ffmpegChild = child;
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  },
  usage: ({ collect }) => selfUsage(collect),
};

answerCommands(commands, async () => {
  const child = ffmpegChild;
  if (child === null || child.exitCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exited;
});
