import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openSocket } from './open-socket.ts';

/** Listens, and does nothing at all for as long as it is told: then the system drops what would connect. */
const HOST = `
const server = require('node:net').createServer((socket) => socket.on('error', () => {}).resume());
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => process.send(server.address().port));
process.on('message', (ms) => process.send('held', () => setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms), 20)));
`;

async function swallowingHost(): Promise<{ port: number; hold: (ms: number) => Promise<void> }> {
  const child = spawn(process.execPath, ['-e', HOST], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const fillers: Socket[] = [];
  onTestFinished(() => {
    for (const socket of fillers) socket.destroy();
    child.kill('SIGKILL');
  });
  const [port] = (await once(child, 'message')) as [number];
  return {
    port,
    hold: async (ms) => {
      child.send(ms);
      await once(child, 'message');
      await new Promise((resolve) => setTimeout(resolve, 60));
      for (let count = 0; count < 4; count++) fillers.push(connect(port, '127.0.0.1').on('error', () => {}));
      await new Promise((resolve) => setTimeout(resolve, 50));
    },
  };
}

describe('openSocket', () => {
  it('is through within about a second of the return of a host that swallowed packets', async () => {
    const { port, hold } = await swallowingHost();
    await hold(3_300);
    const begunMs = performance.now();
    const socket = await openSocket({ host: '127.0.0.1', port, timeoutMs: 20_000 });
    onTestFinished(() => void socket.destroy());
    const tookMs = performance.now() - begunMs;
    expect(tookMs).toBeGreaterThan(2_500);
    // A single try would be repeated after 1, 3 and 7 s.
    expect(tookMs).toBeLessThan(6_000);
  });

  it('gives up in time, and at once when told to', async () => {
    const { port, hold } = await swallowingHost();
    await hold(5_000);
    const where = { host: '127.0.0.1', port };
    await expect(openSocket({ ...where, timeoutMs: 200 })).rejects.toMatchObject({ code: 'timeout' });
    const signal = AbortSignal.abort();
    await expect(openSocket({ ...where, timeoutMs: 5_000, signal })).rejects.toMatchObject({ code: 'going-away' });
  });

  it('says how it failed', async () => {
    await expect(openSocket({ host: '127.0.0.1', port: 1, timeoutMs: 1_000 })).rejects.toMatchObject({
      code: 'refused',
    });
    const nowhere = openSocket({ host: 'no-such-camera.invalid', port: 554, timeoutMs: 5_000 });
    await expect(nowhere).rejects.toMatchObject({ code: 'dns' });
  });
});
