/** nginx serving a folder with sendfile, as it is installed: the measure of what serving a file can cost. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/free-port.ts';
import type { Belongings } from './bench.ts';
import { descendantsOf, usageOfAll } from './measure.ts';

/** Debian keeps it where only root looks by default. */
const PROGRAM = ['/usr/sbin/nginx', '/usr/local/sbin/nginx'].find(existsSync) ?? 'nginx';
const START_MS = 500;

export interface NginxFiles {
  readonly port: number;
  /** CPU time of master and worker so far, in seconds. */
  cpuS(): number;
}

export async function startNginxFiles(belongings: Belongings, root: string): Promise<NginxFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-bench-nginx-'));
  const port = await freePort();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const config = `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr crit;
${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; types { video/mp4 mp4; }
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
  server { listen 127.0.0.1:${port}; root ${root}; }
}
`;
  await writeFile(join(folder, 'nginx.conf'), config);
  const child = spawn(PROGRAM, ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  belongings.add({
    close: async () => {
      child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  });
  await new Promise((resolve) => setTimeout(resolve, START_MS));
  const pid = child.pid ?? 0;
  return { port, cpuS: () => usageOfAll([pid, ...descendantsOf(pid)]).cpuS };
}
