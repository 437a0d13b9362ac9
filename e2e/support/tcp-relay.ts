/** A TCP relay between the relay and a camera, or a player and the relay, that a test slows, holds up and cuts. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export interface TcpRelayOptions {
  readonly targetPort: number;
  readonly targetHost?: string;
  /** Added to every chunk in both directions; default 0. */
  readonly latencyMs?: number;
  /** Puts other bytes in the place of a chunk that the target sent. */
  readonly rewrite?: (chunk: Buffer) => Buffer;
  /** A free one when left out. */
  readonly port?: number;
  /** Connections that wait for this process; the system's own number when left out. */
  readonly backlog?: number;
}

export interface TcpRelay {
  readonly port: number;
  /** Connections open now. */
  readonly connections: number;
  /** Connections accepted since the start. */
  readonly accepted: number;
  /** Holds bytes back in both directions for `ms`, for good without an argument; connections stay open. */
  pause(ms?: number): void;
  resume(): void;
  /** Resets every connection; new ones are accepted. */
  cut(): void;
  /** Resets every connection and refuses new ones until `up()`. */
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

/** Resolves when it listens on 127.0.0.1. The caller closes it. */
export async function startTcpRelay(options: TcpRelayOptions): Promise<TcpRelay> {
  const { targetPort, targetHost = '127.0.0.1', latencyMs = 0, rewrite = (chunk) => chunk } = options;
  const sockets = new Set<Socket>();
  let paused = false;
  let accepted = 0;
  let resumeTimer: NodeJS.Timeout | undefined;

  const pipe = (from: Socket, to: Socket, rewritten: (chunk: Buffer) => Buffer = (chunk) => chunk) => {
    sockets.add(from);
    from.setNoDelay(true);
    if (paused) from.pause();
    const later = (act: () => void) => (latencyMs > 0 ? void setTimeout(act, latencyMs) : act());
    from.on('data', (chunk: Buffer) =>
      later(() => {
        if (to.writable && !to.write(rewritten(chunk))) {
          from.pause();
          to.once('drain', () => paused || from.resume());
        }
      }),
    );
    from.on('end', () => later(() => to.end()));
    from.on('error', () => to.destroy());
    from.on('close', () => {
      sockets.delete(from);
      later(() => to.destroy());
    });
  };
  const server: Server = createServer({ allowHalfOpen: true }, (client) => {
    accepted += 1;
    const target = connect({ port: targetPort, host: targetHost, allowHalfOpen: true });
    pipe(client, target);
    pipe(target, client, rewrite);
  });
  const listen = async (port: number) => {
    server.listen({ port, host: '127.0.0.1', ...(options.backlog === undefined ? {} : { backlog: options.backlog }) });
    await once(server, 'listening');
  };
  await listen(options.port ?? 0);
  const port = (server.address() as AddressInfo).port;

  const resume = () => {
    clearTimeout(resumeTimer);
    paused = false;
    for (const socket of sockets) socket.resume();
  };
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const down = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    cut();
    await closed;
  };
  return {
    port,
    get connections() {
      return Math.ceil(sockets.size / 2);
    },
    get accepted() {
      return accepted;
    },
    pause: (ms) => {
      paused = true;
      for (const socket of sockets) socket.pause();
      clearTimeout(resumeTimer);
      if (ms !== undefined) resumeTimer = setTimeout(resume, ms);
    },
    resume,
    cut,
    down,
    up: () => listen(port),
    close: async () => {
      clearTimeout(resumeTimer);
      await down();
    },
  };
}
