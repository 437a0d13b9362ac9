import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer, WebSocket as WsClient } from 'ws';
import { framedOnce, httpChunk, sendSharedMessages, webSocketMessage } from './shared-framing.ts';

/** On both sides of every length at which a header changes its form. */
const LENGTHS = [1, 125, 126, 127, 15, 16, 4_095, 65_535, 65_536, 300_000];
const payloads = LENGTHS.map((length) => Buffer.alloc(length, length % 251));

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

describe('shared framing', () => {
  it('sends messages that a WebSocket client reads, in order with what ws itself sends, up to the close reason', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    closers.push(() => server.close());
    await once(server, 'listening');
    server.on('connection', (socket: WebSocket) => {
      sendSharedMessages(socket);
      for (const payload of payloads) {
        socket.send(payload, () => {});
        socket.send(`after ${payload.length}`);
        socket.ping();
      }
      socket.close(4404, 'over');
    });
    const { port } = server.address() as AddressInfo;
    const client = new WsClient(`ws://127.0.0.1:${port}`);
    const seen: (Buffer | string)[] = [];
    client.on('message', (data, binary) => seen.push(binary ? (data as Buffer) : String(data)));
    const [code, reason] = await new Promise<[number, Buffer]>((resolve) =>
      client.once('close', (...end) => resolve(end)),
    );
    expect([code, String(reason)]).toEqual([4404, 'over']);
    expect(seen.length).toBe(payloads.length * 2);
    payloads.forEach((payload, index) => {
      expect(payload.equals(seen[index * 2] as Buffer)).toBe(true);
      expect(seen[index * 2 + 1]).toBe(`after ${payload.length}`);
    });
  });

  it('tells the callback when the bytes are handed over, and passes a write to a closed socket on to ws', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    closers.push(() => server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const connected = new Promise<WebSocket>((resolve) => server.once('connection', resolve));
    const client = new WsClient(`ws://127.0.0.1:${port}`);
    const [socket] = await Promise.all([connected, once(client, 'open')]);
    sendSharedMessages(socket);
    await new Promise((resolve) => socket.send(Buffer.from('picture'), resolve));
    client.terminate();
    await new Promise((resolve) => socket.once('close', resolve));
    const error = await new Promise((resolve) => socket.send(Buffer.from('late'), resolve));
    expect(error).toBeInstanceOf(Error);
  });

  it('makes chunks that an HTTP client reads as one body', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'Transfer-Encoding': 'chunked' });
      response.flushHeaders();
      for (const payload of payloads) response.socket!.write(httpChunk(payload));
      response.end();
    });
    closers.push(() => server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const body = await new Promise<Buffer>((resolve, reject) => {
      get({ port, host: '127.0.0.1', agent: false }, async (response) => {
        try {
          resolve(Buffer.concat(await response.toArray()));
        } catch (error) {
          reject(error);
        }
      });
    });
    expect(body.equals(Buffer.concat(payloads))).toBe(true);
  });

  it('frames a payload once however many viewers get it', () => {
    let framings = 0;
    const frame = framedOnce((payload) => {
      framings += 1;
      return webSocketMessage(payload);
    });
    const [first, second] = [Buffer.from('a'), Buffer.from('b')];
    expect(frame(first)).toBe(frame(first));
    expect(frame(second)).not.toBe(frame(first));
    expect(framings).toBe(2);
  });
});
