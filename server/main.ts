/** The program: arguments and configuration in, a relay running, signals out. Exit codes: 0, 1, 2 config, 3 port. */
import './young-generation.ts';
import { parseArguments, USAGE } from './config/arguments.ts';
import { loadConfig } from './config/load.ts';
import { RelayError } from './errors.ts';

const EXIT = { done: 0, failed: 1, config: 2, port: 3 } as const;
const DEFAULT_CONFIG = 'ffmpeg.config.json';

async function main(): Promise<void> {
  const told = toldToEnd();
  const { configPath, overrides, dev, help } = parseArguments(process.argv.slice(2));
  if (help) {
    process.stdout.write(USAGE);
    return;
  }
  const { config, dataDir, videosDir, warnings } = await loadConfig(configPath ?? DEFAULT_CONFIG, { overrides });
  for (const warning of warnings) process.stderr.write(`${warning}\n`);
  const videos = { ...config.videos, path: videosDir };
  // Most of the program: a wrong option or configuration is told without waiting for it.
  const { createRelay } = await import('./relay.ts');
  const relay = await createRelay({ config: { ...config, dataDir, videos }, dev, printSetupCode });
  process.stdout.write(`Sightline listening on ${relay.url}\n`);
  await told;
  await relay.close();
  process.exit(EXIT.done);
}

/** Resolves with the first signal to end; one that comes while the relay starts is obeyed when it has started. */
function toldToEnd(): Promise<void> {
  return new Promise((resolve) => {
    process.on('SIGTERM', () => resolve());
    process.on('SIGINT', () => resolve());
  });
}

/** On standard output, where only who started the program looks. */
function printSetupCode(code: string): void {
  process.stdout.write(
    `Set-up code: ${code}  (other machines: open the page and enter it to make the first administrator)\n`,
  );
}

/** Says what went wrong in words, without a stack for what a person can mend. */
function fail(error: unknown): never {
  if (error instanceof RelayError && error.code === 'config') {
    process.stderr.write(`${error.message}\n`);
    process.exit(EXIT.config);
  }
  if (
    error instanceof Error &&
    'code' in error &&
    ['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL'].includes(String(error.code))
  ) {
    process.stderr.write(`${portAdvice(error)}\n`);
    process.exit(EXIT.port);
  }
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(EXIT.failed);
}

function portAdvice(error: Error & { code?: unknown; address?: unknown; port?: unknown }): string {
  const where = `${error.address}:${error.port}`;
  if (error.code === 'EADDRINUSE') {
    return `${where} is taken by another program. Choose another port: npm start -- --port 8081`;
  }
  if (error.code === 'EACCES') return `There is no right to listen on ${where}. Choose a port above 1023.`;
  return `This machine has no address ${error.address}. Choose another: npm start -- --host 127.0.0.1`;
}

main().catch(fail);
