/**
 * One connection in a room: what waits to be read, what waits to be sent, and its one end. What frames mean is the
 * room's business.
 *
 *     held ──release()──▶ open ──close(), drop(), the socket's own close──▶ gone
 *       └───────────────────────────────────────────────────────────────────▲
 */
import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { closeSocket } from '../delivery/close-socket.ts';
import { RelayError } from '../errors.ts';
import { EMPTY, strike } from './rate-policy.ts';

/** Frames of one member that are looked at per turn: a flood waits for its own turn, not others for it. */
const FRAMES_PER_TURN = 20;
const TURN_MS = 10;

export type LeaveReason = 'closed' | 'failed' | 'silent' | 'refused';

export interface MemberOptions {
  readonly socket: WebSocket;
  /** The stream under the socket; frames made for many are written to it whole. */
  readonly stream: Duplex;
  readonly address: string;
  /** Many may have that address. */
  readonly isShared: boolean;
  readonly mayModerate: () => boolean;
  readonly maxQueueMessages: number;
  readonly maxQueueBytes: number;
  /** A text frame, in order; not before `release()`. */
  readonly onFrame: (member: Member, text: string) => void;
  /** Exactly once, whatever the road. */
  readonly onGone: (member: Member, reason: LeaveReason) => void;
}

export class Member {
  readonly connectionId = randomBytes(8).toString('hex');
  readonly address: string;
  readonly isShared: boolean;
  /** Its `hello`s after the one that it came in with. The room's. */
  hellos = EMPTY;
  readonly #options: MemberOptions;
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  #inbox: string[] = [];
  #inboxBytes = 0;
  #budget = FRAMES_PER_TURN;
  #turnAtMs = 0;
  #turnTimer: NodeJS.Timeout | null = null;
  #outbox: { readonly bytes: Buffer; readonly messages: number }[] = [];
  #outboxBytes = 0;
  #outboxMessages = 0;
  #held = true;
  #gone = false;
  #strikes = EMPTY;
  #heardAtMs = performance.now();
  #pingedAtMs: number | null = null;
  #onFirstFrame: (() => void) | null = null;

  constructor(options: MemberOptions) {
    this.#options = options;
    this.#socket = options.socket;
    this.#stream = options.stream;
    this.address = options.address;
    this.isShared = options.isShared;
    const { socket, stream } = options;
    socket.on('message', (data, isBinary) => this.#received(String(data), isBinary));
    socket.on('pong', () => this.#heard());
    socket.on('ping', () => this.#heard());
    socket.on('error', () => this.#leave('failed'));
    socket.on('close', () => this.#leave('closed'));
    stream.on('drain', this.#onDrain);
  }

  /** By the rights they have now. */
  get mayModerate(): boolean {
    return this.#options.mayModerate();
  }

  get isGone(): boolean {
    return this.#gone;
  }

  /** Frames and bytes that wait to be sent, beside what the operating system holds. */
  get backlog(): { readonly messages: number; readonly bytes: number } {
    return { messages: this.#outboxMessages, bytes: this.#outboxBytes + this.#stream.writableLength };
  }

  /** Calls back once, as soon as a frame waits. */
  onceWaiting(callback: () => void): void {
    if (this.#inbox.length > 0) callback();
    else this.#onFirstFrame = callback;
  }

  /** The first waiting frame, left where it is. */
  peek(): string | undefined {
    return this.#inbox[0];
  }

  /** Takes the first waiting frame away. */
  skip(): void {
    const text = this.#inbox.shift();
    if (text !== undefined) this.#inboxBytes -= text.length;
  }

  /** From here on frames are handed out, those that waited first. */
  release(): void {
    if (!this.#held || this.#gone) return;
    this.#held = false;
    if (this.#inbox.length > 0) this.#turn();
  }

  /** @param frames whole WebSocket frames. A member that takes nothing gets 1013 when its queue is full. */
  send(frames: Buffer, messages: number): void {
    if (this.#gone || this.#socket.readyState !== WebSocket.OPEN) return;
    if (this.#outbox.length === 0 && !this.#stream.writableNeedDrain) {
      this.#stream.write(frames);
      return;
    }
    this.#outbox.push({ bytes: frames, messages });
    this.#outboxBytes += frames.length;
    this.#outboxMessages += messages;
    const { maxQueueMessages, maxQueueBytes } = this.#options;
    if (this.#outboxMessages > maxQueueMessages || this.#outboxBytes > maxQueueBytes) {
      this.close(new RelayError('too-slow'));
    }
  }

  /** Counts a refusal; too many of them end the connection. @returns false when this was one too many */
  strike(nowMs: number): boolean {
    const strikes = strike(this.#strikes, nowMs);
    if (strikes === null) this.close(new RelayError('too-many-refused'));
    else this.#strikes = strikes;
    return strikes !== null;
  }

  /** Pings a silent member and drops one that stays silent. @param nowMs of `performance.now()` */
  beat(nowMs: number, heartbeatMs: number, pongTimeoutMs: number): void {
    if (this.#gone) return;
    if (this.#pingedAtMs !== null) {
      if (nowMs - this.#pingedAtMs >= pongTimeoutMs) this.#drop('silent');
    } else if (nowMs - this.#heardAtMs >= heartbeatMs && this.#socket.readyState === WebSocket.OPEN) {
      this.#pingedAtMs = nowMs;
      this.#socket.ping();
    }
  }

  /** Ends the connection with the error's code; what waits is given up. Idempotent, in any state. */
  close(error: RelayError): void {
    if (this.#gone) return;
    closeSocket(this.#socket, error);
    this.#leave('refused');
  }

  #drop(reason: LeaveReason): void {
    this.#leave(reason);
    this.#socket.terminate();
  }

  #leave(reason: LeaveReason): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#stream.off('drain', this.#onDrain);
    if (this.#turnTimer !== null) clearTimeout(this.#turnTimer);
    this.#inbox = [];
    this.#outbox = [];
    this.#inboxBytes = this.#outboxBytes = this.#outboxMessages = 0;
    this.#onFirstFrame = null;
    this.#options.onGone(this, reason);
  }

  #heard(): void {
    this.#heardAtMs = performance.now();
    this.#pingedAtMs = null;
  }

  #received(text: string, isBinary: boolean): void {
    if (this.#gone) return;
    this.#heard();
    if (isBinary) {
      this.close(new RelayError('not-text', 'The chat takes text messages that hold JSON.'));
      return;
    }
    if (!this.#held && this.#inbox.length === 0) {
      if (this.#heardAtMs - this.#turnAtMs >= TURN_MS) this.#beginTurn();
      if (this.#budget > 0) {
        this.#budget--;
        this.#options.onFrame(this, text);
        return;
      }
    }
    this.#inbox.push(text);
    this.#inboxBytes += text.length;
    const { maxQueueMessages, maxQueueBytes } = this.#options;
    if (this.#inbox.length > maxQueueMessages || this.#inboxBytes > maxQueueBytes) {
      this.close(new RelayError('overloaded', 'Messages came faster than they can be taken.'));
      return;
    }
    if (!this.#held) this.#turnTimer ??= setTimeout(() => this.#turn(), TURN_MS);
    const callback = this.#onFirstFrame;
    this.#onFirstFrame = null;
    callback?.();
  }

  #beginTurn(): void {
    this.#turnAtMs = performance.now();
    this.#budget = FRAMES_PER_TURN;
  }

  #turn(): void {
    if (this.#turnTimer !== null) clearTimeout(this.#turnTimer);
    this.#turnTimer = null;
    this.#beginTurn();
    const texts = this.#inbox.splice(0, this.#budget);
    for (const text of texts) {
      this.#inboxBytes -= text.length;
      this.#budget--;
      this.#options.onFrame(this, text);
      if (this.#gone) return;
    }
    if (this.#inbox.length > 0) this.#turnTimer ??= setTimeout(() => this.#turn(), TURN_MS);
  }

  readonly #onDrain = (): void => {
    if (this.#gone || this.#outbox.length === 0 || this.#socket.readyState !== WebSocket.OPEN) return;
    this.#stream.cork();
    let taken = 0;
    while (taken < this.#outbox.length && !this.#stream.writableNeedDrain) {
      const { bytes, messages } = this.#outbox[taken++]!;
      this.#outboxBytes -= bytes.length;
      this.#outboxMessages -= messages;
      this.#stream.write(bytes);
    }
    this.#outbox.splice(0, taken);
    this.#stream.uncork();
  };
}
