/**
 * Runs the relay as a process of its own, as a person would, and lets a test look at it from outside: address, log,
 * exit code, ffmpegs. What is asked of it over the network is the test's business.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConfigInput } from '../../server/config/schema.ts';
import type { CameraInfo, CamerasAnswer } from '../../server/protocol.ts';
import { collectLines } from './lines.ts';
import { serverProgram } from './server-program.ts';
import { eventually } from './wait.ts';

export interface RelayProcessOptions {
  /** Merged over quick retries and a short idle time, a free port, a data folder of its own and a JSON log at level `debug`. */
  readonly config?: ConfigInput;
  /** Stands in the config file instead of `config`, byte for byte. */
  readonly configText?: string;
  /** Further command-line arguments, behind `--config FILE --port 0`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The sources, as `npm run dev` runs them, also where the built server is tested. */
  readonly fromSources?: boolean;
}

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface LogLine {
  readonly level: string;
  readonly time: string;
  readonly msg: string;
  readonly camera?: string;
  readonly viewer?: string;
  readonly [key: string]: unknown;
}

export interface RelayProcess {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** `ws://127.0.0.1:PORT` */
  readonly wsUrl: string;
  readonly port: number;
  readonly pid: number;
  /** Lines so far. */
  stdout(): readonly string[];
  stderr(): readonly string[];
  /** The standard error lines that are JSON. */
  logLines(): readonly LogLine[];
  cameras(): Promise<readonly CameraInfo[]>;
  camera(id: string): Promise<CameraInfo>;
  /** The camera once it satisfies `accept`; rejects after `withinMs` (default 10 s) saying how it stands. */
  untilCamera(id: string, accept: (camera: CameraInfo) => boolean, withinMs?: number): Promise<CameraInfo>;
  kill(signal: NodeJS.Signals): void;
  readonly exited: Promise<ProcessExit>;
  /** SIGTERM, SIGKILL after ten seconds, and the temporary folder is removed. Idempotent. */
  close(): Promise<ProcessExit>;
}

/** A relay that ended before it listened. */
export class RelayDidNotStart extends Error {
  readonly exit: ProcessExit;
  readonly stdout: string;
  readonly stderr: string;

  constructor(exit: ProcessExit, stdout: string, stderr: string) {
    super(`The relay ended with ${exit.code ?? exit.signal} before it listened:\n${stderr}`);
    this.exit = exit;
    this.stdout = stdout;
    this.stderr = stderr;
  }
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LISTENING = /^Sightline listening on (http:\/\/\S+)$/;
const START_TIMEOUT_MS = 60_000;
const KILL_AFTER_MS = 10_000;

/**
 * Starts a relay and resolves when it listens. `SIGHTLINE_DIST=1` runs the built server instead of the sources.
 * Rejects with `RelayDidNotStart` when it ends before. The caller closes it.
 */
export async function startRelay(options: RelayProcessOptions = {}): Promise<RelayProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-relay-'));
  const configPath = join(folder, 'config.json');
  const text = options.configText ?? JSON.stringify(withDefaults(options.config ?? {}, folder));
  // It may hold passwords, and a relay warns of what others may read.
  await writeFile(configPath, text, { mode: 0o600 });
  const child = spawn(
    process.execPath,
    [...serverProgram('main', options), '--config', configPath, '--port', '0', ...(options.args ?? [])],
    {
      cwd: ROOT,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const stdout = collectLines(child.stdout);
  const stderr = collectLines(child.stderr);
  const exited = exitOf(child);
  // A test that fails before its `close()` must not leave a relay behind for the next ones.
  const killWithUs = () => void child.kill('SIGKILL');
  process.once('exit', killWithUs);
  void exited.then(() => process.off('exit', killWithUs));
  const remove = () => rm(folder, { recursive: true, force: true });

  const line = await Promise.race([
    stdout.until((text) => LISTENING.test(text), START_TIMEOUT_MS).catch((error: Error) => error),
    exited,
  ]);
  if (typeof line !== 'string') {
    child.kill('SIGKILL');
    await remove();
    throw new RelayDidNotStart(await exited, stdout.lines.join('\n'), stderr.lines.join('\n'));
  }
  const url = LISTENING.exec(line)![1]!;

  const cameras = async () => ((await (await fetch(`${url}/api/cameras`)).json()) as CamerasAnswer).cameras;
  const camera = async (id: string) => {
    const found = (await cameras()).find((each) => each.id === id);
    if (found === undefined) throw new Error(`The relay has no camera ${id}.`);
    return found;
  };
  let closing: Promise<ProcessExit> | null = null;
  const close = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
    const exit = await exited;
    clearTimeout(timer);
    await remove();
    return exit;
  };
  return {
    url,
    wsUrl: url.replace(/^http/, 'ws'),
    port: Number(new URL(url).port),
    pid: child.pid!,
    stdout: () => stdout.lines,
    stderr: () => stderr.lines,
    logLines: () => stderr.lines.filter((text) => text.startsWith('{')).map((text) => JSON.parse(text) as LogLine),
    cameras,
    camera,
    untilCamera: (id, accept, withinMs) => eventually(() => camera(id), accept, { withinMs }),
    kill: (signal) => void child.kill(signal),
    exited,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

/** How a relay ends that is not expected to listen. Rejects when it listens after all. */
export async function relayThatEnds(options: RelayProcessOptions): Promise<RelayDidNotStart> {
  try {
    const relay = await startRelay(options);
    await relay.close();
  } catch (error) {
    if (error instanceof RelayDidNotStart) return error;
    throw error;
  }
  throw new Error('The relay started, though it should not have.');
}

function withDefaults(config: ConfigInput, folder: string): ConfigInput {
  return {
    dataDir: join(folder, 'data'),
    ...config,
    ffmpeg: {
      connectTimeoutMs: 10_000,
      stallTimeoutMs: 5_000,
      idleTimeoutMs: 1_000,
      retryMinMs: 200,
      // A test counts who asks a camera; those about the checks turn them on.
      checkEveryMs: 0,
      ...config.ffmpeg,
    },
    log: { level: 'debug', format: 'json', ...config.log },
  };
}

async function exitOf(child: ChildProcess): Promise<ProcessExit> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return { code, signal };
}
