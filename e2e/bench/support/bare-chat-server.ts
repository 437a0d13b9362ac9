/**
 * The reference for the chat: the broadcast server of the `ws` documentation and nothing more. Each message goes to
 * every client as it came: not read, not checked, not stored, no slow clients, no limits.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { type SelfUsage, selfUsage } from './measure.ts';
import { answerCommands } from './worker.ts';

export type BareChatCommands = {
  /** Listens on a free port of loopback and resolves with its WebSocket URL. */
  start(): Promise<string>;
  usage(request: { collect: boolean }): Promise<SelfUsage>;
};

const server = createServer();
const wss = new WebSocketServer({ server, perMessageDeflate: false });

wss.on('connection', (socket) => {
  // What the load clients wait for before they count as being there.
  socket.send('{"type":"welcome"}');
  socket.on('message', (data: Buffer, isBinary) => {
    if (data.length < 20) return;
    for (const client of wss.clients) if (client.readyState === WebSocket.OPEN) client.send(data, { binary: isBinary });
  });
});

const commands: BareChatCommands = {
  async start() {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
  usage: ({ collect }) => selfUsage(collect),
};

answerCommands(commands, () => {
  for (const client of wss.clients) client.terminate();
  server.close();
});
