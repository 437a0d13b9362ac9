import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { writeStraight } from './connection.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Both ends of a TCP connection; the client reads nothing until it is resumed. */
async function connected(): Promise<{ connection: Socket; client: Socket }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [connection] = (await once(server, 'connection')) as [Socket];
  closers.push(() => {
    client.destroy();
    connection.destroy();
    server.close();
  });
  return { connection, client };
}

describe('writing straight to a connection', () => {
  it('may go on at once as long as the kernel takes everything, also more than a stream would hold', async () => {
    const { connection } = await connected();
    for (const size of [1, 100_000, 1]) {
      expect(writeStraight(connection, Buffer.alloc(size), () => expect.unreachable())).toBe(true);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  });

  it('has to wait for a peer that does not read, and is told once when it reads again', async () => {
    const { connection, client } = await connected();
    let told = 0;
    const megabyte = Buffer.alloc(1_048_576);
    let writes = 1;
    while (writeStraight(connection, megabyte, () => void told++)) writes += 1;
    expect(told).toBe(0);
    let received = 0;
    client.on('data', (chunk) => {
      received += chunk.length;
    });
    while (received < writes * megabyte.length) await once(client, 'data');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(told).toBe(1);
    expect(connection.listenerCount('drain')).toBe(0);
  });
});
