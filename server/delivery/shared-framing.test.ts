import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer, WebSocket as WsClient } from 'ws';
import { framedWhenShared, httpChunk, webSocketMessage } from './shared-framing.ts';

/** On both sides of every length at which a header changes its form. */
const LENGTHS = [1, 125, 126, 127, 15, 16, 4_095, 65_535, 65_536, 300_000];
const payloads = LENGTHS.map((length) => Buffer.alloc(length, length % 251));

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

describe('shared framing', () => {
  it('makes messages that a WebSocket client reads, in order with what ws itself sends, up to the close reason', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    closers.push(() => server.close());
    await once(server, 'listening');
    server.on('connection', (socket, { socket: connection }) => {
      for (const payload of payloads) {
        connection.write(webSocketMessage(payload));
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

  it('frames nothing while payloads have one viewer each, and once for all when they have more', () => {
    const framings: string[] = [];
    const frame = framedWhenShared((payload) => {
      framings.push(String(payload));
      return webSocketMessage(payload);
    });
    const [alone, shared, next, later] = ['alone', 'shared', 'next', 'later'].map((text) => Buffer.from(text)) as [
      Buffer,
      Buffer,
      Buffer,
      Buffer,
    ];
    expect(frame(alone)).toBeNull();
    expect(frame(shared)).toBeNull();
    expect(framings).toEqual([]);
    const message = frame(shared);
    expect(message).toEqual(webSocketMessage(shared));
    expect(frame(shared)).toBe(message);
    expect(frame(next)).toEqual(webSocketMessage(next));
    expect(frame(later)).toBeNull();
    expect(framings).toEqual(['shared', 'next']);
  });
});
