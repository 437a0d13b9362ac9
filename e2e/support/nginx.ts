/**
 * nginx with the configuration that we hand out, in front of a relay: only its address, names and paths are replaced.
 * Or with another, as a machine of its own.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeCertificate } from './certificate.ts';
import { freePort } from './free-port.ts';
import { collectLines } from './lines.ts';
import { eventually } from './wait.ts';

export interface Nginx {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** The certificate that it shows, PEM. */
  readonly certificate: string;
  /** Its standard error so far. */
  stderr(): readonly string[];
  close(): Promise<void>;
}

const SITE = new URL('../../scripts/nginx/sightline.conf', import.meta.url);
/** Debian keeps it where only root looks by default. */
const PROGRAM = ['/usr/sbin/nginx', '/usr/local/sbin/nginx'].find(existsSync) ?? 'nginx';

export interface SiteOptions {
  readonly relayPort: number;
  /** The relay's `server.basePath`. */
  readonly basePath?: string;
}

/** Resolves when it listens. The caller closes it. */
export async function startNginx({ relayPort, basePath = '/' }: SiteOptions): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-nginx-'));
  const { cert: certificate, key } = await writeCertificate(folder);
  const port = await freePort();
  const site = replaced(await readFile(SITE, 'utf8'), [
    ['server 127.0.0.1:8080;', `server 127.0.0.1:${relayPort};`],
    ['listen 443 ssl http2;', `listen 127.0.0.1:${port} ssl http2;`],
    ['server_name cameras.example.org;', 'server_name 127.0.0.1;'],
    ['/etc/nginx/sightline.crt', certificate],
    ['/etc/nginx/sightline.key', key],
    ['location / {', `location ${basePath} {`],
  ]);
  const { stderr, close } = await runNginx({ folder, port, site });
  return { url: `https://127.0.0.1:${port}`, port, certificate: await readFile(certificate, 'utf8'), stderr, close };
}

export interface NginxMachine extends Pick<Nginx, 'port' | 'stderr' | 'close'> {
  /** Where its files are; removed at its end. */
  readonly folder: string;
  readonly pid: number;
  /** Kills it and its workers at once. */
  kill(): void;
}

/**
 * nginx on a free port, with one server whose directives are given, and what stands beside it. Resolves when it listens;
 * the caller closes it.
 */
export async function startNginxMachine(directives: (folder: string) => string, beside = ''): Promise<NginxMachine> {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-nginx-'));
  const port = await freePort();
  const site = `${beside}\nserver { listen 127.0.0.1:${port}; server_name 127.0.0.1;\n${directives(folder)}\n}\n`;
  return { port, folder, ...(await runNginx({ folder, port, site })) };
}

async function runNginx({ folder, port, site }: { folder: string; port: number; site: string }) {
  await writeFile(join(folder, 'site.conf'), site);
  await writeFile(join(folder, 'nginx.conf'), mainConfig(folder));
  const child = spawn(PROGRAM, ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    // A group of its own, so that workers end with it when it is killed.
    detached: true,
  });
  const killWithUs = () => void child.kill('SIGTERM');
  process.once('exit', killWithUs);
  const exited = once(child, 'exit');
  const stderr = collectLines(child.stderr);
  const close = async () => {
    child.kill('SIGTERM');
    await exited;
    process.off('exit', killWithUs);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await eventually(() => isListening(port), Boolean);
  } catch {
    await close();
    throw new Error(`nginx does not listen:\n${stderr.lines.join('\n')}`);
  }
  return { pid: child.pid!, stderr: () => stderr.lines, close, kill: () => void process.kill(-child.pid!, 'SIGKILL') };
}

function mainConfig(folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr warn;
events { worker_connections 1024; }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  include ${folder}/site.conf;
}
`;
}

/** Each must be there: a configuration that was changed must not be tested as another. */
function replaced(text: string, pairs: readonly (readonly [string, string])[]): string {
  return pairs.reduce((result, [from, to]) => {
    if (!result.includes(from)) throw new Error(`The configuration does not say "${from}".`);
    return result.replaceAll(from, to);
  }, text);
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
