/** TLS in front of a server that has none, with a certificate made for the occasion, as cameras sign their own. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';

export interface TlsFront {
  readonly port: number;
  /** The names that clients asked for, in order; a client that named none gets nowhere where one is wanted. */
  readonly names: readonly string[];
  close(): Promise<void>;
}

/**
 * Resolves when it listens on 127.0.0.1. The caller closes it.
 * @param wantsName hangs up on clients that ask for no name (RFC 6066 section 3)
 */
export async function startTlsFront(targetPort: number, wantsName = false): Promise<TlsFront> {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=camera', '-days', '2', '-nodes', '-x509'];
  execFileSync('openssl', ['req', ...subject, '-newkey', 'rsa:2048', '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  });
  const sockets = new Set<Socket>();
  const names: string[] = [];
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (client) => {
    const name = client.servername;
    if (typeof name === 'string') names.push(name);
    if (wantsName && typeof name !== 'string') {
      client.destroy();
      return;
    }
    const target = connect(targetPort, '127.0.0.1');
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    client.pipe(target).pipe(client);
    client.on('close', () => target.destroy());
    target.on('close', () => client.destroy());
  });
  rmSync(folder, { recursive: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    names,
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
