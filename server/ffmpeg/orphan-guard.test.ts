import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { afterEach, expect, it } from 'vitest';
import { OrphanGuard } from './orphan-guard.ts';

const PARENT = fileURLToPath(new URL('./fixtures/parent.fixture.mjs', import.meta.url));
const FAKE = fileURLToPath(new URL('./fixtures/fake-ffmpeg.fixture.mjs', import.meta.url));
const children: ChildProcess[] = [];
const servers: Server[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const server of servers.splice(0)) server.close();
});

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function untilGone(pid: number, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (isAlive(pid) && performance.now() < deadline) await sleep(20);
  return !isAlive(pid);
}

async function killedParentOf(...args: string[]): Promise<number> {
  const parent = spawn(process.execPath, ['--import', 'tsx', PARENT, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(parent);
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  return pid;
}

it('leaves no ffmpeg behind a relay killed while the camera is silent', async () => {
  const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const pid = await killedParentOf(`rtsp://127.0.0.1:${port}/silent`);
  expect(await untilGone(pid, 4000)).toBe(true);
});

it('ends one that ignores SIGTERM too', async () => {
  const pid = await killedParentOf('deaf', FAKE);
  expect(await untilGone(pid, 5000)).toBe(true);
});

it('leaves alone what was taken off the list, and ends with its owner', async () => {
  const listed = spawn('sleep', ['60']);
  const removed = spawn('sleep', ['60']);
  children.push(listed, removed);
  const gone = once(listed, 'exit');
  const guard = new OrphanGuard(pino({ level: 'silent' }));
  guard.add(listed.pid ?? 0);
  guard.add(removed.pid ?? 0);
  guard.remove(removed.pid ?? 0);
  const shell = guard.pid ?? 0;
  await guard.close();
  await guard.close();
  expect(isAlive(shell)).toBe(false);
  await gone;
  expect(isAlive(removed.pid ?? 0)).toBe(true);
});

it('is not deterred by the signals of a terminal', async () => {
  const listed = spawn('sleep', ['60']);
  children.push(listed);
  const gone = once(listed, 'exit');
  const guard = new OrphanGuard(pino({ level: 'silent' }));
  guard.add(listed.pid ?? 0);
  await sleep(100);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(guard.pid ?? 0, signal);
  await sleep(100);
  expect(isAlive(guard.pid ?? 0)).toBe(true);
  await guard.close();
  await gone;
});
