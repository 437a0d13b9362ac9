/** A bare server of one file: `pipeline(createReadStream(…))` with Range and nothing else. Answers commands. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { type SelfUsage, selfUsage } from './measure.ts';
import { answerCommands } from './worker.ts';

export type BareFileServerCommands = {
  /** Resolves with the port on loopback. */
  start(request: { path: string }): Promise<number>;
  usage(request: { collect: boolean }): Promise<SelfUsage>;
};

let server: Server | null = null;

const commands: BareFileServerCommands = {
  async start({ path }) {
    const listening = createServer(async (request, response) => {
      const { size } = await stat(path);
      const found = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
      const start = Number(found?.[1] ?? 0);
      const end = found?.[2] ? Number(found[2]) : size - 1;
      response.writeHead(found === null ? 200 : 206, {
        'Content-Length': end - start + 1,
        ...(found === null ? {} : { 'Content-Range': `bytes ${start}-${end}/${size}` }),
      });
      await pipeline(createReadStream(path, { start, end }), response).catch(() => {});
    });
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    return (listening.address() as AddressInfo).port;
  },
  usage: ({ collect }) => selfUsage(collect),
};

answerCommands(commands, () => server?.closeAllConnections());
