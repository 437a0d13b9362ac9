/** How long a session lasts: as long as it is used, also by one stream that runs for days, and never without end. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { configSchema } from '../server/config/schema.ts';
import { createRelay, type Relay } from '../server/relay.ts';
import { Person, usersOf } from './support/access-client.ts';
import { eventually, within } from './support/wait.ts';

const HOUR_MS = 3_600_000;
const IDLE_MS = HOUR_MS;
const MAX_MS = 8 * HOUR_MS;

let folder: string;
let relay: Relay;
let wall: Person;

beforeEach(async () => {
  // The relay's calendar is the test's; its timers go on as ever.
  vi.useFakeTimers({ toFake: ['Date'] });
  folder = await mkdtemp(join(tmpdir(), 'sightline-sliding-'));
  const access = { users: await usersOf({ wall: {} }), sessionIdleMs: IDLE_MS, sessionMaxMs: MAX_MS };
  const cameras = { yard: { url: 'rtsp://127.0.0.1:1/yard' } };
  relay = await createRelay({
    config: configSchema.parse({ server: { port: 0 }, log: { level: 'silent' }, dataDir: folder, cameras, access }),
  });
  wall = new Person(relay);
  expect((await wall.signIn('wall')).status).toBe(204);
});

afterEach(async () => {
  vi.useRealTimers();
  await relay?.close();
  await rm(folder, { recursive: true, force: true });
});

const later = (ms: number) => vi.setSystemTime(Date.now() + ms);
/** As it is written down. */
const usedAtMs = async () => {
  const text = await readFile(join(folder, 'access', 'sessions.json'), 'utf8');
  return (JSON.parse(text) as { sessions: { usedAtMs: number }[] }).sessions[0]!.usedAtMs;
};

it('goes on while a stream is open, without another request, to its greatest length', async () => {
  const stream = new WebSocket(`${relay.url.replace('http', 'ws')}/api/events`, { headers: wall.headers });
  const closed = once(stream, 'close');
  await once(stream, 'message');
  for (let hours = 0.9; hours < 7.5; hours += 0.9) {
    later(0.9 * HOUR_MS);
    await eventually(usedAtMs, (ms) => ms > Date.now() - 60_000);
  }
  expect(stream.readyState).toBe(WebSocket.OPEN);
  later(HOUR_MS);
  expect((await within(closed, 5_000, 'runs on'))[0]).toBe(4401);
});

it('ends when nothing uses it, and the cookie stays as long as it may last at most', async () => {
  const [, maxAge] = /Max-Age=(\d+)/.exec((await wall.signIn('wall')).headers.get('set-cookie')!)!;
  expect(Number(maxAge)).toBe(MAX_MS / 1_000);
  later(0.9 * HOUR_MS);
  expect((await wall.get('/api/cameras')).status).toBe(200);
  later(0.9 * HOUR_MS);
  expect((await wall.get('/api/cameras')).status).toBe(200);
  later(1.1 * HOUR_MS);
  const answer = await wall.get('/api/cameras');
  expect([answer.status, answer.body.includes('Sign in again')]).toEqual([401, true]);
});
