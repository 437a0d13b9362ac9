/**
 * Runs one command to its end. The only place where the scripts start processes, so that a signal to a script
 * reaches what it started and nothing is left behind.
 */
import { spawn } from 'node:child_process';

/**
 * Resolves with the exit code, 127 when the program cannot be started. SIGINT and SIGTERM are passed on to it; after it
 * has ended this process ends by the same signal.
 * @param {readonly string[]} command program and arguments
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, stdio?: import('node:child_process').StdioOptions }} [options]
 * @returns {Promise<number>}
 */
export async function run([program, ...args], options = {}) {
  const child = spawn(program, args, { stdio: 'inherit', ...options });
  /** @type {NodeJS.Signals | undefined} */
  let received;
  /** @param {NodeJS.Signals} signal */
  const pass = (signal) => {
    received = signal;
    child.kill(signal);
  };
  process.on('SIGINT', pass).on('SIGTERM', pass);
  try {
    return await new Promise((resolve) => {
      child.once('error', () => resolve(127));
      child.once('exit', (code) => resolve(code ?? 1));
    });
  } finally {
    process.off('SIGINT', pass).off('SIGTERM', pass);
    if (received !== undefined) process.kill(process.pid, received);
  }
}

/** True when the command exits with 0; its output is dropped. @param {readonly string[]} command */
export async function succeeds(command) {
  return (await run(command, { stdio: 'ignore' })) === 0;
}
