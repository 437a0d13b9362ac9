/** Sends one request of a fuzzer and says what is wrong with the answer, in words. */
import { request } from 'node:http';

/** Whoever asks does nothing with the answer: a stream that has begun is left after this time. */
const LISTEN_MS = 150;
const HANG_MS = 5_000;
/** Examines a camera for some seconds, as it says. */
const PROBE_MS = 25_000;
/** Passwords are hashed two at a time, on purpose with much work; on a busy machine they wait for each other. */
const HASH_MS = 20_000;
const SLOW: Readonly<Record<string, number>> = {
  probeCamera: PROBE_MS,
  signIn: HASH_MS,
  changePassword: HASH_MS,
  setUp: HASH_MS,
  addUser: HASH_MS,
  changeUser: HASH_MS,
};
/** What shows that a program, and not its author, wrote the answer. */
const STACK = /\n\s+at |\bnode_modules\b|\.ts:\d+|\bTypeError\b|\bRangeError\b|\bENOENT\b/;

export interface FuzzRequest {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
}

/** What is wrong with the answer; null when nothing is. */
export function faultOf(
  asked: FuzzRequest,
  { url, headers }: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
): Promise<string | null> {
  const hangMs = SLOW[asked.operation] ?? HANG_MS;
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const body = asked.body ?? Buffer.alloc(0);
    const lengths = asked.method === 'GET' || asked.method === 'HEAD' ? {} : { 'Content-Length': body.length };
    const all = { ...asked.headers, ...headers, ...lengths, Connection: 'close' };
    const outgoing = request({ hostname, port, method: asked.method, path: asked.path, headers: all });
    let text = '';
    const done = (fault: string | null) => {
      clearTimeout(timer);
      outgoing.destroy();
      resolve(fault);
    };
    const timer = setTimeout(() => done(`no answer within ${hangMs} ms`), hangMs);
    outgoing.on('error', (error) => done(`the connection broke: ${error.message}`));
    outgoing.on('response', (response) => {
      const status = response.statusCode ?? 0;
      const judge = () => done(judgement(status, response.headers, text));
      if (status >= 400) response.setEncoding('utf8');
      response.on('data', (bytes: Buffer | string) => {
        if (typeof bytes === 'string') text += bytes;
      });
      response.on('error', () => {});
      response.on('end', judge);
      if (status < 400) setTimeout(judge, LISTEN_MS);
    });
    outgoing.end(body);
  });
}

function judgement(status: number, headers: Readonly<Record<string, unknown>>, text: string): string | null {
  if (status === 500) return `500: ${text.slice(0, 300)}`;
  if ('x-injected' in headers) return 'a header of the request’s making';
  if (STACK.test(text)) return `${status} shows how the program is made: ${text.slice(0, 300)}`;
  return null;
}
