/**
 * A network of a test's own: only loopback, over which multicast goes as well. Nothing that runs in it can reach, or be
 * seen by, another machine. Needs Linux, and root or the right to make user namespaces.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const SET_UP = 'ip link set lo up multicast on && ip route add 224.0.0.0/4 dev lo';
/** As root, and as anybody else. */
const WAYS = [['--net'], ['--user', '--map-root-user', '--net']] as const;

let way: readonly string[] | null | undefined;

/** Whether `runInOwnNetwork` can be had here; tried once. */
export function hasOwnNetwork(): boolean {
  way ??= WAYS.find((each) => spawnSync('unshare', [...each, 'sh', '-c', SET_UP]).status === 0) ?? null;
  return way !== null;
}

/**
 * Runs a TypeScript file of this folder in such a network. Resolves with what it wrote to standard output, as JSON; its
 * standard error is this process's. It is killed, with all that it started, when the test ends.
 * @throws Error when it exits with anything but 0
 */
export async function runInOwnNetwork(file: string): Promise<unknown> {
  if (!hasOwnNetwork()) throw new Error('No network namespace can be had here.');
  const script = fileURLToPath(new URL(file, import.meta.url));
  // With a process namespace everything in it ends with its first process.
  const args = [...way!, '--pid', '--fork', '--kill-child', 'sh', '-c', `${SET_UP} && exec "$@"`, 'sh'];
  const child = spawn('unshare', [...args, process.execPath, '--import', 'tsx', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  const written = await text(child.stdout);
  const [code] = await exited;
  if (code !== 0) throw new Error(`${file} ended with ${code}: ${written}`);
  return JSON.parse(written);
}
