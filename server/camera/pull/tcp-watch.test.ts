import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TcpWatch } from './tcp-watch.ts';

const never = new AbortController().signal;

async function listening(): Promise<{ port: number; close: () => void }> {
  const server = createServer((socket) => socket.on('error', () => {}).resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

describe('TcpWatch', () => {
  it('hears a camera that listens, by address and by name', async () => {
    const { port } = await listening();
    expect(await new TcpWatch({ host: '127.0.0.1', port }).ask(never)).toBeNull();
    expect(await new TcpWatch({ host: 'localhost', port }).ask(never)).toBeNull();
  });

  it('says that a port nobody listens on refuses', async () => {
    const { port, close } = await listening();
    close();
    expect(await new TcpWatch({ host: '127.0.0.1', port }).ask(never)).toBe('refused');
  });

  it('says that a name does not resolve', async () => {
    expect(await new TcpWatch({ host: 'no-such-camera.invalid', port: 554 }, 5_000).ask(never)).toBe('dns');
  });

  it('gives up at once when told to', async () => {
    const stopped = AbortSignal.abort();
    expect(await new TcpWatch({ host: '127.0.0.1', port: 1 }).ask(stopped)).toBe('timeout');
  });
});
