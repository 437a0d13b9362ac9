/** Pages of other sites: what they may read when the configuration names them, and that they may read nothing else. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { configSchema } from '../server/config/schema.ts';
import { createRelay, type Relay } from '../server/relay.ts';

const SITE = 'https://site.example';
const STRANGER = 'https://stranger.example';

let dataDir: string;
let relay: Relay;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sightline-origins-'));
  const config = configSchema.parse({
    server: { port: 0, allowOrigins: [SITE] },
    dataDir,
    videos: { path: join(dataDir, 'videos') },
    cameras: { yard: { url: 'demo:yard' } },
  });
  relay = await createRelay({ config, webDir: dataDir, log: pino({ level: 'silent' }) });
});

afterAll(async () => {
  await relay?.close();
  await rm(dataDir, { recursive: true, force: true });
});

const ask = (path: string, origin: string, init: RequestInit & { headers?: Record<string, string> } = {}) =>
  fetch(`${relay.url}${path}`, { ...init, headers: { ...init.headers, Origin: origin } });

/** The close code, or `open`, or the status of a refused upgrade. */
function openSocket(path: string, origin: string): Promise<string | number> {
  const socket = new WebSocket(`${relay.url.replace('http', 'ws')}${path}`, { origin });
  return new Promise((resolve) => {
    socket.once('open', () => resolve('open'));
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.once('error', () => {});
  }).finally(() => socket.terminate()) as Promise<string | number>;
}

describe('a page of a site that is named', () => {
  it('may read answers and errors, and see what a range is of', async () => {
    for (const path of ['/api/cameras', '/live/nope.flv', '/api/video/nope.mp4']) {
      const { headers } = await ask(path, SITE);
      expect(headers.get('access-control-allow-origin'), path).toBe(SITE);
      expect(headers.get('access-control-expose-headers'), path).toMatch(/Content-Range/);
      expect(headers.get('vary'), path).toMatch(/Origin/i);
      expect(headers.get('access-control-allow-credentials'), path).toBeNull();
    }
  });

  it('may ask for a range and show a token', async () => {
    const answer = await ask('/live/yard/index.m3u8', SITE, {
      method: 'OPTIONS',
      headers: { 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'range,authorization' },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-headers')).toMatch(/Range/);
    expect(answer.headers.get('access-control-allow-headers')).toMatch(/Authorization/);
  });

  it('may change nothing', async () => {
    const preflight = await ask('/api/cameras/yard/retry', SITE, {
      method: 'OPTIONS',
      headers: { 'Access-Control-Request-Method': 'POST' },
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
    expect((await ask('/api/cameras/yard/retry', SITE, { method: 'POST' })).status).toBe(403);
  });

  it('may open WebSockets, and frame the embed page', async () => {
    expect(await openSocket('/api/events', SITE)).toBe('open');
    const policy = (await fetch(`${relay.url}/embed/yard`)).headers.get('content-security-policy');
    expect(policy).toContain(`frame-ancestors 'self' ${SITE}`);
  });
});

describe('a page of any other site', () => {
  it('may read nothing', async () => {
    const { headers } = await ask('/api/cameras', STRANGER);
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  });

  it('may open no WebSocket', async () => {
    expect(await openSocket('/api/events', STRANGER)).toBe(403);
  });
});
