/**
 * Requests that are made to be read in two ways, or to be written into somebody else's answer, by the relay's own server.
 * What passes through to other machines is `gateway-attacks.test.ts`.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../../server/config/schema.ts';
import { createRelay, type Relay } from '../../server/relay.ts';
import { rawGet, rawRequest, WEBSOCKET_HEADERS } from '../support/raw-http.ts';

const CRLF = '\r\nX-Injected: 1\r\n\r\n<script>';

let folder: string;
let relay: Relay;
let port: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sightline-requests-'));
  const config = configSchema.parse({
    server: { port: 0 },
    dataDir: folder,
    cameras: { yard: { title: `Yard${CRLF}"; filename=x`, url: 'rtsp://127.0.0.1:1/x' } },
    resources: { files: { target: 'http://127.0.0.1:1/' } },
    ffmpeg: { connectTimeoutMs: 500, retryMinMs: 60_000, retryMaxMs: 60_000 },
  });
  await Promise.all(['index.html', 'embed.html'].map((name) => writeFile(join(folder, name), '<!doctype html>')));
  relay = await createRelay({ config, webDir: folder, log: pino({ level: 'silent' }) });
  port = Number(new URL(relay.url).port);
});

afterAll(async () => {
  await relay?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('header injection', () => {
  const values = [CRLF, '\n X-Injected: 1', '\r', '\u560d\u560aX-Injected: 1', '"; filename="evil.html', '\0'];

  it.each(values)('by a query value, as %j', async (value) => {
    const encoded = encodeURIComponent(value);
    const paths = [
      `/live/yard.flv?profile=${encoded}`,
      `/live/yard.jpg?width=${encoded}`,
      `/live/yard/index.m3u8?profile=${encoded}`,
      `/live.flv?url=${encoded}`,
      `/api/videos?sort=${encoded}`,
      `/api/video?as=${encoded}`,
      `/api/cameras/yard/recordings/export.mp4?from=${encoded}`,
      `/redirect/files/x?q=${encoded}`,
      `/api/session/oidc/callback?state=${encoded}&error_description=${encoded}`,
      `/?grant=${encoded}`,
    ];
    for (const path of paths) {
      const { head, status } = await rawGet(port, path, { Connection: 'close' });
      expect(status, path).toBeGreaterThan(0);
      expect(head.toLowerCase(), path).not.toMatch(/\nx-injected|filename="evil/);
    }
  });

  it.each(values)('by a name in the path, as %j', async (value) => {
    const encoded = encodeURIComponent(value);
    const paths = [
      `/live/${encoded}.flv`,
      `/redirect/files/${encoded}`,
      `/redirect/${encoded}/x`,
      `/api/video/${encoded}.mp4`,
      `/embed/${encoded}`,
    ];
    for (const path of paths) {
      const { head, status } = await rawGet(port, path);
      expect(status, path).toBeGreaterThan(0);
      expect(head.toLowerCase(), path).not.toMatch(/\nx-injected|filename="evil/);
    }
  });

  it('by a camera’s title', async () => {
    for (const path of ['/api/cameras/yard', '/live/yard.jpg', '/live/yard/index.m3u8', '/metrics']) {
      const { head } = await rawGet(port, path);
      expect(head.toLowerCase(), path).not.toContain('x-injected');
    }
    const metrics = await fetch(`${relay.url}/metrics`);
    expect((await metrics.text()).split('\n').filter((line) => /^(X-Injected|<script>)/.test(line))).toEqual([]);
  });

  it('by a header that is sent back: Host, Origin and X-Forwarded-Host', async () => {
    for (const name of ['Origin', 'X-Forwarded-Host', 'X-Forwarded-Proto']) {
      const { head, body } = await rawGet(port, '/redirect/files/x', { [name]: 'evil.example' });
      expect(`${head}${body}`, name).not.toContain('evil.example');
    }
    const { head, body } = await rawGet(port, '/embed', { Host: 'evil.example' });
    expect(`${head}${body}`).not.toContain('evil.example');
  });
});

describe('request smuggling', () => {
  /** A second request that no client may have sent. */
  const HIDDEN = 'DELETE /api/video/hidden HTTP/1.1\r\nHost: x\r\n\r\n';
  const post = (headers: string, body: string) =>
    `POST /api/session HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n${headers}\r\n${body}`;

  it.each([
    [
      'Content-Length beside Transfer-Encoding',
      'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n',
      `0\r\n\r\n${HIDDEN}`,
    ],
    ['two lengths', `Content-Length: 0\r\nContent-Length: ${HIDDEN.length}\r\n`, HIDDEN],
    ['a list of lengths', `Content-Length: 0, ${HIDDEN.length}\r\n`, HIDDEN],
    ['a length with a sign', `Content-Length: +${HIDDEN.length}\r\n`, HIDDEN],
    ['a length in hexadecimal', 'Content-Length: 0x5\r\n', HIDDEN],
    ['a negative length', 'Content-Length: -1\r\n', HIDDEN],
    ['an unknown coding', 'Transfer-Encoding: xchunked\r\n', `0\r\n\r\n${HIDDEN}`],
    ['chunked that is not last', 'Transfer-Encoding: chunked, identity\r\n', `0\r\n\r\n${HIDDEN}`],
    ['a coding behind a vertical tab', 'Transfer-Encoding:\x0bchunked\r\n', `0\r\n\r\n${HIDDEN}`],
    ['a space before the colon', 'Transfer-Encoding : chunked\r\n', `0\r\n\r\n${HIDDEN}`],
    ['a folded line', 'X: y\r\n Transfer-Encoding: chunked\r\n', `0\r\n\r\n${HIDDEN}`],
    ['bare LF between headers', 'X: y\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${HIDDEN}`],
    ['bare CR in a header', 'X: y\rTransfer-Encoding: chunked\r\n', `0\r\n\r\n${HIDDEN}`],
    ['a NUL in a header', 'X: y\0z\r\n', HIDDEN],
    ['a chunk size that overflows', 'Transfer-Encoding: chunked\r\n', `10000000000000000\r\n${HIDDEN}`],
    ['a chunk size with a sign', 'Transfer-Encoding: chunked\r\n', `+0\r\n\r\n${HIDDEN}`],
    ['a chunk that ends in bare LF', 'Transfer-Encoding: chunked\r\n', `0\n\n${HIDDEN}`],
    ['two hosts', `Host: evil.example\r\nConnection: close\r\nContent-Length: 0\r\n`, HIDDEN],
  ])('%s is refused, and the connection ends', async (_what, headers, body) => {
    const { status, head, body: answer } = await rawRequest(port, post(headers, body), 1_500);
    const answers = [...`${head}\r\n\r\n${answer}`.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, code]) => Number(code));
    expect(answers, JSON.stringify(answers)).toHaveLength(1);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  });

  it.each([
    'GET /healthz HTTP/1.1\nHost: x\n\n',
    'GET /healthz HTTP/1.1\r\n\r\n',
    'GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n',
  ])('%j is no request', async (text) => {
    const { status } = await rawRequest(port, text, 1_500);
    expect(status).toBe(400);
  });

  it('a body that nobody reads is not taken for the next request', async () => {
    const text = `GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${HIDDEN.length}\r\nConnection: close\r\n\r\n${HIDDEN}`;
    const { head, body } = await rawRequest(port, text, 1_500);
    expect(`${head}${body}`.match(/HTTP\/1\.1 \d{3}/g)).toEqual(['HTTP/1.1 200']);
  });

  it('two hosts on the way to a WebSocket are refused', async () => {
    for (const path of ['/api/events', '/live/yard.flv', '/proxy/files/x']) {
      const upgrade = Object.entries(WEBSOCKET_HEADERS).map(([name, value]) => `${name}: ${value}\r\n`);
      const hosts = `Host: 127.0.0.1:${port}\r\nHost: evil.example\r\n`;
      const { status } = await rawRequest(port, `GET ${path} HTTP/1.1\r\n${hosts}${upgrade.join('')}\r\n`, 1_500);
      expect(status, path).toBe(400);
    }
  });

  it('behind a request for an upgrade that is refused', async () => {
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 1\r\nSec-WebSocket-Key: x\r\n';
    const text = `GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${upgrade}\r\n${HIDDEN}`;
    const { head, body } = await rawRequest(port, text, 1_500);
    expect(`${head}${body}`.match(/HTTP\/1\.1 \d{3}/g)).toHaveLength(1);
  });
});

describe('the target of a request', () => {
  it.each([
    'http://evil.example/api/cameras',
    '//evil.example/api/cameras',
    '*',
    'evil.example:443',
    '/\\evil.example',
    '/%5c%5cevil.example',
  ])('%s leads nowhere else', async (target) => {
    const { head, body, status } = await rawGet(port, target);
    expect(status).not.toBe(500);
    expect(head).not.toMatch(/^location:/im);
    expect(body).not.toContain('evil.example/');
  });
});

describe('a flood of regular expressions', () => {
  const LONG = 12_000;
  const texts: Readonly<Record<string, string>> = {
    a: 'a'.repeat(LONG),
    dots: '.'.repeat(LONG),
    dashes: '-'.repeat(LONG),
    spaces: ' '.repeat(LONG),
    slashes: '/'.repeat(LONG),
    ats: '@'.repeat(LONG),
    commas: ','.repeat(LONG),
    digits: '1'.repeat(LONG),
    colons: 'a:'.repeat(LONG / 2),
    quotes: '"\\'.repeat(LONG / 2),
    ranges: `bytes=${'0-1,'.repeat(LONG / 4)}`,
    tags: `${'"a",'.repeat(LONG / 4)}!`,
  };

  it.each(Object.entries(texts))('in every header and value that is read, of %s', async (_what, text) => {
    const value = encodeURIComponent(text).slice(0, LONG);
    const asked: [string, Record<string, string>][] = [
      [`/live/${value}.flv`, {}],
      [`/live/yard/main-${value}.m4s`, {}],
      [`/live.flv?url=rtsp://${value}`, {}],
      [`/live/yard.flv?codecs=${value}`, {}],
      [`/api/cameras/yard/recordings?from=${value}`, {}],
      [`/api/cameras/yard/recordings/files/yard_${value}`, {}],
      [`/proxy/files/${value}`, {}],
      [`/?grant=slg_${value}`, {}],
      ['/api/videos', { Authorization: `Bearer ${text}` }],
      ['/api/videos', { Cookie: text }],
      ['/api/video/x.mp4', { Range: text }],
      ['/api/video/x.mp4', { 'If-None-Match': text, 'If-Modified-Since': text }],
      ['/healthz', { Forwarded: text, 'X-Forwarded-For': text }],
      ['/', { 'Accept-Encoding': text, Accept: text }],
      ['/healthz', { Origin: text }],
      ['/api/uploads', { 'Upload-Metadata': text, 'Tus-Resumable': '1.0.0' }],
    ];
    for (const [path, headers] of asked) {
      const startedMs = performance.now();
      const { status } = await rawGet(port, path, headers);
      expect(status, path.slice(0, 40)).toBeGreaterThan(0);
      expect(status, path.slice(0, 40)).not.toBe(500);
      // A catastrophic pattern takes minutes for this; a busy machine, some hundred milliseconds.
      expect(performance.now() - startedMs, path.slice(0, 40)).toBeLessThan(2_000);
    }
  });
});
