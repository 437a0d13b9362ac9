/** Keeps one address from taking every connection there is. Proxies that are trusted bring many; this machine is ours. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { isLoopback, plainAddress } from './client-address.ts';

/** Cuts connections beyond `max` from one address, before a byte of theirs is read. Ends with the server. */
export function limitConnections(server: Server, max: number, isTrusted: (address: string) => boolean): void {
  const counts = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = plainAddress(socket.remoteAddress ?? '');
    if (isLoopback(address) || isTrusted(address)) return;
    const count = counts.get(address) ?? 0;
    if (count >= max) {
      socket.destroy();
      return;
    }
    counts.set(address, count + 1);
    socket.once('close', () => {
      const left = (counts.get(address) ?? 1) - 1;
      if (left > 0) counts.set(address, left);
      else counts.delete(address);
    });
  });
}
