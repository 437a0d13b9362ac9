/**
 * A line to a camera that can be pulled out: nobody answers then, not even the request for a connection. `tcp-relay.ts`
 * cannot do that, since the system accepts connections for any process that listens and runs.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { sleep } from './wait.ts';

export interface SwallowingLine {
  readonly port: number;
  /** Swallows everything for so long; resolves when it has begun. What was under way goes on afterwards. */
  hold(ms: number): Promise<void>;
  close(): Promise<void>;
}

const CHILD = fileURLToPath(new URL('swallowing-line-child.ts', import.meta.url));
/** As many as the system accepts beside a process that does not; the next ones it drops. */
const FILLERS = 4;

/** Resolves when it listens on 127.0.0.1. The caller closes it. */
export async function startSwallowingLine({ targetPort }: { readonly targetPort: number }): Promise<SwallowingLine> {
  const child = fork(CHILD, [String(targetPort)], { execArgv: ['--import', 'tsx'] });
  const exited = once(child, 'exit');
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const fillers = new Set<Socket>();
  const empty = () => {
    for (const socket of fillers) socket.destroy();
    fillers.clear();
  };
  return {
    port,
    hold: async (holdMs) => {
      child.send({ holdMs });
      await once(child, 'message');
      await sleep(60);
      for (let count = 0; count < FILLERS; count++) {
        const socket = connect(port, '127.0.0.1');
        socket.on('error', () => {});
        fillers.add(socket);
      }
      setTimeout(empty, holdMs).unref();
    },
    close: async () => {
      empty();
      child.kill('SIGKILL');
      await exited;
    },
  };
}
