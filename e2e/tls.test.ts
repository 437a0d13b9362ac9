/** HTTPS from files: pages, streams, cookies, and a certificate that is renewed while the relay runs. */
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { connect as connectPlainly } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { configSchema } from '../server/config/schema.ts';
import { closeHttpServer, listen, newHttpServer } from '../server/http/http-server.ts';
import { readTls, TlsRenewal } from '../server/http/tls-files.ts';
import { createRelay, type Relay } from '../server/relay.ts';
import { type CertificateFiles, writeCertificate } from './support/certificate.ts';
import { eventually, sleep } from './support/wait.ts';

let folder: string;
let files: CertificateFiles;
let ca: Buffer;
let relay: Relay;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sightline-tls-'));
  files = await writeCertificate(folder);
  ca = await readFile(files.cert);
  const config = configSchema.parse({
    server: { port: 0, tls: files },
    dataDir: folder,
    videos: { path: join(folder, 'videos') },
    cameras: { yard: { url: 'demo:yard' } },
  });
  relay = await createRelay({ config, webDir: folder, log: pino({ level: 'silent' }) });
});

afterAll(async () => {
  await relay?.close();
  await rm(folder, { recursive: true, force: true });
});

function fetchHead(path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(`${relay.url}${path}`, { ca }, (response) => {
      response.destroy();
      resolve(response);
    }).once('error', reject);
  });
}

describe('a relay with server.tls', () => {
  it('says https, and tells browsers to keep to it', async () => {
    expect(relay.url).toMatch(/^https:/);
    const { statusCode, headers } = await fetchHead('/api/cameras');
    expect(statusCode).toBe(200);
    expect(headers['strict-transport-security']).toMatch(/max-age=\d{7,}/);
  });

  it.each(['flv over HTTP', 'flv over WebSocket'])('sends %s', async (how) => {
    const first = how.endsWith('HTTP') ? await firstOverHttp() : await firstOverWebSocket();
    expect(first.subarray(0, 3).toString('latin1')).toBe('FLV');
  });
});

function firstOverHttp(): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    get(`${relay.url}/live/yard.flv`, { ca }, (response) => {
      response.once('data', (chunk: Buffer) => {
        response.destroy();
        resolve(chunk);
      });
    }).once('error', reject);
  });
}

function firstOverWebSocket(): Promise<Buffer> {
  const socket = new WebSocket(`${relay.url.replace('https', 'wss')}/live/yard.flv`, { ca });
  return new Promise<Buffer>((resolve, reject) => {
    socket.once('message', (data) => resolve(data as Buffer));
    socket.once('error', reject);
  }).finally(() => socket.terminate());
}

describe('the certificate', () => {
  it('is refused with words when the two files are no pair', async () => {
    const broken = join(folder, 'broken.key');
    await writeFile(broken, 'no key');
    await expect(readTls({ cert: files.cert, key: broken })).rejects.toMatchObject({ code: 'config' });
    await expect(readTls({ cert: '/nowhere.crt', key: files.key })).rejects.toThrow(/nowhere\.crt.*ENOENT/);
  });

  it('is replaced for new connections when its files are, and kept while only one of them has changed', async () => {
    const own = await mkdtemp(join(tmpdir(), 'sightline-tls-'));
    const pair = await writeCertificate(own);
    const server = newHttpServer(await readTls(pair));
    const log = pino({ level: 'silent' });
    const renewal = new TlsRenewal({ server: server as never, files: pair, log, lookEveryMs: 20 });
    try {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as { port: number };
      const before = await serialOf(port);
      const other = await writeCertificate(await mkdtemp(join(own, 'new-')));
      await copyFile(other.cert, pair.cert);
      await sleep(100);
      expect(await serialOf(port)).toBe(before);
      await copyFile(other.key, pair.key);
      await eventually(
        () => serialOf(port),
        (serial) => serial !== before,
      );
    } finally {
      renewal.close();
      server.close();
      await rm(own, { recursive: true, force: true });
    }
  });
});

describe('the end of a relay over TLS', () => {
  it('waits for nobody who has connected and never says hello, nor ends a WebSocket', async () => {
    const server = newHttpServer(await readTls(files));
    const upgraded = new Promise<void>((resolve) => {
      server.once('upgrade', (_request, socket) => {
        socket.on('error', () => {});
        resolve();
      });
    });
    const { port } = new URL(await listen(server, { host: '127.0.0.1', port: 0 }));
    const silent = connectPlainly(Number(port), '127.0.0.1');
    const held = connect({ port: Number(port), host: '127.0.0.1', ca });
    onTestFinished(() => {
      for (const client of [silent, held]) client.destroy();
    });
    for (const client of [silent, held]) client.on('error', () => {});
    await Promise.all([once(silent, 'connect'), once(held, 'secureConnect')]);
    held.write('GET / HTTP/1.1\r\nHost: x\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n');
    await upgraded;
    const gone = [silent, held].map((client) => new Promise((resolve) => client.once('close', resolve)));
    const beganAtMs = performance.now();
    await closeHttpServer(server, Promise.resolve());
    expect(performance.now() - beganAtMs).toBeLessThan(5_000);
    await Promise.all(gone);
  });
});

function serialOf(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.once('error', reject);
  });
}
