/**
 * Requests made at random from the description of the API: every method on every path, with values that fit, nearly fit
 * and do not fit at all. What is wrong with an answer is said in words; which relay is asked is the test's business.
 */
import fc from 'fast-check';
import { z } from 'zod';
import { OPERATIONS } from '../../server/http/openapi/document.ts';
import type { Operation } from '../../server/http/openapi/operation.ts';
import { type FuzzRequest, faultOf } from './api-fuzz-ask.ts';
import { type JsonSchema, valueLike, word } from './api-fuzz-values.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
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

/** As it stands in an address. */
function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Percent-encoded as a browser would; halves of characters, which have no encoding, as the mark for those. */
function escaped(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString()).replace(/\./g, '%2E');
}
