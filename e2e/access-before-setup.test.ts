/** A relay that nobody has set up: what another machine gets is the set-up page and nothing else, over every route. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../server/config/schema.ts';
import { createRelay, type Relay } from '../server/relay.ts';
import { THROUGH_US } from './support/access-client.ts';
import { asked, askRoute, type Card, letterOf, pathOn } from './support/ask-route.ts';

/** Written by hand: the page with its files, and what it asks in order to be the set-up page. */
const SET_UP_PAGE = [
  'GET /',
  '* /{*path}',
  'GET /api/session',
  'POST /api/session',
  'DELETE /api/session',
  'POST /api/setup',
];
const FAR: Card = { headers: { 'X-Forwarded-For': '203.0.113.7' } };

let folder: string;
let relay: Relay;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sightline-before-'));
  const config = configSchema.parse({
    server: { port: 0 },
    log: { level: 'silent' },
    dataDir: folder,
    cameras: { yard: { url: 'rtsp://127.0.0.1:1/yard' } },
    adHoc: { allow: ['127.0.0.1'] },
    resources: { archive: { target: 'http://127.0.0.1:1/' } },
    access: THROUGH_US,
  });
  relay = await createRelay({ config });
});

afterAll(async () => {
  await relay?.close();
  await rm(folder, { recursive: true, force: true });
});

const statusOf = async (line: string, card: Card) => {
  const [method, path] = line.split(' ') as [string, string];
  return letterOf(await askRoute(relay.url, asked(method, path), pathOn(path, 'yard'), card));
};

describe('before there are users', () => {
  it('another machine is let in to the set-up page alone, of every route and WebSocket path there is', async () => {
    const lines = [
      ...new Set(relay.routes.flatMap(({ methods, path }) => methods.map((method) => `${method} ${path}`))),
    ];
    const letIn: string[] = [];
    const bodiless = lines.filter((line) => line !== 'POST /api/session');
    for (const line of bodiless) if ((await statusOf(line, FAR)) === '.') letIn.push(line);
    expect([...letIn, 'POST /api/session'].sort()).toEqual([...SET_UP_PAGE].sort());
  });

  it('signs of life are for this machine alone, with what stands behind them', async () => {
    const ask = (path: string, headers = {}) => fetch(relay.url + path, { headers });
    expect(await (await ask('/healthz')).json()).toMatchObject({ status: 'ok', version: expect.any(String) });
    for (const path of ['/healthz', '/readyz', '/api/openapi.json', '/embed/yard']) {
      const answer = await ask(path, FAR.headers);
      expect([path, answer.status]).toEqual([path, 401]);
      expect(await answer.text()).not.toMatch(/version|uptime|yard/i);
    }
  });

  it('the page learns that it is the set-up page, and nothing of what there is', async () => {
    const answer = await fetch(`${relay.url}/api/session`, FAR);
    expect(await answer.json()).toEqual({
      kind: 'set-up',
      name: null,
      role: null,
      oidc: false,
      open: false,
      rights: [],
      cameras: {},
    });
    expect([...answer.headers.keys()].filter((name) => /powered|server|version/.test(name))).toEqual([]);
  });
});
