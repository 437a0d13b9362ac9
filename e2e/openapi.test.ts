/** The description of the API, held against the route table and against what the relay really answers. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { configSchema } from '../server/config/schema.ts';
import { OPERATIONS, openApiDocument, templateOf } from '../server/http/openapi/document.ts';
import { problem, schemaNames } from '../server/http/openapi/schemas.ts';
import { createRelay, type Relay } from '../server/relay.ts';

interface Described {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, { operationId: string; responses: Record<string, unknown> }>>;
  readonly components: { readonly schemas: Record<string, unknown> };
}

let dataDir: string;
let relay: Relay;
let described: Described;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sightline-openapi-'));
  const config = configSchema.parse({
    server: { port: 0 },
    dataDir,
    videos: { path: join(dataDir, 'videos') },
    cameras: { yard: { url: 'demo:yard' } },
    resources: { files: { target: 'http://127.0.0.1:9/' } },
    log: { level: 'silent' },
  });
  relay = await createRelay({ config, webDir: dataDir, log: pino({ level: 'silent' }) });
  described = (await (await fetch(`${relay.url}/api/openapi.json`)).json()) as Described;
});

afterAll(async () => {
  await relay?.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** `GET /path` of everything that is no page. HEAD goes with GET, and a route for every method is told by one. */
function routesOf(routes: Relay['routes']): string[] {
  const lines = routes
    .filter(({ path }) => path !== '/' && path !== '/{*path}' && !path.startsWith('/embed/'))
    .flatMap(({ methods, path }) => methods.map((method) => ({ method, path })))
    .filter(({ method }) => method !== 'HEAD')
    .map(({ method, path }) => `${method === 'UPGRADE' ? 'GET' : method} ${templateOf(path)}`);
  return [...new Set(lines)].sort();
}

describe('the description', () => {
  it('names every route and WebSocket path, and nothing else', () => {
    const routes = routesOf(relay.routes);
    const told = OPERATIONS.map(({ method, path }) => `${method.toUpperCase()} ${templateOf(path)}`);
    // Routes that take every method say so with `*`; of those the description tells what they are for.
    const open = routes.filter((line) => line.startsWith('* ')).map((line) => line.slice(2));
    const missing = routes.filter((line) => !line.startsWith('* ') && !told.includes(line));
    const unknown = told.filter((line) => !routes.includes(line) && !open.includes(line.split(' ')[1]!));
    expect({ missing, unknown }).toEqual({ missing: [], unknown: [] });
    expect(open.filter((path) => !told.some((line) => line.endsWith(` ${path}`)))).toEqual([]);
  });

  it('is whole: unique names, every reference leads somewhere, every operation tells of problems', () => {
    expect(described.openapi).toBe('3.1.0');
    const operations = Object.values(described.paths).flatMap((path) => Object.values(path));
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { responses } of operations) expect(Object.keys(responses)).toContain('default');
    const references = [...JSON.stringify(described).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(20);
    for (const [, name] of references) expect(Object.keys(described.components.schemas)).toContain(name);
  });

  it('holds for a relay under a path of a proxy', () => {
    expect(openApiDocument({ version: '1', basePath: '/cameras/' }).servers).toEqual([{ url: '/cameras' }]);
    expect(openApiDocument({ version: '1', basePath: '/' }).servers).toEqual([{ url: '/' }]);
  });
});

describe('real answers are what the description says', () => {
  const readable = OPERATIONS.filter(
    ({ method, socket, path }) => method === 'get' && !socket && jsonOf(path) !== null,
  );

  it.each(readable.map(({ path }) => path))('GET %s', async (path) => {
    const answer = await fetch(`${relay.url}${path.replace(':camera', 'yard').replace(':room', 'yard')}`);
    const body: unknown = await answer.json();
    expect(jsonOf(path)!.safeParse(body).error).toBeUndefined();
    expect(answer.ok).toBe(true);
  });

  it('a problem, of each kind of route', async () => {
    const asked = [
      '/nope',
      '/api/cameras/nope',
      '/live/nope.flv',
      '/live/nope.jpg',
      '/api/video/nope.mp4',
      '/proxy/x/y',
    ];
    for (const path of asked) {
      const answer = await fetch(`${relay.url}${path}`);
      expect(answer.headers.get('content-type'), path).toMatch(/^application\/problem\+json/);
      expect(problem.safeParse(await answer.json()).error, path).toBeUndefined();
    }
  });

  it('every schema has a name of its own', () => {
    expect(Object.keys(described.components.schemas).length).toBeGreaterThan(15);
    expect(schemaNames.get(problem)?.id).toBe('Problem');
  });
});

function jsonOf(path: string): z.ZodType | null {
  const answer = OPERATIONS.find((operation) => operation.method === 'get' && operation.path === path)?.answers[200];
  return answer?.content !== undefined && 'json' in answer.content ? answer.content.json : null;
}
