/**
 * The reference for delay: a page with nothing but flv.js on nothing but an ffmpeg whose FLV goes into a WebSocket,
 * as many an example shows it, with flv.js's own settings for little delay.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import type { Belongings } from './bench.ts';

const FLV_JS = fileURLToPath(new URL('../../../node_modules/flv.js/dist/flv.min.js', import.meta.url));

const HTML = `<!doctype html><meta charset="utf-8"><title>Bare page</title><video muted autoplay playsinline></video>
<script src="/flv.js"></script><script>
  const player = flvjs.createPlayer(
    { type: 'flv', isLive: true, url: location.origin.replace('http', 'ws') + '/live' },
    { enableWorker: false, enableStashBuffer: false, lazyLoad: false },
  );
  player.attachMediaElement(document.querySelector('video'));
  player.load();
  player.play();
</script>`;

/** Serves the page and one ffmpeg for each of its WebSockets. Resolves with the page's URL. */
export async function startBarePage(belongings: Belongings, ffmpeg: string, args: readonly string[]): Promise<string> {
  const library = readFileSync(FLV_JS);
  const children = new Set<ChildProcess>();
  const server = createServer((request, response) => {
    const isLibrary = request.url === '/flv.js';
    response.setHeader('Content-Type', isLibrary ? 'text/javascript' : 'text/html');
    response.end(isLibrary ? library : HTML);
  });
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  sockets.on('connection', (socket) => {
    const child = spawn(ffmpeg, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    children.add(child);
    child.once('exit', () => children.delete(child));
    child.stdout.on('data', (chunk: Buffer) => socket.send(chunk));
    socket.on('error', () => {});
    socket.on('close', () => child.kill('SIGKILL'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  belongings.add({
    close: async () => {
      for (const child of children) child.kill('SIGKILL');
      server.closeAllConnections();
      sockets.close();
      await new Promise((resolve) => server.close(resolve));
    },
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
