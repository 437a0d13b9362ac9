import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { closeHttpServer, listen, newHttpServer } from './http-server.ts';

it('tells every answer once that its connection is gone, those too that wait for their turn on it', async () => {
  const server = newHttpServer();
  const closed: (string | undefined)[] = [];
  const asked: (string | undefined)[] = [];
  server.on('request', ({ url }, response) => {
    asked.push(url);
    response.on('close', () => closed.push(url));
    if (url === '/short') response.end();
    else response.flushHeaders();
  });
  const url = await listen(server, { host: '127.0.0.1', port: 0 });
  onTestFinished(() => closeHttpServer(server, Promise.resolve()));

  const client = connect(Number(new URL(url).port), '127.0.0.1');
  const paths = ['/short', '/endless', '/behind', '/short', '/last'];
  client.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''));
  await expect.poll(() => asked).toEqual(paths);
  expect(closed).toEqual(['/short']);
  client.destroy();
  await once(client, 'close');
  await expect.poll(() => closed.toSorted()).toEqual(paths.toSorted());
});

it('ends within seconds though somebody holds a connection that was upgraded, or has begun a request', async () => {
  const server = newHttpServer();
  const upgraded = new Promise<void>((resolve) => {
    server.on('upgrade', (_request, socket) => {
      socket.on('error', () => {});
      resolve();
    });
  });
  const { port } = new URL(await listen(server, { host: '127.0.0.1', port: 0 }));
  const clients = ['Upgrade: x\r\nConnection: Upgrade\r\n\r\n', ''].map((rest) => {
    const client = connect(Number(port), '127.0.0.1');
    client.on('error', () => {});
    onTestFinished(() => void client.destroy());
    client.write(`GET / HTTP/1.1\r\nHost: x\r\n${rest}`);
    return client;
  });
  await upgraded;
  const gone = clients.map((client) => new Promise((resolve) => client.once('close', resolve)));
  const beganAtMs = performance.now();
  await closeHttpServer(server, Promise.resolve());
  expect(performance.now() - beganAtMs).toBeLessThan(5_000);
  await Promise.all(gone);
});
