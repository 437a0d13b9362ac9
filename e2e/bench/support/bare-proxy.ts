/**
 * The reference for the proxy: what passing a request on costs in Node when nothing else is done. `node:http` on both
 * sides, kept connections, `pipeline`, the headers as they are. A process of its own; answers commands.
 */
import { Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { type SelfUsage, selfUsage } from './measure.ts';
import { answerCommands } from './worker.ts';

export type BareProxyCommands = {
  /** Passes everything on to that port of loopback; resolves with its own. */
  start(request: { upstreamPort: number }): Promise<number>;
  usage(request: { collect: boolean }): Promise<SelfUsage>;
};

let server: Server | null = null;

const commands: BareProxyCommands = {
  async start({ upstreamPort }) {
    const agent = new Agent({ keepAlive: true });
    const listening = createServer((incoming, response) => {
      const { method, url: path, headers } = incoming;
      const options = { host: '127.0.0.1', port: upstreamPort, method, path, headers, agent };
      const outgoing = request(options, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        pipeline(answer, response, () => {});
      });
      outgoing.on('error', () => response.destroy());
      outgoing.end();
    });
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    return (listening.address() as AddressInfo).port;
  },
  usage: ({ collect }) => selfUsage(collect),
};

answerCommands(commands, () => server?.closeAllConnections());
