/**
 * Requests made at random from the description of the API: every method on every path, with values that fit, nearly fit
 * and do not fit at all. What is wrong with an answer is said in words; which relay is asked is the test's business.
 */

import { request } from 'node:http';
import fc from 'fast-check';
import { z } from 'zod';
import { OPERATIONS } from '../../server/http/openapi/document.ts';
import type { Operation } from '../../server/http/openapi/operation.ts';

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
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
/** What shows that a program, and not its author, wrote the answer. */
const STACK = /\n\s+at |\bnode_modules\b|\.ts:\d+|\bTypeError\b|\bRangeError\b|\bENOENT\b/;

export interface FuzzRequest {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
}

export interface FuzzOptions {
  /** `http://HOST:PORT` */
  readonly url: string;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Values for the parameters of paths that lead somewhere, by name. */
  readonly known: Readonly<Record<string, readonly string[]>>;
  readonly seed: number;
  readonly perOperation: number;
}

type JsonSchema = Readonly<Record<string, unknown>>;

/** Texts that have broken programs before. */
const NASTY = fc.constantFrom(
  '',
  ' ',
  '\0',
  '\r\nX-Injected: 1',
  '../../../../etc/passwd',
  '..\\..\\',
  '%',
  '%00',
  '%2e%2e%2f',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'NaN',
  '-1',
  '1e309',
  '9'.repeat(40),
  '{"a":1}',
  '[]',
  '#{7*7}',
  '<script>alert(1)</script>',
  '\ud800',
  '💥',
  '-i',
  'concat:/etc/passwd|x',
  '=',
  ';',
  '&',
  '#',
  '?',
  '/',
  'a'.repeat(3_000),
  '0000-01-01T00:00:00Z',
  '+275760-09-13T00:00:00Z',
  '9999-12-31T23:59:59+00:00',
  '2026-11-21T17:54:51Z',
);
const word = fc.oneof(
  { weight: 3, arbitrary: NASTY },
  { weight: 2, arbitrary: fc.string({ maxLength: 30 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  { weight: 1, arbitrary: fc.maxSafeInteger().map(String) },
);

/** Sends `perOperation` requests of each operation, and each path's other methods once. Resolves with what is wrong. */
export async function fuzzApi(options: FuzzOptions): Promise<{ requests: number; faults: string[] }> {
  const requests = OPERATIONS.flatMap((operation) =>
    fc.sample(requestOf(operation, options.known), { seed: options.seed, numRuns: options.perOperation }),
  );
  const faults: string[] = [];
  const queue = [...requests];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const fault = await faultOf(next, options);
      if (fault !== null)
        faults.push(`${next.operation}: ${next.method} ${next.path.slice(0, 300)} ${shown(next)}: ${fault}`);
    }
  };
  await Promise.all(Array.from({ length: 6 }, worker));
  return { requests: requests.length, faults };
}

function shown({ body, headers }: FuzzRequest): string {
  return `${JSON.stringify(headers)} ${body === null ? '' : body.toString('latin1').slice(0, 300)}`;
}

function requestOf(operation: Operation, known: FuzzOptions['known']): fc.Arbitrary<FuzzRequest> {
  const names = [...operation.path.matchAll(/:(\w+)|\{\*(\w+)\}/g)].map(([, one, rest]) => (one ?? rest)!);
  const parts = fc.tuple(...names.map((name) => partOf(known[name] ?? [])));
  const query = fc.array(
    fc.tuple(
      fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom(...Object.keys(operation.query ?? { x: 1 })) },
        { weight: 1, arbitrary: word },
      ),
      fc.oneof(word, ...Object.values(operation.query ?? {}).map(({ schema }) => valueLike(schema).map(asText))),
    ),
    { maxLength: 4 },
  );
  const method = operation.method.toUpperCase();
  return fc
    .record({
      parts,
      query,
      method: fc.oneof(
        { weight: 4, arbitrary: fc.constant(method) },
        { weight: 1, arbitrary: fc.constantFrom(...METHODS) },
      ),
      body: bodyOf(operation),
      headers: headersOf(operation),
    })
    .map(({ parts: values, query: pairs, body, headers, ...rest }) => {
      const left = [...values];
      const path = operation.path.replace(/:\w+|\{\*\w+\}/g, () => left.shift() ?? '');
      const search = pairs.map(([name, value]) => `${escaped(name)}=${escaped(value)}`).join('&');
      const takesBody = rest.method !== 'GET' && rest.method !== 'HEAD';
      return {
        operation: operation.id,
        method: rest.method,
        path: search === '' ? path : `${path}?${search}`,
        headers: { ...headers, ...(takesBody && body !== null ? { 'Content-Type': body.type } : {}) },
        body: takesBody ? (body?.bytes ?? null) : null,
      };
    });
}

/** A part of a path: one that leads somewhere as often as not, and some that are badly escaped. */
function partOf(known: readonly string[]): fc.Arbitrary<string> {
  const strange = fc.oneof(word.map(escaped), fc.constantFrom('%', '%zz', '%c0%ae', '..%2f', '%2e%2e', '.', '..;'));
  if (known.length === 0) return strange;
  return fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: strange });
}

function bodyOf({ body }: Operation): fc.Arbitrary<{ type: string; bytes: Buffer } | null> {
  const garbage = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
  const json = (value: unknown) => ({ type: 'application/json', bytes: Buffer.from(JSON.stringify(value) ?? 'null') });
  const anything = fc.oneof(
    fc.constant(null),
    fc.jsonValue().map(json),
    fc
      .constantFrom('{"__proto__":{"admin":true}}', '{"constructor":{"prototype":{"x":1}}}', '[[[[[[', '{"a":')
      .map((text) => ({
        type: 'application/json',
        bytes: Buffer.from(text),
      })),
    garbage.map((bytes) => ({ type: 'application/octet-stream', bytes })),
    garbage.map((bytes) => ({ type: 'application/json; charset=utf-16', bytes })),
  );
  if (body === undefined) return anything;
  if ('media' in body.content) {
    const { media } = body.content;
    return fc.oneof(
      garbage.map((bytes) => ({ type: media, bytes })),
      anything,
    );
  }
  const fits = valueLike(z.toJSONSchema(body.content.json, { io: 'input' }) as JsonSchema);
  return fc.oneof({ weight: 3, arbitrary: fits.map(json) }, { weight: 1, arbitrary: anything });
}

function headersOf(operation: Operation): fc.Arbitrary<Record<string, string>> {
  const value = fc.oneof(
    fc.constantFrom(
      '*',
      '"x"',
      'W/"',
      'bytes=0-',
      'bytes=-1,5-2',
      'bytes=0-9999999999999999999',
      'Thu, 01 Jan 1970 00:00:00 GMT',
      '0',
    ),
    fc.string({ maxLength: 40 }).map((text) => text.replace(/[^\x21-\x7e]/g, '')),
  );
  const names = [
    'Range',
    'If-Range',
    'If-Match',
    'If-None-Match',
    'If-Modified-Since',
    'Accept-Encoding',
    'Authorization',
    'Sec-Fetch-Dest',
  ];
  const usual = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 3 });
  if (operation.tag !== 'videos') return usual;
  const tus = [
    'Upload-Length',
    'Upload-Offset',
    'Upload-Metadata',
    'Upload-Defer-Length',
    'Upload-Concat',
    'X-HTTP-Method-Override',
  ];
  return fc
    .tuple(usual, fc.dictionary(fc.constantFrom(...tus), value, { maxKeys: 4 }))
    .map(([one, other]) => ({ ...one, ...other, 'Tus-Resumable': '1.0.0' }));
}

/** A value that a JSON schema allows, with a strange one in its place now and then. */
function valueLike(schema: JsonSchema): fc.Arbitrary<unknown> {
  const fits = fittingValue(schema);
  return fc.oneof(
    { weight: 6, arbitrary: fits },
    { weight: 1, arbitrary: word },
    { weight: 1, arbitrary: fc.jsonValue() },
  );
}

function fittingValue(schema: JsonSchema): fc.Arbitrary<unknown> {
  const { minimum = -1_000_000, maximum = 1_000_000 } = schema as { minimum?: number; maximum?: number };
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return fc.oneof(...choices.map((one: JsonSchema) => valueLike(one)));
  if (Array.isArray(schema.enum)) return fc.constantFrom(...(schema.enum as unknown[]));
  if ('const' in schema) return fc.constant(schema.const);
  switch (schema.type) {
    case 'integer':
      return fc.integer({ min: Math.max(minimum, -1_000_000), max: Math.min(maximum, 1_000_000) });
    case 'number':
      return fc.double({ noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(valueLike((schema.items ?? {}) as JsonSchema), { maxLength: 3 });
    case 'object': {
      const fields = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
      const known = fc.record(Object.fromEntries(fields.map(([name, one]) => [name, valueLike(one)])), {
        requiredKeys: (schema.required ?? []) as string[],
      });
      const more = fc.dictionary(word, fc.jsonValue(), { maxKeys: 1 });
      return fc.oneof(
        { weight: 4, arbitrary: known },
        { weight: 1, arbitrary: fc.tuple(known, more).map(([a, b]) => ({ ...a, ...b })) },
      );
    }
    default:
      return fc.oneof(word, fc.constantFrom('yard', 'a long enough password', '2099-01-01T00:00:00Z'));
  }
}

/** As it stands in an address. */
function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Percent-encoded as a browser would; halves of characters, which have no encoding, as the mark for those. */
function escaped(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString()).replace(/\./g, '%2E');
}

/** What is wrong with the answer; null when nothing is. */
function faultOf(asked: FuzzRequest, { url, headers }: FuzzOptions): Promise<string | null> {
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
