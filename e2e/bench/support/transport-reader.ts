/**
 * Takes the framing off what a live URL sends, over a WebSocket (RFC 6455) or HTTP/1.1 (RFC 9112), at the least cost:
 * no copies of payload. Only as much of either protocol as a server's live stream uses.
 */

export type Transport = 'websocket' | 'http';

/** Where payload goes: a span of a buffer that is reused after the call. */
export type PayloadSink = (bytes: Buffer, start: number, end: number) => void;

type State = 'head' | 'frame-header' | 'chunk-size' | 'payload' | 'chunk-end' | 'raw' | 'control' | 'over';

const MAX_HEAD_BYTES = 16_384;

export class TransportReader {
  /** Why the stream is over or cannot be read; null while all is well. */
  failure: string | null = null;
  /** A ping has come that wants its pong. */
  pinged = false;
  readonly #transport: Transport;
  readonly #payload: PayloadSink;
  #state: State = 'head';
  #head = '';
  #left = 0;
  #header = Buffer.alloc(10);
  #headerBytes = 0;
  #chunkSize = 0;
  #opcode = 0;

  constructor(transport: Transport, payload: PayloadSink) {
    this.#transport = transport;
    this.#payload = payload;
  }

  /** Takes `bytes[0, length)`; keeps no reference to it. */
  feed(bytes: Buffer, length: number): void {
    let at = 0;
    while (at < length && this.#state !== 'over') at = this.#step(bytes, at, length);
  }

  #step(bytes: Buffer, at: number, end: number): number {
    switch (this.#state) {
      case 'head':
        return this.#readHead(bytes, at, end);
      case 'raw':
        this.#payload(bytes, at, end);
        return end;
      case 'frame-header':
        return this.#readFrameHeader(bytes, at, end);
      case 'chunk-size':
        return this.#readChunkSize(bytes, at, end);
      case 'payload': {
        const stop = Math.min(end, at + this.#left);
        this.#payload(bytes, at, stop);
        this.#left -= stop - at;
        if (this.#left === 0) this.#unitEnded();
        return stop;
      }
      case 'control': {
        const stop = Math.min(end, at + this.#left);
        this.#left -= stop - at;
        if (this.#left === 0) this.#state = 'frame-header';
        return stop;
      }
      case 'chunk-end': {
        const stop = Math.min(end, at + this.#left);
        this.#left -= stop - at;
        if (this.#left === 0) this.#state = 'chunk-size';
        return stop;
      }
      case 'over':
        return end;
    }
  }

  #unitEnded(): void {
    if (this.#transport === 'websocket') {
      this.#state = 'frame-header';
      return;
    }
    this.#state = 'chunk-end';
    this.#left = 2;
  }

  #readHead(bytes: Buffer, at: number, end: number): number {
    const before = this.#head.length;
    this.#head += bytes.toString('latin1', at, Math.min(end, at + MAX_HEAD_BYTES));
    const stop = this.#head.indexOf('\r\n\r\n');
    if (stop < 0) {
      if (this.#head.length > MAX_HEAD_BYTES) this.#fail('an endless head');
      return end;
    }
    const head = this.#head.slice(0, stop);
    this.#head = '';
    const wanted = this.#transport === 'websocket' ? ' 101 ' : ' 200 ';
    const status = head.slice(0, head.indexOf('\r\n'));
    if (!status.includes(wanted)) this.#fail(status);
    else if (this.#transport === 'websocket') this.#state = 'frame-header';
    else this.#state = /^transfer-encoding: *chunked/im.test(head) ? 'chunk-size' : 'raw';
    return at + stop + 4 - before;
  }

  #readFrameHeader(bytes: Buffer, at: number, end: number): number {
    let next = at;
    for (;;) {
      const size = this.#headerBytes < 2 ? 2 : headerSize(this.#header[1]!);
      if (this.#headerBytes === size) break;
      if (next === end) return next;
      this.#header[this.#headerBytes++] = bytes[next++]!;
    }
    this.#headerBytes = 0;
    const short = this.#header[1]! & 0x7f;
    this.#left = short < 126 ? short : short === 126 ? this.#header.readUInt16BE(2) : this.#header.readUIntBE(4, 6);
    this.#opcode = this.#header[0]! & 0x0f;
    if (this.#opcode === 8) this.#fail('the server closed the WebSocket');
    else if (this.#opcode === 9) this.pinged = true;
    else if (this.#opcode > 2 && this.#opcode !== 10) this.#fail(`opcode ${this.#opcode}`);
    if (this.#state !== 'over' && this.#left > 0) this.#state = this.#opcode <= 2 ? 'payload' : 'control';
    return next;
  }

  #readChunkSize(bytes: Buffer, at: number, end: number): number {
    for (let next = at; next < end; next++) {
      const byte = bytes[next]!;
      if (byte === 0x0d) continue;
      if (byte === 0x0a) {
        this.#left = this.#chunkSize;
        this.#chunkSize = 0;
        if (this.#left === 0) this.#fail('the server ended the body');
        else this.#state = 'payload';
        return next + 1;
      }
      this.#chunkSize = this.#chunkSize * 16 + Number.parseInt(String.fromCharCode(byte), 16);
    }
    return end;
  }

  #fail(why: string): void {
    this.failure ??= why;
    this.#state = 'over';
  }
}

function headerSize(second: number): number {
  const short = second & 0x7f;
  return short === 127 ? 10 : short === 126 ? 4 : 2;
}
