import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { RelayError } from '../errors.ts';
import { type LeaveReason, Member } from './member.ts';

class FakeSocket extends EventEmitter {
  readyState = 1;
  readonly ends: (number | 'terminate')[] = [];
  pings = 0;
  close(code: number): void {
    this.ends.push(code);
    this.readyState = 2;
  }
  terminate(): void {
    this.ends.push('terminate');
    this.readyState = 3;
    this.emit('close', 1006, '');
  }
  ping(): void {
    this.pings++;
  }
  text(text: string): void {
    this.emit('message', Buffer.from(text), false);
  }
}

/** Takes what is written only when told to. */
class SlowStream extends Writable {
  readonly taken: string[] = [];
  #done: (() => void) | null = null;
  constructor() {
    super({ highWaterMark: 16, decodeStrings: true });
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.taken.push(chunk.toString());
    this.#done = done;
  }
  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    for (const { chunk } of chunks) this.taken.push(chunk.toString());
    this.#done = done;
  }
  take(): void {
    const done = this.#done;
    this.#done = null;
    done?.();
  }
}

function open(limits: { messages?: number; bytes?: number } = {}) {
  const socket = new FakeSocket();
  const stream = new SlowStream();
  const frames: string[] = [];
  const gone: LeaveReason[] = [];
  const member = new Member({
    socket: socket as unknown as WebSocket,
    stream: stream as never,
    address: '192.0.2.1',
    isShared: false,
    mayModerate: () => false,
    maxQueueMessages: limits.messages ?? 1000,
    maxQueueBytes: limits.bytes ?? 1_048_576,
    onFrame: (_member, text) => frames.push(text),
    onGone: (_member, reason) => gone.push(reason),
  });
  return { socket, stream, frames, gone, member };
}

afterEach(() => vi.useRealTimers());

describe('what waits to be sent', () => {
  it('goes out in order when the connection takes something again', async () => {
    const { member, stream } = open();
    for (let i = 0; i < 10; i++) member.send(Buffer.from(`frame ${i} of some length;`), 1);
    expect(stream.taken.length).toBe(1);
    for (let i = 0; i < 20; i++) {
      stream.take();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(stream.taken.join('')).toBe(Array.from({ length: 10 }, (_, i) => `frame ${i} of some length;`).join(''));
    expect(member.backlog.messages).toBe(0);
  });

  it.each([
    ['1,000 messages', { messages: 1000 }, 'x'],
    ['the byte cap', { bytes: 100_000 }, 'x'.repeat(1_000)],
  ])('closes with 1013 at %s, and nothing of it is kept', (_what, limits, text) => {
    const { member, socket, gone } = open(limits);
    let sent = 0;
    while (!member.isGone && sent < 5_000) {
      member.send(Buffer.from(`${text}${' '.repeat(20)}`), 1);
      sent++;
    }
    expect(socket.ends).toEqual([1013]);
    expect(gone).toEqual(['refused']);
    expect(member.backlog.messages).toBe(0);
    expect(sent).toBeLessThan(1_010);
  });
});

describe('what waits to be read', () => {
  it('is read twenty frames at a time, in order, and closes with 1013 when it is too much', async () => {
    const { member, socket, frames, gone } = open();
    member.release();
    for (let i = 0; i < 500; i++) socket.text(String(i));
    expect(frames.length).toBe(20);
    await vi.waitFor(() => expect(frames.length).toBe(500), { timeout: 5_000 });
    expect(frames).toEqual(Array.from({ length: 500 }, (_, i) => String(i)));
    for (let i = 0; i < 1_100; i++) socket.text('x');
    expect(socket.ends).toEqual([1013]);
    expect(gone).toEqual(['refused']);
  });

  it('waits until the member is let in', () => {
    const { member, socket, frames } = open();
    let told = 0;
    member.onceWaiting(() => told++);
    socket.text('first');
    socket.text('second');
    expect([told, frames, member.peek()]).toEqual([1, [], 'first']);
    member.skip();
    member.release();
    expect(frames).toEqual(['second']);
  });
});

describe('the end', () => {
  it.each([
    ['a close frame', (s: FakeSocket) => s.emit('close', 1000, ''), 'closed'],
    ['an error', (s: FakeSocket) => s.emit('error', new Error('reset')), 'failed'],
    ['a binary frame', (s: FakeSocket) => s.emit('message', Buffer.from('x'), true), 'refused'],
  ])('comes once, by %s', (_what, end, reason) => {
    const { member, socket, gone } = open();
    end(socket);
    end(socket);
    socket.emit('close', 1006, '');
    member.close(new RelayError('going-away'));
    member.release();
    member.send(Buffer.from('x'), 1);
    expect(gone).toEqual([reason]);
  });

  it('comes by silence: a ping, and nothing until its deadline', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const { member, socket, gone } = open();
    const beat = (ms: number) => {
      vi.advanceTimersByTime(ms);
      member.beat(performance.now(), 1_000, 500);
    };
    beat(999);
    expect(socket.pings).toBe(0);
    beat(1);
    beat(100);
    expect(socket.pings).toBe(1);
    socket.emit('pong');
    beat(999);
    expect(socket.pings).toBe(1);
    beat(1);
    beat(499);
    expect(gone).toEqual([]);
    beat(1);
    expect([socket.ends, gone]).toEqual([['terminate'], ['silent']]);
  });
});
