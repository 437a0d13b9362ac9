/**
 * Reads the configuration file and finds everything wrong with it at once. What the keys mean stands in
 * `schema.ts`; the command line is read in `arguments.ts`.
 */
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { RelayError } from '../errors.ts';
import type { Overrides } from './arguments.ts';
import { crossCheck, findWarnings } from './checks.ts';
import { expandEnvironment } from './environment.ts';
import { fileModeWarning } from './file-mode.ts';
import { JsonTextError, parseJsonText } from './json-text.ts';
import { type Problem, pathText } from './problem.ts';
import { checkRest } from './rest-checks.ts';
import type { Config } from './schema.ts';
import { validateConfig } from './validate.ts';

export interface LoadedConfig {
  /** Paths in `server.tls` are absolute. */
  readonly config: Config;
  /** The config file, absolute. */
  readonly path: string;
  /** `config.dataDir`, absolute; relative ones are taken from the config file's folder. Not created here. */
  readonly dataDir: string;
  /** Folder of the video library, absolute. Not created here. */
  readonly videosDir: string;
  /** Sentences for the log; hold no secrets. */
  readonly warnings: readonly string[];
}

export interface LoadOptions {
  /** Host and port from the command line; they count before the file's. */
  readonly overrides?: Overrides;
  /** Where `${NAME}` is looked up; the process's environment when left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * The configuration of a file. Rejects with RelayError `config` when it cannot be read or used; the message lists
 * every problem on a line of its own, without credentials.
 */
export async function loadConfig(path: string, options: LoadOptions = {}): Promise<LoadedConfig> {
  const file = resolve(path);
  const input = parse(await read(file), file);
  const { value, problems: missing, templates } = expandEnvironment(input, options.env ?? process.env);
  const overridden = withOverrides(value, options.overrides ?? {});
  const { config, problems = [] } = validateConfig(overridden, templates);
  const checked = config === undefined ? [...problems, ...checkRest(overridden, problems)] : crossCheck(config);
  refuse(file, [...missing, ...without(checked, missing)]);

  const valid = config!;
  const openFile = fileModeWarning(file, (await stat(file)).mode, input);
  return {
    config: withHlsPath(withTlsPaths(valid, dirname(file)), dirname(file)),
    path: file,
    dataDir: resolve(dirname(file), valid.dataDir),
    videosDir: resolve(dirname(file), valid.videos.path ?? join(valid.dataDir, 'videos')),
    warnings: [...findWarnings(valid), ...(openFile === undefined ? [] : [openFile])],
  };
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new RelayError('config', `The configuration ${file} cannot be read: ${readFailure(error)}.`, {
      cause: error,
    });
  }
}

/** Pure: why a file could not be read, in words; the system's code for what has none. */
export function readFailure(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  const words: Record<string, string> = {
    ENOENT: 'there is no such file',
    EACCES: 'the rights to read it are missing',
    EISDIR: 'it is a folder',
    ENOTDIR: 'a part of its path is not a folder',
  };
  return words[code] ?? code;
}

function parse(text: string, file: string): unknown {
  try {
    return parseJsonText(text);
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error;
    throw new RelayError('config', `The configuration ${file} is not valid JSON: ${error.message}.`);
  }
}

function withOverrides(value: unknown, { host, port }: Overrides): unknown {
  if ((host === undefined && port === undefined) || !isPlainObject(value)) return value;
  const server = value.server ?? {};
  if (!isPlainObject(server)) return value;
  return { ...value, server: { ...server, ...(host !== undefined && { host }), ...(port !== undefined && { port }) } };
}

function withTlsPaths(config: Config, folder: string): Config {
  const { tls } = config.server;
  if (tls === undefined) return config;
  return {
    ...config,
    server: { ...config.server, tls: { cert: resolve(folder, tls.cert), key: resolve(folder, tls.key) } },
  };
}

/** Pure: the folder for HLS segments, taken from the config file's folder. */
function withHlsPath(config: Config, folder: string): Config {
  const { path } = config.hls;
  return path === undefined ? config : { ...config, hls: { ...config.hls, path: resolve(folder, path) } };
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value whose variable is missing is not judged a second time by its placeholder. */
function without(problems: readonly Problem[], judged: readonly Problem[]): Problem[] {
  const paths = new Set(judged.map(({ path }) => pathText(path)));
  return problems.filter(({ path }) => !paths.has(pathText(path)));
}

function refuse(file: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const count = problems.length === 1 ? '1 error' : `${problems.length} errors`;
  const lines = problems.map(({ path, message }) => `  ${pathText(path) || '(the whole file)'}: ${message}.`);
  const ended = lines.map((line) => line.replace(/([.?])\.$/, '$1'));
  throw new RelayError('config', [`${file} has ${count}:`, ...ended].join('\n'));
}
