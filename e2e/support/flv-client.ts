/**
 * A viewer in a test: opens `/live/x.flv` over WebSocket or HTTP, cuts what comes into tags, and waits for what the
 * test asks. It judges nothing but the form of the bytes; continuity is checked when asked for.
 */
import { request } from 'node:http';
import { WebSocket } from 'ws';
import { readArrivalMark } from '../../server/flv/arrival-mark.ts';
import type { Tag, TagKind } from '../../server/flv/tag.ts';
import { TagParser } from '../../server/flv/tag-parser.ts';
import type { ArrivalMark, CloseReason, Problem } from '../../server/protocol.ts';
import { within } from './wait.ts';

export interface FlvClientOptions {
  readonly transport?: 'ws' | 'http';
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a connection ended. */
export interface FlvEnd {
  /** WebSocket close code; for HTTP the status, or 0 when the connection was cut in the middle of a 200. */
  readonly code: number;
  /** The WebSocket's close reason, or the problem document's text. */
  readonly text: string;
  /** `text` as JSON, when it is. */
  readonly reason: (CloseReason & Partial<Problem>) | null;
}

const DEFAULT_WITHIN_MS = 20_000;

export class FlvClient {
  readonly tags: Tag[] = [];
  /** Size of each WebSocket message or HTTP chunk, in order. */
  readonly chunkBytes: number[] = [];
  readonly openedAtMs = Date.now();
  /** Never rejects. */
  readonly ended: Promise<FlvEnd>;
  readonly #parser = new TagParser();
  readonly #wakers = new Set<() => void>();
  readonly #leave: () => void;
  readonly #hold: (held: boolean) => void;
  #end: FlvEnd | null = null;
  #parseError: Error | null = null;

  /**
   * Opens `url` (`http:` or `ws:`; the scheme is made to fit the transport). The test calls `leave()`.
   */
  constructor(url: string, options: FlvClientOptions = {}) {
    const transport = options.transport ?? (url.startsWith('ws') ? 'ws' : 'http');
    let resolveEnd: (end: FlvEnd) => void = () => {};
    this.ended = new Promise((resolve) => {
      resolveEnd = resolve;
    });
    const finish = (code: number, text: string) => {
      if (this.#end !== null) return;
      this.#end = { code, text, reason: asJson(text) };
      resolveEnd(this.#end);
      this.#wake();
    };
    const open = transport === 'ws' ? openWebSocket : openHttp;
    const { leave, hold } = open(
      url.replace(/^(ws|http)/, transport),
      options.headers ?? {},
      (chunk) => this.#take(chunk),
      finish,
    );
    this.#leave = leave;
    this.#hold = hold;
  }

  /** The tracks that the FLV header announces; null before it has come. */
  get header(): { audio: boolean; video: boolean } | null {
    return this.#parser.header;
  }

  /** How the connection ended; null while it is open. */
  get end(): FlvEnd | null {
    return this.#end;
  }

  get marks(): ArrivalMark[] {
    return this.tags.map((tag) => readArrivalMark(tag)).filter((mark) => mark !== null);
  }

  ofKind(...kinds: readonly TagKind[]): Tag[] {
    return this.tags.filter((tag) => kinds.includes(tag.kind));
  }

  get pictures(): Tag[] {
    return this.ofKind('keyframe', 'frame');
  }

  /** Resolves when `accept` holds; rejects after `withinMs` (default 20 s) or when the connection ends before. */
  until(what: string, accept: () => boolean, withinMs = DEFAULT_WITHIN_MS): Promise<void> {
    let check: () => void = () => {};
    const reached = new Promise<void>((resolve, reject) => {
      check = () => {
        if (this.#parseError !== null) reject(this.#parseError);
        else if (accept()) resolve();
        else if (this.#end !== null) reject(new Error(`Ended before ${what}: ${JSON.stringify(this.#end)}`));
      };
      this.#wakers.add(check);
      check();
    });
    const describe = () => `No ${what}; ${this.tags.length} tags, ${this.pictures.length} pictures came`;
    return within(reached, withinMs, describe).finally(() => this.#wakers.delete(check));
  }

  /** The first keyframe. */
  async untilKeyframe(withinMs?: number): Promise<Tag> {
    await this.until('keyframe', () => this.tags.some((tag) => tag.kind === 'keyframe'), withinMs);
    return this.tags.find((tag) => tag.kind === 'keyframe')!;
  }

  untilTags(count: number, withinMs?: number): Promise<void> {
    return this.until(`${count} tags`, () => this.tags.length >= count, withinMs);
  }

  untilPictures(count: number, withinMs?: number): Promise<void> {
    return this.until(`${count} pictures`, () => this.pictures.length >= count, withinMs);
  }

  /** So many pictures more than there are now. */
  untilMorePictures(count: number, withinMs?: number): Promise<void> {
    return this.untilPictures(this.pictures.length + count, withinMs);
  }

  /** How it ended; rejects when it has not within `withinMs` (default 20 s). */
  untilEnded(withinMs = DEFAULT_WITHIN_MS): Promise<FlvEnd> {
    return within(this.ended, withinMs, () => `Still open; ${this.tags.length} tags came`);
  }

  /** Stops reading from the socket, as a sleeping player does. */
  pause(): void {
    this.#hold(true);
  }

  resume(): void {
    this.#hold(false);
  }

  /**
   * Throws when time goes back on a track, when the first picture is no keyframe, or when two pictures are further
   * apart than `maxGapMs`.
   */
  checkContinuity(options: { readonly maxGapMs?: number } = {}): void {
    const { maxGapMs = Number.POSITIVE_INFINITY } = options;
    const { pictures } = this;
    if (pictures.length > 0 && pictures[0]!.kind !== 'keyframe') throw new Error('The first picture is no keyframe.');
    for (const track of [pictures, this.ofKind('audio')]) {
      for (const [index, tag] of track.slice(1).entries()) {
        const stepMs = tag.timestampMs - track[index]!.timestampMs;
        if (stepMs < 0) throw new Error(`Time goes back by ${-stepMs} ms at ${tag.kind} ${index + 1}.`);
        if (track === pictures && stepMs > maxGapMs) throw new Error(`A gap of ${stepMs} ms before ${index + 1}.`);
      }
    }
  }

  /** Closes the connection from this side and waits until it is. Idempotent. */
  async leave(): Promise<void> {
    this.#hold(false);
    this.#leave();
    await this.untilEnded();
  }

  #take(chunk: Buffer): void {
    this.chunkBytes.push(chunk.length);
    try {
      this.tags.push(...this.#parser.push(chunk));
    } catch (error) {
      this.#parseError ??= error instanceof Error ? error : new Error(String(error));
    }
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#wakers) wake();
  }
}

interface Connection {
  readonly leave: () => void;
  readonly hold: (held: boolean) => void;
}
type Open = (
  url: string,
  headers: Readonly<Record<string, string>>,
  onBytes: (chunk: Buffer) => void,
  onEnd: (code: number, text: string) => void,
) => Connection;

const openWebSocket: Open = (url, headers, onBytes, onEnd) => {
  const socket = new WebSocket(url, { headers, perMessageDeflate: false });
  socket.on('message', (data, isBinary) => {
    if (!isBinary) onEnd(-1, `A text message came: ${String(data)}`);
    else onBytes(data as Buffer);
  });
  socket.on('close', (code, reason) => onEnd(code, reason.toString()));
  socket.on('unexpected-response', (_request, response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => onEnd(response.statusCode ?? 0, Buffer.concat(chunks).toString()));
  });
  socket.on('error', (error) => onEnd(-1, error.message));
  let held = false;
  return {
    // A clean close, so that the server sees what a browser tab would send.
    leave: () => (socket.readyState === WebSocket.CONNECTING ? socket.terminate() : socket.close(1000)),
    hold: (hold) => {
      if (hold === held || socket.readyState === WebSocket.CONNECTING) return;
      held = hold;
      if (hold) socket.pause();
      else socket.resume();
    },
  };
};

const openHttp: Open = (url, headers, onBytes, onEnd) => {
  const outgoing = request(url, { headers, agent: false });
  let left = false;
  outgoing.on('response', (response) => {
    const status = response.statusCode ?? 0;
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => (status === 200 ? onBytes(chunk) : chunks.push(chunk)));
    response.on('end', () => onEnd(status, Buffer.concat(chunks).toString()));
    response.on('error', (error) => onEnd(0, left ? 'left' : error.message));
    response.on('close', () => onEnd(0, left ? 'left' : 'cut'));
    held.response = response;
  });
  outgoing.on('error', (error) => onEnd(left ? 0 : -1, left ? 'left' : error.message));
  const held: { response: { pause(): unknown; resume(): unknown } | null } = { response: null };
  outgoing.end();
  return {
    leave: () => {
      left = true;
      outgoing.destroy();
    },
    hold: (hold) => void (hold ? held.response?.pause() : held.response?.resume()),
  };
};

function asJson(text: string): FlvEnd['reason'] {
  try {
    return JSON.parse(text) as FlvEnd['reason'];
  } catch {
    return null;
  }
}
