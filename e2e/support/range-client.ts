/** HTTP as Node sends it, with nothing added or followed, and what its range answers hold. */
import { type IncomingHttpHeaders, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

export function ask(url: string, { method = 'GET', headers = {}, body }: AskOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

export interface Part {
  readonly first: number;
  readonly last: number;
  readonly sizeBytes: number;
  readonly body: Buffer;
}

/** The parts of a 206, one or several. */
export function partsOf({ headers, body }: Answer): Part[] {
  const [, boundary] = /^multipart\/byteranges; boundary=(\S+)$/.exec(headers['content-type'] ?? '') ?? [];
  if (boundary === undefined) return [partOf(headers['content-range'] ?? '', body)];
  const text = body.toString('latin1');
  const end = `\r\n--${boundary}--\r\n`;
  if (!text.endsWith(end)) throw new Error('The multipart body has no end.');
  const pieces = `\r\n${text.slice(0, -end.length)}`.split(`\r\n--${boundary}\r\n`);
  if (pieces.shift() !== '') throw new Error('The multipart body does not begin with a part.');
  return pieces.map((piece) => {
    const [head = '', ...rest] = piece.split('\r\n\r\n');
    const range = /^Content-Range: (.*)$/im.exec(head)?.[1] ?? '';
    return partOf(range, Buffer.from(rest.join('\r\n\r\n'), 'latin1'));
  });
}

function partOf(range: string, body: Buffer): Part {
  const found = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(range);
  if (found === null) throw new Error(`"${range}" is no Content-Range.`);
  const [first, last, sizeBytes] = found.slice(1).map(Number) as [number, number, number];
  return { first, last, sizeBytes, body };
}
