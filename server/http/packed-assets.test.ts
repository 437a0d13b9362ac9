import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packedAssets } from './packed-assets.ts';

const SCRIPT = `console.log(${JSON.stringify('picture '.repeat(100))});`;
const SECRET = 'not an asset';

describe('an asset that the build packed', () => {
  let folder: string;
  let close: () => void;
  let port: number;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sightline-packed-'));
    mkdirSync(join(folder, 'assets'));
    const write = (name: string, bytes: string | Buffer) => writeFileSync(join(folder, name), bytes);
    write('assets/page-abc.js', SCRIPT);
    write('assets/page-abc.js.br', brotliCompressSync(SCRIPT));
    write('assets/page-abc.js.gz', gzipSync(SCRIPT));
    write('assets/small.js', '1');
    write('secret.js.br', SECRET);
    const app = express();
    app.use(packedAssets(folder, '/assets/', { 'Cache-Control': 'public, max-age=31536000, immutable' }));
    app.use((_request, response) => void response.send('the routes behind'));
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    close = () => server.close();
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    close();
    rmSync(folder, { recursive: true });
  });

  /** Without fetch, which would unpack what it gets. */
  const get = async (path: string, encodings: string, method = 'GET') => {
    const asked = request({ port, host: '127.0.0.1', path, method, headers: { 'accept-encoding': encodings } });
    asked.end();
    const [answer] = await once(asked, 'response');
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) };
  };

  it('is sent with brotli where that is taken, for ever, as what it is', async () => {
    const { headers, body } = await get('/assets/page-abc.js', 'gzip, deflate, br, zstd');
    expect(headers).toMatchObject({
      'content-encoding': 'br',
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'Accept-Encoding',
    });
    expect(brotliDecompressSync(body).toString()).toBe(SCRIPT);
  });

  it('is sent with gzip where only that is taken', async () => {
    const { headers, body } = await get('/assets/page-abc.js', 'gzip, deflate');
    expect(headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(body).toString()).toBe(SCRIPT);
  });

  it('answers HEAD without a body', async () => {
    const { headers, body } = await get('/assets/page-abc.js', 'br', 'HEAD');
    expect(headers['content-encoding']).toBe('br');
    expect(body.length).toBe(0);
  });

  it.each([
    ['nothing packed is taken', '/assets/page-abc.js', 'identity'],
    ['brotli and gzip are refused', '/assets/page-abc.js', 'br;q=0, gzip;q=0'],
    ['it was not packed', '/assets/small.js', 'br, gzip'],
    ['there is no such file', '/assets/nothing.js', 'br'],
    ['it lies outside', '/assets/../secret.js', 'br'],
    ['it lies outside, encoded', '/assets/%2e%2e%2fsecret.js', 'br'],
  ])('is left to the routes behind when %s', async (_why, path, encodings) => {
    const { headers, body } = await get(path, encodings);
    expect(body.toString()).toBe('the routes behind');
    expect(headers['content-encoding']).toBeUndefined();
  });

  it('is left to them for other methods too', async () => {
    expect((await get('/assets/page-abc.js', 'br', 'POST')).body.toString()).toBe('the routes behind');
  });
});
