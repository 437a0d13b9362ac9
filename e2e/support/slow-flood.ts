/** Connections that begin a request and do not end it, each in another way, while others watch. */
import type { Socket } from 'node:net';
import { startDemoRtsp } from './demo-rtsp.ts';
import { FlvClient } from './flv-client.ts';
import { openSocket, WEBSOCKET_HEADERS } from './raw-http.ts';
import { type RelayProcess, startRelay } from './relay-process.ts';
import { sleep } from './wait.ts';

const DRIP_EVERY_MS = 1_000;

export interface SlowFlood {
  readonly sockets: readonly Socket[];
  /** How many the relay has not ended. */
  readonly open: number;
  /** Destroys what is left. */
  close(): void;
}

/** What each kind sends at first, and then once a second. */
function kinds(port: number): readonly { readonly head: string; readonly drip: string }[] {
  const host = `Host: 127.0.0.1:${port}\r\n`;
  const json = `${host}Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{"user":"`;
  return [
    { head: '', drip: '' },
    { head: 'G', drip: 'E' },
    { head: `GET /live/yard.flv HTTP/1.1\r\n${host}X-A: `, drip: 'a' },
    { head: `GET / HTTP/1.1\r\n${host}`, drip: 'X-B: b\r\n' },
    { head: `POST /api/session HTTP/1.1\r\n${json}`, drip: 'a' },
    { head: `POST /api/cameras/yard/recording HTTP/1.1\r\n${json.replace('60000', '4000')}`, drip: '' },
  ];
}

/** Opens `count` of them. Resolves when all are open; the caller closes what comes back. */
export async function floodSlowly(relay: Pick<RelayProcess, 'port'>, count: number): Promise<SlowFlood> {
  const choices = kinds(relay.port);
  const kindOf = (at: number) => choices[at % choices.length]!;
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const batch = Array.from({ length: Math.min(50, count - sockets.length) }, (_one, at) =>
      openSocket(relay.port, kindOf(sockets.length + at).head),
    );
    sockets.push(...(await Promise.all(batch)));
  }
  const timer = setInterval(() => {
    for (const [at, socket] of sockets.entries()) if (socket.writable) socket.write(kindOf(at).drip);
  }, DRIP_EVERY_MS);
  const isOpen = (socket: Socket) => !socket.destroyed && !socket.readableEnded;
  return {
    sockets,
    get open() {
      return sockets.filter(isOpen).length;
    },
    close: () => {
      clearInterval(timer);
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** WebSockets that send half a frame and go on for ever; viewers to the relay, until it finds out. */
export async function openHalfFrames(relay: Pick<RelayProcess, 'port'>, count: number): Promise<Socket[]> {
  const headers = Object.entries(WEBSOCKET_HEADERS).map(([name, value]) => `${name}: ${value}\r\n`);
  const open = () =>
    openSocket(relay.port, `GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:${relay.port}\r\n${headers.join('')}\r\n`);
  const sockets = await Promise.all(Array.from({ length: count }, open));
  // A masked text frame that says it has 4,000 bytes, and has one.
  for (const socket of sockets) socket.write(Buffer.from([0x81, 0xfe, 0x0f, 0xa0, 1, 2, 3, 4, 0x61]));
  return sockets;
}

/** People who watch, over both ways; resolves when each has pictures. */
export async function watchers(relay: Pick<RelayProcess, 'url'>, camera: string, count: number): Promise<FlvClient[]> {
  const clients = Array.from(
    { length: count },
    (_one, at) => new FlvClient(`${relay.url}/live/${camera}.flv`, { transport: at % 2 === 0 ? 'ws' : 'http' }),
  );
  await Promise.all(clients.map((client) => client.untilPictures(5, 30_000)));
  return clients;
}

/** The longest time between two arrivals at any of them while `forMs` go by, in ms. */
export async function longestSilenceMs(clients: readonly FlvClient[], forMs: number): Promise<number> {
  const heard = clients.map((client) => ({ client, count: client.tags.length, atMs: performance.now() }));
  const endMs = performance.now() + forMs;
  let longest = 0;
  while (performance.now() < endMs) {
    await sleep(50);
    const nowMs = performance.now();
    for (const each of heard) {
      longest = Math.max(longest, nowMs - each.atMs);
      if (each.client.tags.length === each.count) continue;
      each.count = each.client.tags.length;
      each.atMs = nowMs;
    }
  }
  return longest;
}

export interface WatchedYard {
  readonly relay: RelayProcess;
  close(): Promise<void>;
}

/** A relay with a small camera, `yard`. The caller closes it. */
export async function startWatchedYard(): Promise<WatchedYard> {
  const demo = await startDemoRtsp();
  const relay = await startRelay({ config: { cameras: { yard: demo.of('yard', 'width=320&height=180&fps=10') } } });
  const close = async () => {
    await relay.close();
    await demo.close();
  };
  return { relay, close };
}
