/** A viewer of `/live/x.mjpeg` in a test: cuts `multipart/x-mixed-replace` into pictures, strictly, and times them. */
import { type ClientRequest, get, type IncomingHttpHeaders } from 'node:http';
import { eventually } from './wait.ts';

export interface TimedPicture {
  readonly jpeg: Buffer;
  /** When its last byte came, by `performance.now()`. */
  readonly atMs: number;
}

const PART = /^Content-Type: image\/jpeg\r\nContent-Length: (\d+)\r\n\r\n/;

export class MjpegClient {
  readonly pictures: TimedPicture[] = [];
  status = 0;
  headers: IncomingHttpHeaders = {};
  /** Whatever came instead of pictures. */
  text = '';
  ended = false;
  readonly #request: ClientRequest;
  #rest: Buffer = Buffer.alloc(0);
  #delimiter: Buffer | null = null;
  #begun = false;
  #problem: Error | null = null;

  /** The test calls `leave()`. */
  constructor(url: string) {
    const end = () => {
      this.ended = true;
    };
    this.#request = get(url, { agent: false }, (response) => {
      this.status = response.statusCode ?? 0;
      this.headers = response.headers;
      const boundary = /^multipart\/x-mixed-replace; boundary=([\w-]+)$/.exec(response.headers['content-type'] ?? '');
      if (boundary !== null) this.#delimiter = Buffer.from(`--${boundary[1]}\r\n`);
      response.on('data', (chunk: Buffer) => {
        if (this.#delimiter === null) this.text += chunk.toString();
        else this.#take(chunk, this.#delimiter);
      });
      response.on('error', end);
      response.on('close', end);
    });
    this.#request.on('error', end);
  }

  leave(): void {
    this.#request.destroy();
  }

  /** Resolves when there are so many; rejects when the bytes are not what they should be, or after `withinMs`. */
  async untilPictures(count: number, withinMs = 20_000): Promise<readonly TimedPicture[]> {
    const found = await eventually(
      () => ({ count: this.pictures.length, ended: this.ended, problem: this.#problem?.message }),
      (state) => state.count >= count || state.ended || state.problem !== undefined,
      { withinMs },
    );
    if (found.problem !== undefined || found.count < count) throw new Error(JSON.stringify({ ...found, ...this }));
    return this.pictures;
  }

  /** Pictures per second over all but the first. */
  rateFrom(first: number): number {
    const timed = this.pictures.slice(first);
    return (timed.length - 1) / ((timed.at(-1)!.atMs - timed[0]!.atMs) / 1000);
  }

  #take(chunk: Buffer, delimiter: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    if (!this.#begun) {
      if (this.#rest.length < delimiter.length) return;
      if (!this.#rest.subarray(0, delimiter.length).equals(delimiter)) this.#problem = new Error('no first delimiter');
      this.#rest = this.#rest.subarray(delimiter.length);
      this.#begun = true;
    }
    for (;;) {
      const head = PART.exec(this.#rest.toString('latin1', 0, 200));
      if (head === null) {
        if (this.#rest.length > 200) this.#problem = new Error(`no part: ${this.#rest.toString('latin1', 0, 80)}`);
        return;
      }
      const from = head[0].length;
      const to = from + Number(head[1]);
      const behind = Buffer.concat([Buffer.from('\r\n'), delimiter]);
      if (this.#rest.length < to + behind.length) return;
      if (!this.#rest.subarray(to, to + behind.length).equals(behind)) this.#problem = new Error('no delimiter behind');
      this.pictures.push({ jpeg: Buffer.from(this.#rest.subarray(from, to)), atMs: performance.now() });
      this.#rest = this.#rest.subarray(to + behind.length);
    }
  }
}
