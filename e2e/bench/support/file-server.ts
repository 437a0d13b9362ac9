/** `send`, serving a folder: what a web server made for files costs. In a process of its own; answers commands. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { type SelfUsage, selfUsage } from './measure.ts';
import { answerCommands } from './worker.ts';

export type FileServerCommands = {
  /** Resolves with the port on loopback. */
  start(request: { folder: string }): Promise<number>;
  usage(request: { collect: boolean }): Promise<SelfUsage>;
};

let server: Server | null = null;

const commands: FileServerCommands = {
  async start({ folder }) {
    const app = express();
    app.disable('x-powered-by');
    // Express's own static files are `send`.
    app.use(express.static(folder, { immutable: true, maxAge: '1y' }));
    const listening = createServer(app);
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    return (listening.address() as AddressInfo).port;
  },
  usage: ({ collect }) => selfUsage(collect),
};

answerCommands(commands, () => server?.closeAllConnections());
