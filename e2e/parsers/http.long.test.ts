/** Ranges, and the headers of resumable uploads, fuzzed for a minute each. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readOneRange, readRanges } from '../../server/http-semantics/range.ts';
import { startFuzzedRelay } from '../support/fuzzed-relay.ts';
import { fuzzFor } from '../support/fuzzing.ts';
import { rawRequest } from '../support/raw-http.ts';

it('ranges', async () => {
  const piece = fc.constantFrom(
    'bytes',
    '=',
    '-',
    ',',
    ' ',
    '0',
    '1',
    '9',
    '99999999999999999999',
    '\t',
    'x',
    'items',
    '+',
    '.',
    '%',
  );
  const text = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.array(piece, { maxLength: 400 }).map((list) => `bytes=${list.join('')}`),
  );
  await fuzzFor(
    fc.tuple(text, fc.maxSafeInteger().map(Math.abs)),
    ([header, sizeBytes]) => {
      for (const answer of [readRanges(header, sizeBytes), [readOneRange(header, sizeBytes)].flat()]) {
        if (typeof answer === 'string') continue;
        for (const range of answer) {
          if (typeof range === 'string') continue;
          expect(range.first >= 0 && range.first <= range.last && range.last < sizeBytes).toBe(true);
        }
      }
    },
    { numRuns: 5_000 },
  );
});

it('headers of tus', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-tus-'));
  const { relay, ask, failures, close } = await startFuzzedRelay(folder);
  try {
    const port = Number(new URL(relay.url).port);
    const number = fc.oneof(
      fc.integer().map(String),
      fc.constantFrom('', '1e9', '0x1', '9'.repeat(30), '-0', 'NaN', '1,2', ' 5'),
    );
    const base64 = fc.string({ maxLength: 60 }).map((text) => Buffer.from(text).toString('base64'));
    const metadata = fc.array(
      fc.tuple(
        fc.constantFrom('filename', 'filetype', '', '__proto__', 'x'),
        fc.oneof(base64, fc.string({ maxLength: 20 })),
      ),
      { maxLength: 5 },
    );
    const request = fc.record({
      method: fc.constantFrom('POST', 'PATCH', 'HEAD', 'DELETE', 'OPTIONS', 'PUT'),
      id: fc.constantFrom('', '/', '/x', '/..', '/%2e%2e%2fx', '/0123456789abcdef0123456789abcdef'),
      version: fc.constantFrom('1.0.0', '1.0.0', '1.0.0', '0.2.2', '', '9'),
      length: fc.option(number),
      offset: fc.option(number),
      defer: fc.option(number),
      concat: fc.option(fc.constantFrom('partial', 'final;/a /b', 'final;', 'x')),
      type: fc.constantFrom('application/offset+octet-stream', 'text/plain', ''),
      metadata: fc.option(metadata),
      body: fc.string({ maxLength: 50 }),
    });
    await fuzzFor(
      request,
      async ({ method, id, version, length, offset, defer, concat, type, metadata: pairs, body }) => {
        const headers: Record<string, string | null> = {
          ...ask.headers,
          'Tus-Resumable': version,
          'Upload-Length': length,
          'Upload-Offset': offset,
          'Upload-Defer-Length': defer,
          'Upload-Concat': concat,
          'Upload-Metadata': pairs === null ? null : pairs.map((pair) => pair.join(' ')).join(','),
          'Content-Type': type,
        };
        const lines = Object.entries(headers).map(([name, text]) =>
          text === null ? '' : `${name}: ${printable(text)}\r\n`,
        );
        const bytes = Buffer.from(body);
        const head = `${method} /api/uploads${id} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n${lines.join('')}`;
        const { status } = await rawRequest(
          port,
          `${head}Content-Length: ${bytes.length}\r\n\r\n${bytes.toString('latin1')}`,
          5_000,
        );
        expect(status).toBeGreaterThan(0);
        expect([500, 502]).not.toContain(status);
      },
    );
    expect(failures()).toEqual([]);
  } finally {
    await close();
    await rm(folder, { recursive: true, force: true });
  }
});

/** A header's value must be one line, or it would be another header. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}
