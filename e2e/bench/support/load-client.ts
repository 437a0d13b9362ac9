/**
 * A process that plays many viewers at the least cost: raw sockets, one read buffer for all, tag headers only. It
 * answers the commands of `LoadClientCommands`; the bench side is `load.ts`.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { FlvWalker, TagOrder } from './flv-walker.ts';
import { selfUsage } from './measure.ts';
import { type Transport, TransportReader } from './transport-reader.ts';
import { answerCommands } from './worker.ts';

export interface Target {
  readonly port: number;
  readonly path: string;
  readonly transport: Transport;
}

export interface LoadStats {
  /** FLV bytes received by the viewers there are, without any framing. */
  readonly bytes: number;
  readonly tags: number;
  readonly gaps: number;
  /** Viewers that were refused, cut off, or sent what is not FLV, with the first reasons. */
  readonly failures: number;
  readonly reasons: readonly string[];
  readonly playing: number;
  readonly cpuS: number;
}

export type LoadClientCommands = {
  /** Connects viewers and resolves when each has its first keyframe. */
  open(request: Target & { count: number; perSecond: number }): Promise<number>;
  /** One viewer after another comes, sees its first keyframe and leaves: milliseconds from connect to keyframe. */
  probe(request: Target & { count: number }): Promise<number[]>;
  stats(nothing: null): Promise<LoadStats>;
  /** Milliseconds from each keyframe's arrival in the relay to its arrival here, since the last call. */
  takeDelays(nothing: null): number[];
  /** Ends all viewers. */
  closeAll(nothing: null): Promise<void>;
};

const READ_BUFFER_BYTES = 256 * 1024;
/** Long, because 64 cameras that start on a busy machine take their time. */
const JOIN_TIMEOUT_MS = 120_000;
const MAX_DELAYS = 1_000_000;
/** A pong as a client sends it (RFC 6455 section 5.3): masked, without payload. */
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);

/** Shared by all sockets: a read is consumed before the next begins. */
const readBuffer = Buffer.alloc(READ_BUFFER_BYTES);
/** By path: other cameras have other timestamps. */
const orders = new Map<string, TagOrder>();
const viewers = new Set<LoadViewer>();
let delays: number[] = [];

class LoadViewer {
  readonly walker: FlvWalker;
  readonly joined: Promise<number>;
  bytes = 0;
  failure: string | null = null;
  readonly #socket: Socket;
  #leaving = false;

  constructor(target: Target) {
    let order = orders.get(target.path);
    if (order === undefined) {
      order = new TagOrder();
      orders.set(target.path, order);
    }
    this.walker = new FlvWalker(order, noteArrival);
    const reader = new TransportReader(target.transport, (bytes, start, end) => {
      this.bytes += end - start;
      this.walker.feed(bytes, start, end);
    });
    const startedMs = performance.now();
    let onJoined: (ms: number) => void = () => {};
    this.joined = new Promise((resolve) => {
      onJoined = resolve;
    });
    let joined = false;
    const fail = (why: string) => {
      if (this.#leaving) return;
      this.failure ??= why;
      onJoined(Number.NaN);
      this.#socket.destroy();
    };
    this.#socket = connect({
      host: '127.0.0.1',
      port: target.port,
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (length) => {
          reader.feed(readBuffer, length);
          if (!joined && this.walker.hasKeyframe) {
            joined = true;
            onJoined(performance.now() - startedMs);
          }
          if (reader.pinged) {
            reader.pinged = false;
            this.#socket.write(PONG);
          }
          const failure = reader.failure ?? this.walker.broken;
          if (failure !== null) fail(failure);
          return true;
        },
      },
    });
    this.#socket.on('error', (error) => fail(error.message));
    this.#socket.on('close', () => fail('the connection was closed'));
    this.#socket.write(requestFor(target));
    setTimeout(() => joined || fail('no keyframe came'), JOIN_TIMEOUT_MS).unref();
  }

  leave(): Promise<void> {
    this.#leaving = true;
    return new Promise((resolve) => {
      if (this.#socket.closed) resolve();
      else this.#socket.once('close', () => resolve());
      this.#socket.destroy();
    });
  }
}

function noteArrival(arrivedAtMs: number): void {
  if (delays.length < MAX_DELAYS) delays.push(Date.now() - arrivedAtMs);
}

function requestFor({ path, transport }: Target): string {
  const upgrade =
    transport === 'websocket'
      ? `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n`
      : '';
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${upgrade}\r\n`;
}

const commands: LoadClientCommands = {
  async open({ count, perSecond, ...target }) {
    const joins: Promise<number>[] = [];
    for (let opened = 0; opened < count; opened++) {
      const viewer = new LoadViewer(target);
      viewers.add(viewer);
      joins.push(viewer.joined);
      await new Promise((resolve) => setTimeout(resolve, 1000 / perSecond));
    }
    const times = await Promise.all(joins);
    return times.filter((time) => !Number.isNaN(time)).length;
  },

  async probe({ count, ...target }) {
    const times: number[] = [];
    for (let probed = 0; probed < count; probed++) {
      const viewer = new LoadViewer(target);
      times.push(await viewer.joined);
      await viewer.leave();
      // Not in step with the camera's keyframes or the gathering of tags.
      await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 130));
    }
    return times;
  },

  async stats() {
    const { cpuS } = await selfUsage(false);
    const all = [...viewers];
    const failures = all.flatMap(({ failure }) => (failure === null ? [] : [failure]));
    const sum = (of: (viewer: LoadViewer) => number) => all.reduce((total, viewer) => total + of(viewer), 0);
    return {
      bytes: sum(({ bytes }) => bytes),
      tags: sum(({ walker }) => walker.tags),
      gaps: sum(({ walker }) => walker.gaps),
      failures: failures.length,
      reasons: [...new Set(failures)].slice(0, 5),
      playing: all.filter(({ failure, walker }) => failure === null && walker.hasKeyframe).length,
      cpuS,
    };
  },

  takeDelays() {
    const taken = delays;
    delays = [];
    return taken;
  },

  async closeAll() {
    const leaving = [...viewers].map((viewer) => viewer.leave());
    viewers.clear();
    await Promise.all(leaving);
  },
};

answerCommands(commands, () => {});
