import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PinnedLine } from './pinned-line.ts';

describe('a line to a camera by its name', () => {
  const camera = createServer((socket) => {
    socket.on('error', () => {});
    socket.end('here I am');
  });
  let line: PinnedLine;
  beforeEach(async () => {
    camera.listen(0, '127.0.0.1');
    await once(camera, 'listening');
    const { port } = camera.address() as AddressInfo;
    line = await PinnedLine.open({ host: 'cam.example', port, address: '127.0.0.1', timeoutMs: 2_000 });
  });
  afterEach(async () => {
    await Promise.all([line.close(), line.close()]);
    camera.close();
  });

  /** All that comes back for one request. */
  async function ask(request: string, withLogin = true): Promise<string> {
    const proxy = new URL(line.environment.http_proxy!);
    const login = Buffer.from(`${proxy.username}:${proxy.password}`).toString('base64');
    const socket = connect(Number(proxy.port), proxy.hostname);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => {});
    socket.write(`${request} HTTP/1.1\r\nHost: x\r\n${withLogin ? `Proxy-Authorization: Basic ${login}\r\n` : ''}\r\n`);
    await once(socket, 'close');
    return text;
  }
  const port = () => (camera.address() as AddressInfo).port;

  it('leads to the address that was checked', async () => {
    expect(await ask(`CONNECT cam.example:${port()}`)).toMatch(/^HTTP\/1\.1 200 .*here I am$/s);
  });

  it('leads nowhere else, and nobody without the password anywhere', async () => {
    expect(await ask(`CONNECT other.example:${port()}`)).toMatch(/^HTTP\/1\.1 403 /);
    expect(await ask('CONNECT cam.example:1')).toMatch(/^HTTP\/1\.1 403 /);
    expect(await ask(`CONNECT cam.example:${port()}`, false)).toMatch(/^HTTP\/1\.1 407 /);
    expect(await ask('GET http://cam.example/\r\nConnection: close')).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('hangs up where the camera does not answer', async () => {
    const { port: at } = camera.address() as AddressInfo;
    camera.close();
    expect(await ask(`CONNECT cam.example:${at}`)).toBe('');
  });
});
